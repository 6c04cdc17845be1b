"""Errors become words for people and one JSON document for programs, whatever raised them."""

import json
import sys

import pytest

from allmende.cli.output import answer_errors, language, say
from allmende.errors import AllmendeError, Refused


@pytest.mark.parametrize(
    ("error", "code", "what"),
    [
        (AllmendeError("The file is empty."), 2, "The file is empty."),
        (Refused("The gate refuses."), 1, "The gate refuses."),
        (OSError(28, "No space left on device", "public"), 2, "The disk is full."),
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


def test_what_nobody_foresaw_shows_neither_a_traceback_nor_a_value(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["allmende"])
    monkeypatch.delenv("ALLMENDE_TRACEBACK", raising=False)
    with pytest.raises(SystemExit) as end, answer_errors():
        int("Erika Mustermann")
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert "ValueError" in said
    assert "Erika" not in said
    assert "Traceback" not in said


def test_no_text_of_others_commands_the_terminal(capsys):
    say("a\x1b]0;b\x07\u202ec\n\td")
    assert capsys.readouterr().out == "a\ufffd]0;b\ufffd\ufffdc\n\td\n"


@pytest.mark.parametrize(
    ("locale", "expected"), [("en_GB.UTF-8", "en"), ("de_AT.UTF-8", "de"), ("fr_FR.UTF-8", "de"), ("C", "de")]
)
def test_commands_speak_english_where_the_locale_does_and_german_elsewhere(monkeypatch, locale, expected):
    monkeypatch.setenv("LC_ALL", locale)
    assert language() == expected
