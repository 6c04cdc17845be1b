"""`allmende selfcheck`: published numbers, computed again on this machine."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from allmende.cli.output import json_option, say, say_json
from allmende.comparison import Comparison
from allmende.outlook.references import compare_references
from allmende.selfcheck import selfcheck


@click.command("selfcheck")
@click.option(
    "--refs",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder of reference files: run the published projections in it in full, too.",
)
@json_option
@click.pass_context
def group(ctx: click.Context, refs: Path | None, as_json: bool) -> None:
    """Reproduce published reference numbers and print the differences.

    Needs no data beside the program. Exit code 1 if a number is missed.

    Example: allmende selfcheck --refs references/
    """
    rooms = selfcheck() | ({"references": compare_references(refs)} if refs else {})
    missed = [found for compared in rooms.values() for found in compared if not found.holds]
    if as_json:
        say_json({"holds": not missed, "rooms": {room: [_fields(c) for c in compared] for room, compared in rooms.items()}})
    else:
        for room, compared in rooms.items():
            say(f"{room}: {len(compared)} published numbers")
            for found in compared:
                say(_line(found))
        say("Every published number is reproduced." if not missed else f"{len(missed)} numbers are missed.")
    ctx.exit(1 if missed else 0)


def _line(found: Comparison) -> str:
    word = "ok    " if found.holds else "MISSED"
    numbers = f"{found.published:>12.8g} {found.computed:>14.8g}  off {found.difference:.1e}"
    return f"  {word} {found.name:<58} {numbers}  [{found.source}]"


def _fields(found: Comparison) -> dict[str, object]:
    return asdict(found) | {"difference": found.difference, "holds": found.holds}
