"""`allmende project`: look ahead from a release, repeat a published projection from plain files, build a life table."""

from __future__ import annotations

from pathlib import Path

import click

from allmende.cli.output import UNUSABLE, json_option, say, say_json
from allmende.engine import open_engine
from allmende.hub import open_hub
from allmende.outlook.apart import hold_apart
from allmende.outlook.cells.exact import BY
from allmende.outlook.confidential import SERIES, WANTED, counted
from allmende.outlook.folder import CURRENT, write_outlook
from allmende.outlook.plain_inputs import read_inputs
from allmende.outlook.plain_lifetable import life_tables
from allmende.outlook.plain_results import as_data, as_document, write_result
from allmende.outlook.plain_tables import UnusableInputs
from allmende.outlook.planning import planned_in
from allmende.outlook.private import claim_private
from allmende.outlook.running import look_ahead
from allmende.outlook.settings import SETTINGS, keep_settings, read_settings, settings_of, summary
from allmende.outlook.sources import Source, released
from allmende.outlook.totals import with_totals
from allmende.projection.conventions import CONVENTIONS, project
from allmende.release.tabulate import Source as BaseCells


@click.group(name="project")
def group() -> None:
    """Project populations: a region from its release, or a published projection from plain files."""


@group.command("run")
@click.argument("public", type=click.Path(path_type=Path, file_okay=False, exists=True), required=False)
@click.option(
    "--hub",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A hub's confidential cells instead of a release (with --to).",
)
@click.option("--to", type=click.Path(path_type=Path, file_okay=False), help="Private folder for what comes of --hub.")
@click.option(
    "--settings",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The region's own settings, kept as PUBLIC/outlook.toml.",
)
@click.option(
    "--inputs",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder with population.csv, rates.csv (or matrix.csv) and, where needed, flows.csv, srb.csv, settings.toml.",
)
@click.option("--convention", type=click.Choice(sorted(CONVENTIONS)), help="Whose equations to follow (with --inputs).")
@click.option("--years", type=click.IntRange(min=1), help="Years to project; without it, as many as the inputs say.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write every cell as .csv, .parquet or .json.")
@json_option
@click.pass_context
def run(
    ctx: click.Context,
    public: Path | None,
    hub: Path | None,
    to: Path | None,
    settings: Path | None,
    inputs: Path | None,
    convention: str | None,
    years: int | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Look ahead from the release in force in a PUBLIC folder, or repeat a published projection from plain CSV files.

    With PUBLIC: rates are estimated from the released figures, tried on the region's own past, and projected with variants and
    intervals; the result is put in force as PUBLIC/outlook (docs/methods/projection.md). PUBLIC keeps what the region says of
    its look ahead: its own settings in outlook.toml, barracks, homes and students held apart in special.csv
    (docs/formats/special.md), and totals of a district or the Land in totals.csv (docs/formats/totals.md). With --hub: the same
    from a hub's confidential cells, into a private folder outside of every public one, which keeps such files of its own.
    With --inputs: the published equations of a convention, to the last digit that their source gives
    (docs/formats/projection-inputs.md); what is wrong with the files is listed together (exit code 2),
    and accounts balance in every cell.

    \b
    Example:
      allmende project run demo-data/public
      allmende project run --hub demo-data/hub --to private/
      allmende project run --inputs sweden/ --convention un-even --years 5
      allmende project run --inputs aargau/ --convention fso --years 31 --out aargau.parquet
    """
    if [public, hub, inputs].count(None) != 2 or (hub is None) != (to is None):
        raise click.UsageError("Give either a PUBLIC folder, or --hub with --to, or --inputs.")
    if inputs is None:
        if convention or out:
            raise click.UsageError("--convention and --out belong to --inputs.")
        if public is not None:
            _run_region(released(public), public, settings, years, as_json)
        elif hub is not None and to is not None:
            _run_region(_cells_of(hub), claim_private(to), settings, years, as_json)
        return
    if settings or not convention or inputs is None:
        raise click.UsageError("--inputs goes with --convention and without --settings.")
    _run_plain(ctx, inputs, convention, years, out, as_json)


def _cells_of(folder: Path) -> Source:
    hub = open_hub(folder)
    there = {manifest.kind for manifest in hub.store.manifests()}
    with open_engine() as engine:
        base = BaseCells(hub.store, engine, hub.region)
        cells = {kind: base.fold(kind, SERIES, by, "main") for kind, by in WANTED.items() if kind in there}
        located = base.fold("stock", SERIES, BY, "main") if "stock" in there else None
    return counted(cells, hub.region, located)


def _run_region(source: Source, to: Path, settings: Path | None, years: int | None, as_json: bool) -> None:
    chosen = read_settings(settings) if settings else settings_of(to)
    found = look_ahead(with_totals(hold_apart(source, to), to), chosen | ({"horizon": years} if years else {}))
    if settings:
        keep_settings(settings.read_bytes(), to)
    outlook, before = found.outlook, planned_in(to / CURRENT)
    folder = write_outlook(outlook, found.model, found.needs, to, found.cells)
    gone = sorted(before - planned_in(folder))
    own = str(to / SETTINGS) if (to / SETTINGS).is_file() else ""
    if as_json:
        say_json(summary(outlook) | {"folder": str(folder), "settings": own, "to_plan_anew": gone})
        return
    for line in summary(outlook)["totals"]:
        say(f"{line['year']}: {line['median']:,.0f} (80 %: {line['low']:,.0f} to {line['high']:,.0f})")
    for statement in outlook.statements:
        say(f"  {statement.en}" + (f" [{statement.source}]" if statement.source else ""))
    say(f"Settings: {own or 'the usual ones'}")
    say(f"Outlook {outlook.id} is in force: {folder}")
    if gone:
        say(f"Of the outlook before there were {', '.join(gone)}; compute them anew: allmende needs plan {to}")


def _run_plain(ctx: click.Context, inputs: Path, convention: str, years: int | None, out: Path | None, as_json: bool) -> None:
    try:
        read = read_inputs(inputs, convention, years)
    except UnusableInputs as error:
        if not as_json:
            raise
        say_json({"error": error.parts(), "findings": [found.as_data() for found in error.findings]})
        ctx.exit(UNUSABLE)
    projection = project(read.case, convention)
    if out:
        write_result(projection, read.notes, out)
    if as_json:
        say_json(as_data(projection, read.notes) if out else as_document(projection, read.notes))
        return
    said = as_data(projection, read.notes)
    for row in said["totals"]:
        say(_total(row))
    for note in said["notes"]:
        say(f"  {note}")
    where = f"; every cell is in {out}" if out else ""
    say(f"Accounts balance in every cell (largest residual {projection.largest_residual:.1e}){where}.")


def _total(row: dict[str, float]) -> str:
    parts = ", ".join(
        f"{name} {value:,.0f}" for name, value in row.items() if name == "population" or (name != "year" and value)
    )
    return f"{row['year']}: {parts}"


@group.command("lifetable")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@json_option
def lifetable(file: Path, as_json: bool) -> None:
    """Build life tables from death rates (mx, ax) or probabilities (qx, ax) by age, of 100,000 newborn.

    Ages are of equal width, or abridged: 0, 1, 5, 10 and so on. S is the survival ratio into each age, as projections need it;
    of an abridged table from one five-year group into the next, with 0-4 at age 0. Columns as in
    docs/formats/projection-inputs.md.

    \b
    Example:
      allmende project lifetable rates.csv
      allmende project lifetable rates.csv --json
    """
    rows = life_tables(file)
    if as_json:
        say_json({"rows": rows})
        return
    say(",".join(rows[0]))
    for row in rows:
        say(",".join("" if value is None else str(value) for value in row.values()))
