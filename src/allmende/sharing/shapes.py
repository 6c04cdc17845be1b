"""What stands in a file, held to its shape: a table, rows of tables, a list of names, a number, a text in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from allmende.errors import AllmendeError


def table_of(given: Any, where: str) -> Mapping[str, Any]:
    """Return a table; raises `AllmendeError` for anything else.

    >>> table_of(3, "savings")
    Traceback (most recent call last):
    allmende.errors.AllmendeError: 3 is no table.
      where:    savings
      expected: [savings], and under it name = value
      to do:    Write it as a table.
    """
    if not isinstance(given, Mapping):
        expected = f"[{where}], and under it name = value"
        raise AllmendeError(f"{given!r} is no table.", where=where, expected=expected, todo="Write it as a table.")
    return given


def only(given: Any, terms: Iterable[str], where: str) -> Mapping[str, Any]:
    """Return a table that has none but these terms; raises `AllmendeError` that names another one."""
    table = table_of(given, where)
    strange = sorted(table.keys() - set(terms))
    if strange:
        what = f"There is no term {strange[0]!r} here."
        raise AllmendeError(what, where=where, expected=", ".join(terms), todo="Correct the word, or leave it out.")
    return table


def rows_of(given: Any, where: str) -> list[Mapping[str, Any]]:
    """Return a list of tables; raises `AllmendeError` for anything else."""
    if not isinstance(given, list) or not all(isinstance(row, Mapping) for row in given):
        expected = f"[[{where}]] for each, and under it name = value"
        raise AllmendeError(f"{given!r} is no list of tables.", where=where, expected=expected, todo="Write a table for each.")
    return given


def names_of(given: Any, where: str) -> tuple[str, ...]:
    """Return a list of names; raises `AllmendeError` for anything else."""
    if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
        what = f"{given!r} is no list of names."
        raise AllmendeError(what, where=where, expected='names as ["A", "B"]', todo="Write the partners' names.")
    return tuple(given)


def whole_of(given: Any, where: str, *, least: int, most: int) -> int:
    """Return a whole number between two others; raises `AllmendeError` for anything else."""
    if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
        what = f"There is no {where.rpartition('.')[2]}." if given is None else f"{given!r} does not fit."
        raise AllmendeError(what, where=where, expected=f"a whole number from {least} to {most}", todo="Correct it.")
    return given


def above_zero(given: Any, where: str) -> float:
    """Return a number above 0; raises `AllmendeError` for anything else."""
    try:
        number = float("nothing" if isinstance(given, bool) else given)
    except (TypeError, ValueError, OverflowError):
        number = 0.0
    if not 0 < number < float("inf"):
        raise AllmendeError(f"{given!r} does not fit.", where=where, expected="a number above 0", todo="Correct it.")
    return number


def words(value: Any, where: str) -> dict[str, str]:
    """Return a text in both languages from one text or { de, en }."""
    if isinstance(value, str):
        return {"de": value, "en": value}
    if isinstance(value, Mapping) and {"de", "en"} <= value.keys():
        return {language: str(value[language]) for language in ("de", "en")}
    raise AllmendeError(
        "A text is needed in both languages.",
        where=where,
        expected='{ de = "…", en = "…" }, or one text for both',
        todo="Write what is missing.",
    )


@contextmanager
def naming(place: str) -> Iterator[None]:
    """Put a place before where an error says it is."""
    try:
        yield
    except AllmendeError as error:
        where = f"{place}, {error.where}" if error.where else place
        raise type(error)(error.what, where=where, expected=error.expected, todo=error.todo) from None
