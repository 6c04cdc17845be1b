"""Parts of a scheme's document, taken out one by one so that nothing misspelt and no missing language is lost."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any, TypeVar

from allmende.errors import AllmendeError

Said = Mapping[str, str]
"""A text in both languages: {"de": …, "en": …}."""

LANGUAGES = ("de", "en")
Read = TypeVar("Read")


@contextmanager
def naming(name: str) -> Iterator[None]:
    """Name the file in every error that does not name it yet."""
    try:
        yield
    except AllmendeError as error:
        if name in error.where:
            raise
        where = f"{name}, {error.where}" if error.where else name
        raise type(error)(error.what, where=where, expected=error.expected, todo=error.todo) from error


def only(table: Mapping[str, Any], keys: tuple[str, ...], where: str) -> Mapping[str, Any]:
    """Return the table; raises `AllmendeError` for a key that is none of these, and for what is no table."""
    table_of(table, where)
    strange = sorted(table.keys() - set(keys))
    if strange:
        raise AllmendeError(
            f"{strange[0]} is not known here.", where=where, expected=", ".join(keys), todo="Correct or remove it."
        )
    return table


def table_of(given: Any, where: str) -> Mapping[str, Any]:
    """Return a table; raises `AllmendeError` for anything else."""
    if not isinstance(given, Mapping):
        raise AllmendeError(f"{given!r} is no table.", where=where, expected="name = value", todo="Write it as a table.")
    return given


def tables(table: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    """Return a table within a table, an empty one if it is left out."""
    return table_of(table.get(key, {}), f"{where}, [{key}]")


def listed(table: Mapping[str, Any], key: str, where: str) -> list[Any]:
    """Return a list, an empty one if it is left out."""
    given = table.get(key, [])
    if not isinstance(given, list):
        raise AllmendeError(f"{key} is {given!r}.", where=where, expected=f"{key} = [ … ]", todo="Write it as a list.")
    return given


def text(table: Mapping[str, Any], key: str, where: str, default: str | None = None) -> str:
    """Return a text; `default` if it may be left out."""
    given = table[key] if key in table and default is not None else (needed(table, key, where) if default is None else default)
    if not isinstance(given, str):
        raise AllmendeError(f"{key} is {given!r}.", where=where, expected=f'{key} = "…"', todo="Write it as a text.")
    return given


def texts(table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    """Return a list of texts."""
    return tuple(text({key: each}, key, where) for each in listed(table, key, where))


def whole(table: Mapping[str, Any], key: str, where: str) -> int:
    """Return a whole number of 0 or more, 0 if it is left out."""
    given = table.get(key, 0)
    if type(given) is not int or not 0 <= given < 10_000:
        raise AllmendeError(f"{key} is {given!r}.", where=where, expected="a whole number of 0 or more", todo="Correct it.")
    return given


def needed(table: Mapping[str, Any], key: str, where: str) -> Any:
    """Return what stands under a key; raises `AllmendeError` if nothing does."""
    if not table.get(key):
        raise AllmendeError(f"{key} is missing.", where=where, expected=f"{key} = …", todo="Add it.")
    return table[key]


def said(table: Mapping[str, Any], key: str, where: str) -> Said:
    """Return a text in both languages; raises `AllmendeError` if one of them is missing.

    >>> said({"unit": {"de": "Euro im Jahr", "en": "euro a year"}}, "unit", "")["de"]
    'Euro im Jahr'
    """
    return _both(needed(table, key, where), key, where)


def sayings(table: Mapping[str, Any], key: str, where: str) -> tuple[Said, ...]:
    """Return texts in both languages from a list, which may be left out."""
    return tuple(_both(each, f"an entry of {key}", where) for each in listed(table, key, where))


def quoted(table: Mapping[str, Any], key: str, where: str) -> Said:
    """Return where something stands: a citation is the same in every language, a description is said in both."""
    given = needed(table, key, where)
    return dict.fromkeys(LANGUAGES, given) if isinstance(given, str) else _both(given, key, where)


def _both(given: Any, what: str, where: str) -> Said:
    both = isinstance(given, Mapping) and given.keys() == set(LANGUAGES)
    if both and all(isinstance(given[language], str) and given[language] for language in LANGUAGES):
        return {language: given[language] for language in LANGUAGES}
    raise AllmendeError(
        f"{what} is not said in both languages: {given!r}.",
        where=where,
        expected='{ de = "…", en = "…" }',
        todo="Write it in German and in English.",
    )


def each_of(table: Mapping[str, Any], key: str, name: str, read: Callable[[Mapping[str, Any], str], Read]) -> tuple[Read, ...]:
    """Read a list of tables; raises `AllmendeError` for an id that is given twice."""
    parts = [table_of(part, f"{name}, [[{key}]]") for part in listed(table, key, name)]
    ids = [text(part, "id", f"{name}, [[{key}]]") for part in parts]
    twice = [each for each in ids if ids.count(each) > 1]
    if twice:
        raise AllmendeError(
            f"The id {twice[0]!r} is given twice.", where=f"{name}, [[{key}]]", expected="ids that differ", todo="Rename one."
        )
    return tuple(read(part, f"{name}, {key} {part['id']}") for part in parts)


def day(value: object, where: str) -> date | None:
    """Return a date, or None where there is none."""
    if value is None or type(value) is date:
        return value
    raise AllmendeError(f"{value!r} is no date.", where=where, expected="a date as 2019-12-31", todo="Correct it.")
