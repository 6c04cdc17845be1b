"""How commands answer: words for people, JSON for programs, exit codes for scripts."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import click

from allmende.errors import AllmendeError, Refused

REFUSED, UNUSABLE, INTERRUPTED = 1, 2, 130

Command = TypeVar("Command", bound=Callable[..., Any])


def json_option(command: Command) -> Command:
    """Add `--json`, passed to the command as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document instead of words.")(command)


def say(text: str) -> None:
    """Print a line for people."""
    click.echo(text)


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
        error.show()
        sys.exit(UNUSABLE)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted; nothing half-done was left behind.", err=True)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
    except OSError as error:
        where = str(error.filename or "")
        _say_error(AllmendeError(f"{error.strerror or error}.", where=where, todo="Check the path, its rights and the disk."))
        sys.exit(UNUSABLE)


def _say_error(error: AllmendeError) -> None:
    if "--json" in sys.argv:
        say_json({"error": error.parts()})
    else:
        click.echo(str(error), err=True)
