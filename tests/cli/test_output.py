"""Errors become words for people and one JSON document for programs, whatever raised them."""

import json
import sys

import pytest

from allmende.cli.output import answer_errors, language
from allmende.errors import AllmendeError, Refused


@pytest.mark.parametrize(
    ("error", "code", "what"),
    [
        (AllmendeError("The file is empty."), 2, "The file is empty."),
        (Refused("The gate refuses."), 1, "The gate refuses."),
        (FileNotFoundError(2, "No such file or directory", "stock.csv"), 2, "No such file or directory."),
    ],
)
def test_every_error_answers_as_it_was_asked(monkeypatch, capsys, error, code, what):
    for arguments in (["allmende"], ["allmende", "--json"]):
        monkeypatch.setattr(sys, "argv", arguments)
        with pytest.raises(SystemExit) as end, answer_errors():
            raise error
        assert end.value.code == code
        said = capsys.readouterr()
        if "--json" in arguments:
            assert json.loads(said.out)["error"]["what"] == what
        else:
            assert what in said.err


@pytest.mark.parametrize(
    ("locale", "expected"), [("en_GB.UTF-8", "en"), ("de_AT.UTF-8", "de"), ("fr_FR.UTF-8", "de"), ("C", "de")]
)
def test_commands_speak_english_where_the_locale_does_and_german_elsewhere(monkeypatch, locale, expected):
    monkeypatch.setenv("LC_ALL", locale)
    assert language() == expected
