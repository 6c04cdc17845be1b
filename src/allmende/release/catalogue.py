"""The catalogue: the list of all tables that a region publishes. What it does not name is never published."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from itertools import combinations
from pathlib import Path
from typing import Any

from allmende.cubes.base import KINDS
from allmende.cubes.publication import Words
from allmende.errors import AllmendeError
from allmende.parameters import load
from allmende.parameters.classifications import choice, classification
from allmende.release.geographies import GEOGRAPHIES

EACH = "each"
"""Classification of a dimension whose members are published as they are."""

ORIGINS = tuple(name for name in GEOGRAPHIES if name == "municipality" or name.startswith("district"))
CLASSIFIED = ("age", "sex")
"""Dimensions with classifications in parameters/classifications.toml; age has no other, as single years are one of them."""

DIMENSIONS = ("age", "sex", "nationality", "residence", "direction", "counterpart", "origin")
AUDIENCES = ("public", "member")
RESIDENCES = ("main", "secondary", "all")
ALL = "all"

Margin = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """One table to publish.

    `dimensions` pairs each dimension with its classification; `margins` lists the combinations of dimensions that are
    published (the empty one is the total of an area). Detail of an area appears only where its perturbed total reaches
    `min_parent`. Events of `pooled` years may be added up: windows end in years that `pooled` divides with remainder
    `pooled` - 1, whatever is released when, so that no two windows overlap. `exact_totals` leaves the total of an area
    as it was counted.
    """

    id: str
    title: Words
    cube: str
    series: str
    geography: str
    dimensions: tuple[tuple[str, str], ...]
    margins: tuple[Margin, ...]
    audience: str = "public"
    residence: str = "main"
    min_parent: int = 0
    pooled: int = 1
    exact_totals: bool = False

    @property
    def names(self) -> Margin:
        """The dimensions' names, in the order of the columns."""
        return tuple(name for name, _ in self.dimensions)

    @property
    def universe(self) -> tuple[str, str, int, str]:
        """What is counted: tables of one universe speak of the same persons or events."""
        return self.cube, self.series, self.pooled, self.residence

    def labels(self, dimension: str) -> tuple[str, ...] | None:
        """Return the bands or chosen members of a classified dimension, None where members are published as they are."""
        name = dict(self.dimensions)[dimension]
        if name == EACH or dimension == "origin":
            return None
        return classification(dimension, name).labels if dimension == "age" else choice(dimension, name).members


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The tables of a release, with its title."""

    title: Words
    tables: tuple[Table, ...]

    def __getitem__(self, table: str) -> Table:
        return next(each for each in self.tables if each.id == table)

    def with_table(self, changed: Table) -> Catalogue:
        """Return the catalogue with the table of this id replaced."""
        return Catalogue(self.title, tuple(changed if each.id == changed.id else each for each in self.tables))

    def without(self, table: str) -> Catalogue:
        """Return the catalogue without a table."""
        return Catalogue(self.title, tuple(each for each in self.tables if each.id != table))


def load_catalogue(path: Path | None = None) -> Catalogue:
    """Read and check a catalogue (TOML); without a path, the one that comes with Allmende.

    Raises AllmendeError that lists every defect with its line.

    >>> catalogue = load_catalogue()
    >>> catalogue["stock_municipality"].geography
    'municipality'
    """
    source = path if path is not None else resources.files("allmende.parameters") / "catalogue.toml"
    where = str(path) if path is not None else "catalogue.toml of Allmende"
    try:
        text = source.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise AllmendeError("The catalogue is not UTF-8.", where=where, todo="Save it as UTF-8.") from error
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise AllmendeError(
            f"The catalogue is no TOML: {error}.", where=where, expected="docs/formats/catalogue.md", todo="Correct the line."
        ) from error
    defects = [f"line {_line(text, place, field)}: {words}" for place, field, words in _find_defects(document)]
    if defects:
        raise AllmendeError(
            f"The catalogue has {len(defects)} defect{'s' if len(defects) > 1 else ''}:\n    " + "\n    ".join(defects),
            where=where,
            expected="tables as docs/formats/catalogue.md describes them",
            todo="Correct these lines; nothing was read.",
        )
    return Catalogue(Words(**document["title"]), tuple(_table(entry) for entry in document["table"]))


def every_margin(names: Iterable[str]) -> tuple[Margin, ...]:
    """Return all combinations of dimensions, the total first.

    >>> every_margin(["age", "sex"])
    ((), ('age',), ('sex',), ('age', 'sex'))
    """
    order = tuple(names)
    return tuple(margin for size in range(len(order) + 1) for margin in combinations(order, size))


def _table(entry: Mapping[str, Any]) -> Table:
    dimensions = tuple(entry.get("dimensions", {}).items())
    names = [name for name, _ in dimensions]
    margins = entry.get("margins", ALL)
    chosen = every_margin(names) if margins == ALL else {tuple(n for n in names if n in margin) for margin in margins}
    return Table(
        id=entry["id"],
        title=Words(**entry["title"]),
        cube=entry["cube"],
        series=entry.get("series", "12-31"),
        geography=entry["geography"],
        dimensions=dimensions,
        margins=tuple(sorted(chosen, key=lambda margin: (len(margin), [names.index(name) for name in margin]))),
        **{name: entry[name] for name in ("audience", "residence", "min_parent", "pooled", "exact_totals") if name in entry},
    )


Defect = tuple[int | None, str, str]


def _find_defects(document: Mapping[str, Any]) -> Iterator[Defect]:
    yield from _unknown(None, document, {"title", "table"})
    if not _is_words(document.get("title")):
        yield None, "title", "title must be a table with de and en"
    tables = document.get("table")
    if not isinstance(tables, list) or not tables:
        yield None, "table", "there is no [[table]]; a catalogue names at least one"
        return
    seen: dict[str, int] = {}
    for place, entry in enumerate(tables):
        yield from _table_defects(place, entry)
        name = entry.get("id")
        if name in seen:
            yield place, "id", f"the id {name!r} is taken by table {seen[name] + 1} already"
        seen.setdefault(name, place)
    yield from _mixed_residences(tables)


def _mixed_residences(tables: list[dict[str, Any]]) -> Iterator[Defect]:
    whose: dict[tuple[Any, Any], set[str]] = {}
    for place, entry in enumerate(tables):
        counted = whose.setdefault((entry.get("cube"), entry.get("series", "12-31")), set())
        counted.add(entry.get("residence", "main"))
        if "all" in counted and len(counted) > 1:
            yield (
                place,
                "residence",
                "another table of this cube counts other residences: all minus main would show the secondary",
            )


def _table_defects(place: int, entry: Mapping[str, Any]) -> Iterator[Defect]:
    yield from _unknown(place, entry, set(Table.__dataclass_fields__))
    if not re.fullmatch(r"[a-z][a-z0-9_]*", str(entry.get("id", ""))):
        yield place, "id", "id must be a word of a-z, 0-9 and _ (it becomes a file name)"
    if not _is_words(entry.get("title")):
        yield place, "title", "title must have de and en"
    choices = {"cube": tuple(KINDS), "geography": GEOGRAPHIES}
    for field, known in choices.items():
        if entry.get(field) not in known:
            yield place, field, f"{field} is {entry.get(field)!r}, expected one of {', '.join(known)}"
    if entry.get("audience", "public") not in AUDIENCES:
        yield place, "audience", f"audience is {entry['audience']!r}, expected public or member"
    if entry.get("residence", "main") not in RESIDENCES:
        yield place, "residence", f"residence is {entry['residence']!r}, expected one of {', '.join(RESIDENCES)}"
    if not re.fullmatch(r"\d\d-\d\d", str(entry.get("series", "12-31"))):
        yield place, "series", 'series is the month and day of the key date, such as "12-31"'
    for field, least in (("min_parent", 0), ("pooled", 1)):
        if not isinstance(entry.get(field, least), int) or entry.get(field, least) < least:
            yield place, field, f"{field} must be a whole number from {least}"
    yield from _dimension_defects(place, entry)
    if entry.get("exact_totals") and (entry.get("cube") != "stock" or entry.get("geography") != "municipality"):
        yield place, "exact_totals", "only the population total of municipalities may be exact; anything below is perturbed"
    if entry.get("pooled", 1) != 1 and entry.get("cube") == "stock":
        yield place, "pooled", "a stock cannot be added up over years"


def _dimension_defects(place: int, entry: Mapping[str, Any]) -> Iterator[Defect]:
    dimensions = entry.get("dimensions", {})
    if not isinstance(dimensions, dict):
        yield place, "dimensions", 'dimensions must pair names with classifications, such as { age = "five", sex = "each" }'
        return
    if "residence" in dimensions and entry.get("residence", "main") != "all":
        yield place, "dimensions", 'a table by residence must count all of them: residence = "all"'
    columns = KINDS.get(str(entry.get("cube")), ())
    for name, classes in dimensions.items():
        column = "origin_district" if name == "origin" else name
        if name not in DIMENSIONS or (columns and column not in columns):
            yield place, "dimensions", f"{entry.get('cube')} has no dimension {name!r}"
        elif problem := _classification_problem(name, classes):
            yield place, "dimensions", problem
    margins = entry.get("margins", ALL)
    if margins == ALL:
        return
    if not isinstance(margins, list) or not all(isinstance(margin, list) for margin in margins):
        yield place, "margins", 'margins is "all" or a list of lists, such as [[], ["age"], ["age", "sex"]]'
        return
    foreign = sorted({str(name) for margin in margins for name in margin} - set(dimensions))
    if foreign:
        yield place, "margins", f"margins name {', '.join(foreign)}, which the table's dimensions lack"
    if [] not in margins:
        yield place, "margins", "margins lack [], the total of an area: nobody should have to add up parts"


def _classification_problem(name: str, classes: Any) -> str:
    if name == "origin":
        return "" if classes in ORIGINS else f"origin is {classes!r}, expected one of {', '.join(ORIGINS)}"
    if name not in CLASSIFIED or (classes == EACH and name != "age"):
        return "" if classes == EACH else f'{name} is {classes!r}, expected "{EACH}"'
    known = sorted(load("classifications")[name])
    if classes in known:
        return ""
    return f"There is no classification {classes!r} of {name!r}. Expected one of {known if name == 'age' else [EACH, *known]}"


def _unknown(place: int | None, entry: Mapping[str, Any], known: set[str]) -> Iterator[Defect]:
    for field in sorted(set(entry) - known):
        yield place, field, f"{field!r} means nothing here; expected one of {', '.join(sorted(known))}"


def _is_words(value: Any) -> bool:
    return isinstance(value, dict) and set(value) == {"de", "en"} and all(isinstance(each, str) for each in value.values())


def _line(text: str, place: int | None, field: str) -> int:
    """Return the line of a field in the given table (None: the head), or of the table's own header."""
    lines = text.splitlines()
    headers = [number for number, line in enumerate(lines) if re.match(r"\s*\[\[\s*table\s*\]\]", line)] + [len(lines)]
    start, end = (0, headers[0]) if place is None else headers[place : place + 2]
    pattern = re.compile(rf"\s*\[?\s*(table\.)?\"?{re.escape(field)}\"?\s*[=.\]]")
    return next((number for number in range(start, end) if pattern.match(lines[number])), start) + 1
