"""Docs are held to the code: links lead somewhere, commands are described, examples are given."""

import importlib
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from allmende.cli import GROUPS

ROOT = Path(__file__).parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if "://" not in target and not target.startswith("mailto:"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}, which is not there"


def commands() -> list[tuple[str, click.Command]]:
    found: list[tuple[str, click.Command]] = []
    for name in sorted(GROUPS):
        group = importlib.import_module(f"allmende.cli.{name}").group
        if isinstance(group, click.Group):
            found += [(f"{name} {child}", command) for child, command in sorted(group.commands.items())]
        else:
            found.append((name, group))
    return found


@pytest.mark.parametrize(("name", "command"), commands(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_command_shows_an_example_and_answers_in_json(name: str, command: click.Command) -> None:
    assert f"allmende {name}" in (command.help or ""), f"`allmende {name} --help` shows no example of its use"
    assert "--json" in {option for parameter in command.params for option in parameter.opts}


def test_pages_and_docs_name_only_commands_that_there_are() -> None:
    templates = (ROOT / "src" / "allmende" / "portal").rglob("*.html")
    there = {name.split()[0]: set[str]() for name, _ in commands()}
    for name, _ in commands():
        there[name.split()[0]] |= set(name.split()[1:])
    for page in [*PAGES, *templates]:
        for group, child in re.findall(r"allmende ([a-z]+) ([a-z]+(?:-[a-z]+)*)", page.read_text(encoding="utf-8")):
            if there.get(group):
                assert child in there[group], f"{page.name} names `allmende {group} {child}`, which is no command"


def test_readme_names_only_targets_that_make_has() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", (ROOT / "README.md").read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert named
    assert named <= targets


def test_the_page_of_commands_is_what_the_commands_say() -> None:
    checked = subprocess.run(
        [sys.executable, ROOT / "tools" / "commands.py", "--check"], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stderr
