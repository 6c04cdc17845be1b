"""How commands answer: words for people, JSON for programs, exit codes for scripts."""

from __future__ import annotations

import errno
import json
import os
import re
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from allmende.errors import AllmendeError, Refused

REFUSED, UNUSABLE, INTERRUPTED = 1, 2, 130

Command = TypeVar("Command", bound=Callable[..., Any])


def json_option(command: Command) -> Command:
    """Add `--json`, passed to the command as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of words.")(command)


_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def say(text: str, *, err: bool = False) -> None:
    """Print a line for people; what could command their terminal (a visitor's message, a file's name) is replaced."""
    click.echo(_CONTROLS.sub("\N{REPLACEMENT CHARACTER}", text), err=err)


def say_json(document: Any) -> None:
    """Print one JSON document, German letters as they are."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str))


def language() -> str:
    """Return "en" if the environment's locale is English, else "de"."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or "de"
    return "en" if locale.lower().startswith("en") else "de"


@contextmanager
def answer_errors() -> Iterator[None]:
    """Turn errors into words on stderr (JSON when `--json` was asked for) and the documented exit codes."""
    try:
        yield
    except AllmendeError as error:
        _say_error(error)
        sys.exit(REFUSED if isinstance(error, Refused) else UNUSABLE)
    except click.ClickException as error:
        if "--json" in sys.argv:
            _say_error(AllmendeError(error.format_message(), todo="See --help."))
        else:
            error.show()
        sys.exit(UNUSABLE)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted; nothing half-done was left behind.", err=True)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
    except OSError as error:
        _say_error(of_system(error))
        sys.exit(UNUSABLE)
    except Exception as error:
        if os.environ.get("ALLMENDE_TRACEBACK"):
            raise
        _say_error(_unforeseen(error))
        sys.exit(UNUSABLE)


def of_system(error: OSError) -> AllmendeError:
    """Put what the operating system refused into words that can be acted on."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return AllmendeError(
            "The disk is full.",
            where=str(error.filename or ""),
            expected="room for what is to be written",
            todo="Make room, then run the command again; what was there before is unchanged.",
        )
    return AllmendeError(
        f"{error.strerror or error}.",
        where=str(error.filename or ""),
        expected="a file or folder that is there and may be used",
        todo="Check the path, its rights and the disk.",
    )


def _unforeseen(error: Exception) -> AllmendeError:
    # neither the error's own text nor its traceback is shown: both may hold a person's value
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "allmende" in Path(frame.filename).parts]
    return AllmendeError(
        f"Allmende failed in a way that nobody foresaw ({type(error).__name__}).",
        where=f"{Path(ours[-1].filename).name}, line {ours[-1].lineno}" if ours else "",
        expected="an input that works, or a message that says why it does not",
        todo="Check the input, and report the command. ALLMENDE_TRACEBACK=1 shows more, which may hold values of persons.",
    )


def _say_error(error: AllmendeError) -> None:
    if "--json" in sys.argv:
        say_json({"error": error.parts()})
    else:
        say(str(error), err=True)
