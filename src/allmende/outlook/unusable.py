"""Why an outlook cannot be used: a file of its folder, or the release under it. Pages tell these from other errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from allmende.cubes.publication import DESCRIPTION, RELEASES
from allmende.errors import AllmendeError

RUN = "Make the look ahead again with `allmende project run PUBLIC`."
PLAN = "Make it again with `allmende needs plan PUBLIC`."


class UnusableOutlook(AllmendeError):
    """A file of the outlook folder is damaged, missing, or of another format."""


class WithdrawnRelease(AllmendeError):
    """The release that an outlook was made from is not there any more."""


def released_under(public: Path, release: str, outlook: str) -> Path:
    """Return the folder of the release that an outlook stands on. Raises `WithdrawnRelease` if it was taken away."""
    folder = public / RELEASES / release
    if (folder / DESCRIPTION).is_file():
        return folder
    raise WithdrawnRelease(
        f"The release {release}, from which the look ahead {outlook} was made, was withdrawn.",
        where=str(folder),
        expected="a look ahead from a release that is there",
        todo=RUN,
    )


def read_document(path: Path, version: int, todo: str = RUN) -> dict[str, Any]:
    """Read a JSON file of an outlook folder. Raises `UnusableOutlook` if it is damaged or of another format than `version`."""
    with using(path, todo):
        document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        found = document.pop("format")
    if found != version:
        raise UnusableOutlook(
            f"This file of the look ahead has format {found}.", where=str(path), expected=f"format {version}", todo=todo
        )
    return document


@contextmanager
def using(path: Path, todo: str = RUN) -> Iterator[None]:
    """Say of whatever goes wrong with a file's content that the file is damaged or missing, and what to do."""
    try:
        yield
    except UnusableOutlook:
        raise
    except (AllmendeError, ArithmeticError, AttributeError, EOFError, LookupError, OSError, TypeError, ValueError) as error:
        reason = error.what if isinstance(error, AllmendeError) else f"{type(error).__name__}: {error}"
        raise UnusableOutlook(
            f"A file of the look ahead is damaged or missing ({reason}).",
            where=str(path),
            expected="the file as it was written",
            todo=todo,
        ) from error
