"""`allmende project`: repeat a published projection from plain CSV files, build a life table."""

from __future__ import annotations

from pathlib import Path

import click

from allmende.cli.output import UNUSABLE, json_option, say, say_json
from allmende.outlook.plain_inputs import read_inputs
from allmende.outlook.plain_lifetable import life_tables
from allmende.outlook.plain_results import as_data, as_document, write_result
from allmende.outlook.plain_tables import UnusableInputs
from allmende.projection.conventions import CONVENTIONS, project


@click.group(name="project")
def group() -> None:
    """Project populations: repeat a published projection from plain files."""


@group.command("run")
@click.option(
    "--inputs",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    required=True,
    help="Folder with population.csv, rates.csv and, where needed, flows.csv, srb.csv, settings.toml.",
)
@click.option("--convention", type=click.Choice(sorted(CONVENTIONS)), required=True, help="Whose equations to follow.")
@click.option("--years", type=click.IntRange(min=1), help="Years to project; without it, as many as the rates have.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write every cell as .csv, .parquet or .json.")
@json_option
@click.pass_context
def run(ctx: click.Context, inputs: Path, convention: str, years: int | None, out: Path | None, as_json: bool) -> None:
    """Repeat a published projection from plain CSV files, to the last digit that its source gives.

    The files are described in docs/formats/projection-inputs.md. Everything that is wrong with them is listed at once
    (exit code 2). The result has one row per year, area, group, sex and age; its accounts balance in every cell.

    \b
    Example:
      allmende project run --inputs sweden/ --convention un-even --years 5
      allmende project run --inputs aargau/ --convention fso --years 31 --out aargau.parquet
    """
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

    S is the survival ratio into each age, as projections need it. Columns as in docs/formats/projection-inputs.md.

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
        say(",".join(str(value) for value in row.values()))
