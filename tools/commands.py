"""Write docs/commands.md from the commands' own help; `--check` only says whether it is up to date."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from allmende.cli import GROUPS, cli

PAGE = Path(__file__).resolve().parent.parent / "docs" / "commands.md"

HEAD = """# Commands

Written by `python tools/commands.py` from the commands' own help; a test compares.
Every command answers `--help`, and `--json` for programs. {exits}
"""


def every_command() -> Iterator[tuple[str, click.Command]]:
    """Yield each command with its full name, in order."""
    for name in sorted(GROUPS):
        group = importlib.import_module(f"allmende.cli.{name}").group
        if isinstance(group, click.Group):
            yield from ((f"{name} {child}", command) for child, command in sorted(group.commands.items()))
        else:
            yield name, group


def describe(name: str, command: click.Command) -> str:
    """Return one command's section."""
    text = inspect.cleandoc(command.help or "").replace("\b\n", "").replace("\b", "")
    lines = [f"## `allmende {name}`", "", text, ""]
    context = click.Context(command, info_name=f"allmende {name}")
    records = [record for parameter in command.params if (record := parameter.get_help_record(context))]
    lines += [f"- `{option}`: {words}" for option, words in records]
    return "\n".join(lines).rstrip() + "\n"


def page() -> str:
    """Return the whole page."""
    exits = inspect.cleandoc(cli.help or "").partition("Exit codes:")[2].strip()
    sections = [describe(name, command) for name, command in every_command()]
    return "\n".join([HEAD.format(exits=f"Exit codes: {exits}"), *sections])


if __name__ == "__main__":
    if "--check" in sys.argv:
        sys.exit(
            0 if PAGE.read_text(encoding="utf-8") == page() else f"{PAGE.name} is not up to date: run python tools/commands.py"
        )
    PAGE.write_text(page(), encoding="utf-8")
