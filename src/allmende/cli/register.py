"""`allmende register`: check a register extract, make the delivery, make secrets and keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from allmende.cli.output import REFUSED, json_option, language, say, say_json
from allmende.deliveries import (
    DeliveryNote,
    new_office_key,
    parse_recipient,
    read_signing_key,
    seal,
    seal_protected,
    write_signing_key,
)
from allmende.deliveries.keys import read_matrix
from allmende.deliveries.note import LAST, MODES, Mode
from allmende.errors import AllmendeError
from allmende.privacy.profiles import load_profile as load_protection
from allmende.privacy.profiles import profile_names
from allmende.register.examination import examine
from allmende.register.findings import Finding
from allmende.register.local_files import write_local_files
from allmende.register.office import Office, load_run
from allmende.register.processing import MOST_SET_ASIDE, aggregate
from allmende.register.reading import LIMIT_MB
from allmende.register.run import Examined, Result, Run
from allmende.register.secret import new_secret, read_secret, write_secret
from allmende.register.summary import Summary
from allmende.release import load_catalogue, protect_at_source

WORDS = {
    "de": {
        "file": "{role}: {records} Zeilen = {counted} gezählt + {merged} zusammengefasst + {quarantined} in Quarantäne",
        "placed": "Stand {key_date}, Alter am {age_date}: {persons} Personen, davon {located} am Haus, "
        "{located_without_suffix} am Haus ohne Zusatz, {placed_by_district} nur im Ortsteil, {unlocated} nicht verortet",
        "events": "Bewegungen: {births} Geburten, {deaths} Sterbefälle, {internal_moves} Umzüge, {external_moves} Zu- und "
        "Wegzüge; {changes_of_status} Statuswechsel (in keinem Würfel), {of_other_years} aus anderen Jahren",
        "fallback": "Ohne dauerhafte Kennung: {fallback} von {identities} Personen",
        "more": "… und {count} weitere dieser Art",
        "clean": "Keine Fehler.",
        "errors": "Fehler gefunden: {count}. Werte stehen nur in der Befunddatei: --out ORDNER.",
        "no_places": "Ohne Regionsbeschreibung (--region, --ags) werden Adressen nicht geprüft.",
        "local": "Bleibt hier (personenbezogen): {path}",
        "delivery": "Lieferung: {path}",
        "secret": "Geheimnis der Epoche {epoch} geschrieben: {path}\nPrüfwert (öffentlich): {check}",
        "key": "Schlüssel geschrieben: {path}\nÖffentlicher Teil für den Hub: {public}\n"
        "Fingerabdruck, am Telefon zu vergleichen: {fingerprint}",
    },
    "en": {
        "file": "{role}: {records} rows = {counted} counted + {merged} merged + {quarantined} in quarantine",
        "placed": "On {key_date}, ages at {age_date}: {persons} persons, {located} at their house, "
        "{located_without_suffix} at the house without suffix, {placed_by_district} by district only, {unlocated} unlocated",
        "events": "Events: {births} births, {deaths} deaths, {internal_moves} moves within, {external_moves} moves in and out; "
        "{changes_of_status} changes of status (in no cube), {of_other_years} of other years",
        "fallback": "Without a lasting id: {fallback} of {identities} persons",
        "more": "… and {count} more of this kind",
        "clean": "No errors.",
        "errors": "Errors found: {count}. Values stand in the findings file only: --out FOLDER.",
        "no_places": "Without a region (--region, --ags) addresses are not checked.",
        "local": "Stays here (personal): {path}",
        "delivery": "Delivery: {path}",
        "secret": "Secret of epoch {epoch} written: {path}\nCheck value (public): {check}",
        "key": "Key written: {path}\nPublic half for the hub: {public}\n"
        "Fingerprint, to be compared by telephone: {fingerprint}",
    },
}
SHOWN = 20
"""Findings of one kind that are listed on the screen; the findings file has all."""

Command = TypeVar("Command", bound=Callable[..., Any])
FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
DATE = click.DateTime(["%Y-%m-%d"])


def run_options(command: Command) -> Command:
    """Add what `check` and `aggregate` share."""
    options = [
        click.argument("extract", type=FILE),
        click.option("--profile", type=click.Path(path_type=Path), required=True,
                     help="Profile of the vendor's file (TOML), or semicolon, comma, fixed."),
        click.option("--events", type=FILE, help="Events since the earliest key date."),
        click.option("--previous", type=FILE, help="Extract of the year before, for the reconciliation."),
        click.option("--year", type=click.IntRange(1900, 2200),
                     help="Year of the key dates; by default the year before this one."),
        click.option("--as-of", type=DATE, help="Day whose register the extract shows; by default 31 December of the year."),
        click.option("--key-date", "rules", multiple=True, default=["12-31"], show_default=True,
                     help="Key date, and age date after @: 12-31 or 10-01@08-01. May be repeated."),
        click.option("--ags", default="", help="The municipality; by default from the profile's [office]."),
        click.option("--region", type=click.Path(path_type=Path, file_okay=False), help="Region folder; default as --ags."),
        click.option("--houses", type=FILE, help="House coordinates in the order of HK-DE; default from [office]."),
        click.option("--houses-crs", default="", help="Their reference system; default from [office], else EPSG:25832."),
        click.option("--max-size-mb", type=click.IntRange(1), default=LIMIT_MB, show_default=True,
                     help="Larger files are refused."),
    ]  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


@click.group("register")
def group() -> None:
    """Check register extracts and aggregate them into a delivery; nothing about a person leaves.

    Example: allmende register check bestand.csv --profile semicolon
    """


@group.command("check")
@run_options
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for findings with values, quarantine, summary."
)
@json_option
@click.pass_context
def check(ctx: click.Context, /, out: Path | None, as_json: bool, **options: Any) -> None:
    """Say what is wrong with an extract, line by line; change nothing. Exit code 1 if there are errors.

    Example: allmende register check bestand.csv --profile semicolon --events bewegung.csv --year 2024 --out befund/
    """
    run = _run(Office.load(options.pop("profile")), anywhere=True, **options)
    examined = examine(run)
    if out is not None:
        write_local_files(examined, examined.summary, out, language())
    if as_json:
        say_json(examined.summary.to_fields() | {"listed": [_without_value(finding) for finding in examined.findings]})
    else:
        _say_findings(examined)
        _say_summary(examined.summary)
        if not run.region.id:
            say(_word("no_places"))
        errors = sum(finding.severity in ("fatal", "error") for finding in examined.findings)
        say(_word("errors", count=errors) if errors else _word("clean"))
    ctx.exit(0 if examined.clean else REFUSED)


@group.command("aggregate")
@run_options
@click.option("--secret", type=FILE, help="The region's secret behind record keys; default from [office].")
@click.option("--key", type=FILE, help="The office's signing key; default from [office].")
@click.option("--hub", type=FILE, help="The hub's public key (hub.recipient); default from [office].")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder for delivery and findings."
)
@click.option(
    "--sequence", type=click.IntRange(1, LAST), help="Number of the delivery; by default one more than the highest in --out."
)
@click.option("--allow-quarantine", type=click.FloatRange(0, 100), default=100 * MOST_SET_ASIDE, show_default=True,
              help="Percent of rows that may be left out.")  # fmt: skip
@click.option("--mode", type=click.Choice(MODES), default="trusted-unit", show_default=True, help="How the counts travel.")
@click.option("--matrix-secret", type=FILE, help="Mode at-source: the region's secret of the p-table; default from [office].")
@click.option("--protection", type=click.Choice(profile_names()), default=profile_names()[0], show_default=True)
@click.option("--catalogue", type=FILE, help="Mode at-source: the tables that the region publishes.")
@json_option
def aggregate_extract(out: Path, sequence: int | None, allow_quarantine: float, as_json: bool, **options: Any) -> None:
    """Make the sealed delivery, and beside it findings, quarantine and summary, which stay in the office.

    Example: allmende register aggregate bestand.csv --events bewegung.csv --profile buero.toml --year 2024
    --key-date 12-31 --key-date 10-01@08-01 --out lieferung/
    """
    sealing = {name: options.pop(name) for name in ("secret", "key", "hub", "mode", "matrix_secret", "protection", "catalogue")}
    office = Office.load(options.pop("profile"))
    run = _run(office, **options)
    examined = examine(run)
    local = out / f"bleibt-hier-{run.ags}-{run.year}"
    write_local_files(examined, examined.summary, local, language())
    secret = read_secret(office.file("secret", sealing["secret"]))
    result = aggregate(examined, secret, most_set_aside=allow_quarantine / 100)
    write_local_files(examined, result.summary, local, language())
    number = sequence or _next_sequence(out, run.ags)
    path = _seal(result, out / f"{run.ags}-{number:04}.allmende", number, office, sealing)
    if as_json:
        say_json(result.summary.to_fields() | {"delivery": str(path), "sequence": number, "local": str(local)})
        return
    _say_summary(result.summary)
    say(_word("local", path=local))
    say(_word("delivery", path=path))


@group.command("new-secret")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--epoch", required=True, help="A name for the secret, such as the year.")
@json_option
def make_secret(path: Path, epoch: str, as_json: bool) -> None:
    """Make the region's secret behind record keys: once per epoch, the same file for every office.

    Example: allmende register new-secret region.secret --epoch 2026
    """
    secret = new_secret(epoch)
    write_secret(secret, path)
    fields = {"path": str(path), "epoch": epoch, "check": secret.check_value()}
    if as_json:
        say_json(fields)
    else:
        say(_word("secret", **fields))


@group.command("new-key")
@click.argument("path", type=click.Path(path_type=Path, dir_okay=False))
@json_option
def make_key(path: Path, as_json: bool) -> None:
    """Make the office's signing key, and beside it the public half (.verify) for the hub.

    Example: allmende register new-key nienburg.key
    """
    key, public = new_office_key(), path.with_suffix(".verify")
    if public == path or public.exists():
        raise AllmendeError(
            "The public half would take the place of another file.",
            where=str(public),
            expected="a name for the key that does not end in .verify, and no .verify of that name",
            todo="Give another path, such as buero.key, or move the old files to a safe place first.",
        )
    write_signing_key(key, path)
    public.write_text(f"{key.verify_key()}\n", encoding="ascii")
    fields = {"path": str(path), "public": str(public), "fingerprint": key.verify_key().fingerprint()}
    if as_json:
        say_json(fields)
    else:
        say(_word("key", **fields))


def _run(office: Office, year: int | None, as_of: datetime | None, **options: Any) -> Run:
    day = as_of.date() if as_of else None
    last = datetime.now().astimezone().year - 1
    return load_run(office, year=year or (day.year if day else last), as_of=day, **options)


def _next_sequence(folder: Path, ags: str) -> int:
    numbers = [int(path.stem.rpartition("-")[2]) for path in folder.glob(f"{ags}-*.allmende") if path.stem[-4:].isdigit()]
    return max(numbers, default=0) + 1


def _seal(result: Result, path: Path, sequence: int, office: Office, given: dict[str, Any]) -> Path:
    run = result.examined.run
    recipient_file = office.file("hub", given["hub"])
    recipient = parse_recipient(recipient_file.read_text(encoding="ascii", errors="replace"), str(recipient_file))
    key = read_signing_key(office.file("key", given["key"]))
    today = datetime.now().astimezone().date()
    name = run.region.municipality(run.ags).name
    note = DeliveryNote.of(result.cubes, name=name, sequence=sequence, made=today)
    mode: Mode = given["mode"]
    if mode == "trusted-unit":
        return seal(result.cubes, path, office=key, hub_recipient=recipient, delivery=note)
    protection = load_protection(given["protection"], read_matrix(office.file("matrix_secret", given["matrix_secret"])))
    made = protect_at_source(result.cubes, run.region, load_catalogue(given["catalogue"]), protection)
    for gap in made.gaps:
        click.echo(gap, err=True)
    return seal_protected(made.tables, path, office=key, hub_recipient=recipient, delivery=note)


def _say_findings(examined: Examined) -> None:
    shown: dict[str, list[Finding]] = {}
    for finding in examined.findings:
        shown.setdefault(finding.code, []).append(finding)
    for code in examined.summary.findings:
        for finding in shown[code][:SHOWN]:
            say(finding.line_of_text(language()))
        if len(shown[code]) > SHOWN:
            say("  " + _word("more", count=len(shown[code]) - SHOWN))


def _say_summary(summary: Summary) -> None:
    for role, count in summary.files.items():
        say(
            _word(
                "file",
                role=role,
                records=count.records,
                counted=count.counted,
                merged=count.merged,
                quarantined=count.quarantined,
            )
        )
    for stock in summary.stocks:
        say(_word("placed", key_date=stock.key_date, age_date=stock.age_date, persons=stock.persons, **stock.placed))
    if summary.events is not None:
        say(_word("events", **summary.events))
    if summary.fallback:
        say(_word("fallback", fallback=summary.fallback, identities=summary.identities))


def _without_value(finding: Finding) -> dict[str, Any]:
    found, expected = finding.words(language())
    return {
        "file": finding.file, "line": finding.line, "field": finding.field, "severity": finding.severity,
        "code": finding.code, "found": found, "expected": expected,
    }  # fmt: skip


def _word(name: str, **values: Any) -> str:
    return WORDS[language()][name].format(**values)
