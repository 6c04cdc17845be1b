"""`allmende hub`: set the shared unit up, register offices, receive deliveries, see what is missing or contradicts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any, get_args

import click

from allmende.cli.output import REFUSED, UNUSABLE, json_option, language, of_system, say, say_json
from allmende.deliveries import parse_verify_key
from allmende.deliveries.note import MODES, Mode
from allmende.errors import AllmendeError, Refused
from allmende.hub import (
    Mismatches,
    Receipt,
    Status,
    find_mismatches,
    init_hub,
    open_hub,
    receive,
    register_office,
    status,
    write_mismatches,
)
from allmende.hub.settings import StoreKind

WORDS: dict[str, dict[str, str]] = {
    "de": {
        "made": "Hub eingerichtet: {folder}",
        "recipient": "An die Meldestellen geben (öffentlich): {recipient}",
        "registered": "Registriert: {ags} {name}, {mode}, Fingerabdruck {key}. Bitte am Telefon vergleichen.",
        "received": "{file}: angenommen von {office} {name}, Folge {sequence}: {what}{replaced}",
        "known": "{file}: war schon da (von {office} {name}, Folge {sequence}); nichts geändert.",
        "replaced": "; {replaced} Würfel einer früheren Folge ersetzt",
        "head": "Region {region}, Gebiet vom {territory_date}, Epoche {epoch} (Prüfwert {key_check}), {deliveries} Lieferungen",
        "unregistered": "nicht registriert",
        "nothing": "noch keine Lieferung",
        "last": "Folge {sequence} vom {made:%d.%m.%Y}, vor {age} Tagen",
        "complete": "Nichts fehlt.",
        "missing": "Es fehlt:",
        "compared": "Umzüge über Grenzen: {same} gleich; {other} widersprechen sich; {one} nur einer Seite bekannt.",
        "written": "Alle Zellen, vertraulich: {path}",
        "moves": "{year}  {origin} → {target}  {age:>6} {sex}  weg {left:>4}  an {arrived:>4}  {verdict}",
        "other count": "Anzahl verschieden",
        "other moves": "gleich viele, aber andere",
    },
    "en": {
        "made": "Hub set up: {folder}",
        "recipient": "Give this to the offices (public): {recipient}",
        "registered": "Registered: {ags} {name}, {mode}, fingerprint {key}. Please compare it by telephone.",
        "received": "{file}: received from {office} {name}, sequence {sequence}: {what}{replaced}",
        "known": "{file}: had come before (from {office} {name}, sequence {sequence}); nothing changed.",
        "replaced": "; {replaced} cubes of an earlier sequence replaced",
        "head": "Region {region}, borders of {territory_date}, epoch {epoch} (check {key_check}), {deliveries} deliveries",
        "unregistered": "not registered",
        "nothing": "no delivery yet",
        "last": "sequence {sequence} of {made:%Y-%m-%d}, {age} days old",
        "complete": "Nothing is missing.",
        "missing": "Missing:",
        "compared": "Moves across borders: {same} agree; {other} contradict; {one} known to one side only.",
        "written": "All cells, confidential: {path}",
        "moves": "{year}  {origin} → {target}  {age:>6} {sex}  left {left:>4}  arrived {arrived:>4}  {verdict}",
        "other count": "another count",
        "other moves": "as many, but others",
    },
}

hub_option = click.option(
    "--hub",
    "folder",
    type=click.Path(path_type=Path),
    envvar="ALLMENDE_HUB",
    required=True,
    help="The hub's folder (or set ALLMENDE_HUB).",
)


@click.group("hub")
def group() -> None:
    """Run the shared unit: who belongs, what came, what is missing, what does not match.

    Example: allmende hub status --hub hub/
    """


@group.command("init")
@hub_option
@click.option("--region", type=click.Path(path_type=Path), required=True, help="Region folder (region.toml, districts.csv).")
@click.option("--epoch", required=True, help="Name of the offices' common secret.")
@click.option("--key-check", required=True, help="Its check value: 16 hexadecimal digits; the hub never sees the secret.")
@click.option(
    "--store", type=click.Choice(get_args(StoreKind)), default="files", show_default=True, help="Where base cells lie."
)
@click.option("--prefix", default="", help="With --store spark: how the tables' names begin.")
@json_option
def init(folder: Path, region: Path, epoch: str, key_check: str, store: StoreKind, prefix: str, as_json: bool) -> None:
    """Set a hub up in a new folder that only you may enter.

    Example: allmende hub init --hub hub/ --region region/ --epoch 2026 --key-check 3c1eb6e21d80bb8e
    """
    hub = init_hub(folder, region, epoch=epoch, key_check=key_check, store=store, prefix=prefix)
    if as_json:
        say_json({"folder": str(hub.folder), "recipient": hub.settings.recipient})
        return
    say(_word("made", folder=hub.folder))
    say(_word("recipient", recipient=hub.settings.recipient))


@group.command("register-office")
@hub_option
@click.argument("ags")
@click.argument("verify_key", type=click.Path(path_type=Path))
@click.option("--mode", type=click.Choice(MODES), default="trusted-unit", show_default=True, help="How its counts travel.")
@click.option("--replace-key", is_flag=True, help="The office has a new key, and somebody asked it by telephone.")
@json_option
def register(folder: Path, ags: str, verify_key: Path, mode: Mode, replace_key: bool, as_json: bool) -> None:
    """Let a registration office deliver: its municipality's AGS and the file with its verify key.

    Example: allmende hub register-office --hub hub/ 03256022 nienburg.verify
    """
    key = parse_verify_key(verify_key.read_text(encoding="utf-8", errors="replace"), str(verify_key))
    hub = register_office(open_hub(folder), ags, key, mode, datetime.now(UTC), replace_key=replace_key)
    fields = {"ags": ags, "name": hub.region.municipality(ags).name, "mode": mode, "key": key.fingerprint()}
    if as_json:
        say_json(fields)
    else:
        say(_word("registered", **fields))


@group.command("receive")
@hub_option
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@json_option
@click.pass_context
def receive_files(ctx: click.Context, folder: Path, files: Sequence[Path], as_json: bool) -> None:
    """Receive deliveries. Each is stored whole or not at all; one that had come before changes nothing.

    Exit code 1 if one was refused, 2 if one could not be read; the others are received.

    Example: allmende hub receive --hub hub/ inbox/*.allmende
    """
    hub, code, answers = open_hub(folder), 0, []
    for file in files:
        try:
            receipt = receive(hub, file, datetime.now(UTC))
            answers.append({"file": str(file)} | asdict(receipt))
            if not as_json:
                say(_receipt(file, receipt))
        except (AllmendeError, OSError) as problem:
            error = of_system(problem) if isinstance(problem, OSError) else problem
            code = max(code, REFUSED if isinstance(error, Refused) else UNUSABLE)
            answers.append({"file": str(file), "error": error.parts()})
            if not as_json:
                say(str(error), err=True)
    if as_json:
        say_json(answers)
    ctx.exit(code)


@group.command("status")
@hub_option
@json_option
def show_status(folder: Path, as_json: bool) -> None:
    """Show what came, from whom, for which series and years, how old it is, and what is missing.

    Example: allmende hub status --hub hub/ --json
    """
    report = status(open_hub(folder), datetime.now(UTC).date())
    if as_json:
        say_json(asdict(report))
    else:
        _show(report)


@group.command("mismatches")
@hub_option
@click.option("--series", default="12-31", show_default=True, help="Series of the moves, by its key date.")
@json_option
@click.pass_context
def mismatches(ctx: click.Context, folder: Path, series: str, as_json: bool) -> None:
    """Compare moves inside the region as both sides know them. Exact counts: for internal use only.

    Exit code 1 if offices contradict each other.

    Example: allmende hub mismatches --hub hub/
    """
    hub = open_hub(folder)
    report = find_mismatches(hub, series)
    path = write_mismatches(report, hub)
    if as_json:
        say_json({"file": str(path), "differing": [asdict(cell) for cell in report.differing]} | _sums(report))
    else:
        for cell in report.differing:
            say(_word("moves", **asdict(cell) | {"verdict": _word(cell.verdict)}))
        say(_word("compared", **_sums(report)))
        say(_word("written", path=path))
    ctx.exit(REFUSED if report.differing else 0)


def _sums(report: Mismatches) -> dict[str, int]:
    other = report.moves("other count") + report.moves("other moves")
    return {"same": report.moves("same"), "other": other, "one": report.moves("one side only")}


def _receipt(file: Path, receipt: Receipt) -> str:
    what = ", ".join([_spans(receipt.contents), *receipt.tables] if receipt.contents else receipt.tables)
    replaced = _word("replaced", replaced=receipt.replaced) if receipt.replaced else ""
    return _word(receipt.outcome, **asdict(receipt) | {"file": file.name, "what": what, "replaced": replaced})


def _show(report: Status) -> None:
    say(_word("head", **{field: getattr(report, field) for field in report.__slots__}))
    for office in report.offices:
        state = _word("last", **asdict(office)) if office.sequence else _word("nothing")
        say(f"\n{office.ags} {office.name}: {office.mode or _word('unregistered')}, {state}")
        for held in office.held:
            say(f"  {held.kind:<15} {held.series}  {years(held.years)}  ({held.counted})")
        if office.tables:
            say("  " + ", ".join(office.tables))
    if report.deliveries:
        say("\n" + _word("missing" if report.missing else "complete"))
    for (ags, name), lacking in groupby(report.missing, key=lambda m: (m.ags, m.name)):
        say(f"  {ags} {name}: {_spans([(m.kind, m.series, m.year) for m in lacking])}")


def _spans(slots: Sequence[tuple[str, str, int]]) -> str:
    groups = groupby(sorted(slots), key=lambda slot: slot[:2])
    return "; ".join(f"{kind} {series} {years([slot[2] for slot in same])}" for (kind, series), same in groups)


def years(found: Sequence[int]) -> str:
    """Write years as spans.

    >>> years([2018, 2019, 2020, 2023])
    '2018–2020, 2023'
    """
    spans: list[list[int]] = []
    for year in sorted(found):
        if spans and year == spans[-1][-1] + 1:
            spans[-1].append(year)
        else:
            spans.append([year])
    return ", ".join(str(span[0]) if len(span) == 1 else f"{span[0]}–{span[-1]}" for span in spans)


def _word(name: str, /, **fields: Any) -> str:
    return WORDS[language()][name].format(**fields)
