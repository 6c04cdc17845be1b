"""The files of docs/examples are those of the docs, and every example that a command's help shows runs on them."""

import importlib
import re
import shlex
import shutil
from pathlib import Path

import click
import pytest

from allmende.cli import main

DOCS = Path(__file__).parents[1] / "docs"
EXAMPLES = DOCS / "examples"
PAGES = [
    ("formats/scheme.md", ("mine.toml", "figures.toml")),
    ("formats/call.md", ("call.toml", "plan.toml")),
    ("methods/rehearsal.md", ("fund.toml",)),
]


def shown():
    for name in ("sharing", "scheme", "fund"):
        group = importlib.import_module(f"allmende.cli.{name}").group
        assert isinstance(group, click.Group)
        for command in (group, *group.commands.values()):
            yield from re.findall(r"^\s*Example: allmende (.+)$", command.help or "", flags=re.MULTILINE)


@pytest.mark.parametrize("words", sorted({*shown()}))
def test_the_examples_of_help_run_in_the_folder_of_examples(words, tmp_path, monkeypatch, capsys):
    for file in EXAMPLES.iterdir():
        shutil.copy(file, tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as done:
        main(shlex.split(words.replace("--runs 200", "--runs 2")))
    assert done.value.code == 0, capsys.readouterr().err


@pytest.mark.parametrize(("page", "files"), PAGES, ids=[page for page, _ in PAGES])
def test_the_files_are_what_the_pages_print(page, files):
    printed = [part.split("```")[0] for part in (DOCS / page).read_text(encoding="utf-8").split("```toml\n")[1:]]
    assert printed == [(EXAMPLES / file).read_text(encoding="utf-8") for file in files]


@pytest.mark.parametrize("guide", sorted((DOCS / "guide").glob("which-key*.md")), ids=lambda guide: guide.name)
def test_the_guide_names_files_that_are_there(guide):
    named = re.findall(r"allmende (?:sharing|scheme|fund) \w+ (\S+\.(?:toml|json))", guide.read_text(encoding="utf-8"))
    assert named
    assert all((EXAMPLES / file).exists() for file in named)
