"""`allmende privacy`: design p-tables, perturb files of counts and keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from allmende.cli.cell_files import read_cells, write_cells
from allmende.cli.output import json_option, say, say_json
from allmende.deliveries.keys import read_matrix
from allmende.errors import AllmendeError
from allmende.privacy import Design, Protection, design_ptable, lay_out, load_profile, profile_names, profile_table


@click.group("privacy")
def group() -> None:
    """p-tables and perturbation.

    Example: allmende privacy ptable --max-deviation 2 --variance 0.9
    """


@group.command("ptable")
@click.option("--max-deviation", "deviation", type=int, required=True, help="D, the largest change of a count (persons).")
@click.option("--variance", type=float, required=True, help="V, the variance of the noise (persons²).")
@click.option("--block-small", type=int, default=0, show_default=True, help="js: the counts 1 … js are never published.")
@click.option("--stay", default="0", show_default=True, help="Smallest chance to stay: one number, or one a row: .5,.5,.7,.8")
@click.option("--monotone", default="T", show_default=True, help="T or F, or one letter a row: TTFT.")
@json_option
def ptable(deviation: int, variance: float, block_small: int, stay: str, monotone: str, as_json: bool) -> None:
    """Design the p-table of largest entropy for these parameters.

    Example: allmende privacy ptable --max-deviation 4 --variance 2.25 --block-small 2 --stay 0.5 --json
    """
    design = design_ptable(deviation, variance, block_small=block_small, stay=_numbers(stay), monotone=_letters(monotone))
    if as_json:
        say_json(_document(design))
        return
    for n, row in enumerate(design.table.rows):
        chances = "  ".join(f"{n + v}: {p:.8f}" for v, p in zip(row.noise.tolist(), row.p.tolist(), strict=True))
        say(f"{n:>3} →  {chances}")
    say(f"Counts above {len(design.table.rows) - 1} use the last row.")
    for warning in design.warnings():
        say(f"Warning: {warning}")


@group.command("perturb")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--profile", default="standard", show_default=True, type=click.Choice(profile_names()), help="Protection.")
@click.option("--secret", type=click.Path(path_type=Path), help="Matrix secret file (mode 0600) of the hub folder.")
@click.option("--printed-order", is_flag=True, help="No secret: intervals from -D to +D. For examples only, not to publish.")
@click.option("--output", type=click.Path(path_type=Path), help="CSV or Parquet file; without it CSV on standard output.")
@click.option("--keep-exact", is_flag=True, help="Keep the columns n and key. Never publish such a file.")
@json_option
def perturb(
    file: Path, profile: str, secret: Path | None, printed_order: bool, output: Path | None, keep_exact: bool, as_json: bool
) -> None:
    """Add a column `published` to a CSV or Parquet file with the columns n (count) and key (sum of record keys mod 2³²).

    Other columns are kept, n and key are left out.

    Example: allmende privacy perturb cells.parquet --secret hub/matrix.secret --output published.csv
    """
    protection = _protection(profile, secret, printed_order)
    cells = read_cells(file)
    table = cells.with_published(protection.protect(cells.n, cells.key), keep_exact=keep_exact)
    write_cells(table, output, as_json=as_json)
    if output and as_json:
        say_json({"cells": len(cells.n), "profile": protection.id, "output": str(output)})
    elif output:
        say(f"{len(cells.n)} cells protected by profile {profile} in {output}.")


def _protection(profile: str, secret: Path | None, printed_order: bool) -> Protection:
    if printed_order:
        return Protection(f"{profile}, printed order", lay_out(profile_table(profile), None))
    if secret is None:
        raise AllmendeError(
            "The matrix secret is missing.",
            expected="--secret FILE, the hub's matrix.secret",
            todo="Give the secret, or --printed-order to follow a printed example.",
        )
    return load_profile(profile, read_matrix(secret))


def _numbers(text: str) -> float | list[float]:
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError as error:
        raise AllmendeError(
            f"{text!r} is no probability.", where="--stay", expected="0.5, or one a row: .5,.5,.7,.8"
        ) from error
    return numbers[0] if len(numbers) == 1 else numbers


def _letters(text: str) -> bool | list[bool]:
    letters = text.upper().replace(",", "")
    if not letters or set(letters) - {"T", "F"}:
        raise AllmendeError(f"{text!r} says neither T nor F.", where="--monotone", expected="T, F, or one a row: TTFT")
    answers = [letter == "T" for letter in letters]
    return answers[0] if len(answers) == 1 else answers


def _document(design: Design) -> dict[str, Any]:
    rows = [
        {"n": n, "p": {str(n + v): p for v, p in zip(row.noise.tolist(), row.p.tolist(), strict=True)}}
        for n, row in enumerate(design.table.rows)
        if n > 0
    ]
    achieved = [
        {"n": row.n, "variance": row.variance, "stay": row.stay, "tries": row.tries, "as_asked": row.as_asked}
        for row in design.achieved
    ]
    return {"rows": rows, "achieved": achieved, "warnings": list(design.warnings())}
