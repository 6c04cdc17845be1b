"""A service as data: who needs it, how much of it, as of which day, and in which steps it is offered."""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError

Floats = NDArray[np.float64]

KINDS = ("places", "classes", "people", "doctors", "reach")
"""Places are offered one by one, classes as wholes; people are cared for; doctors serve so many inhabitants each; what has
to be there in time (a fire engine) has a norm and no quotas."""

SEXES = ("all", "f", "m")
OLDEST = 100
"""The last age, which is open: 100 and older."""

ASSUMPTION = "assumption"


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """People of ages `low` to `high`, both inclusive (`OLDEST` is open), of one sex or of all."""

    low: int
    high: int
    sex: str = "all"

    def ages(self) -> Iterator[Span]:
        """Yield the span age by age."""
        return (Span(age, age, self.sex) for age in range(self.low, self.high + 1))


@dataclass(frozen=True, slots=True)
class Quota:
    """How much of the service a person of these ages needs: units per person, dated and with its source.

    `by_year` holds known values; years between them are interpolated, years outside take the nearest. `spread` is the
    relative standard deviation of its level, drawn once a scenario. A quota without values is one that no source gives:
    `required` says what the user must find out.
    """

    span: Span
    by_year: tuple[tuple[int, float], ...]
    source: str
    spread: float = 0.0
    required: str = ""

    def at(self, years: Sequence[int]) -> Floats:
        """Return the quota of each year.

        >>> Quota(Span(1, 1), ((2020, 0.3), (2030, 0.5)), "assumption").at([2015, 2025, 2040]).tolist()
        [0.3, 0.4, 0.5]
        """
        known = np.array(self.by_year, dtype=np.float64)
        return np.interp(np.asarray(years, dtype=np.float64), known[:, 0], known[:, 1])


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a service that is offered by itself: the under-threes of a Kita, the first grade of a school.

    `step` is the size of what is added or closed at once (a group, a class, a practice), 1 if places come singly.
    """

    id: str
    title: Mapping[str, str]
    quotas: tuple[Quota, ...]
    step: float = 1.0
    step_name: Mapping[str, str] | None = None
    step_source: str = ""


@dataclass(frozen=True, slots=True)
class Norm:
    """A time within which the service shall be reached, and what it counts from."""

    minutes: float
    source: str
    start: str = ""
    before_driving: float = 0.0
    target: float = 1.0


@dataclass(frozen=True, slots=True)
class Service:
    """A service with its parts; ages are completed on `key_date` (month, day) of each year."""

    id: str
    kind: str
    title: Mapping[str, str]
    unit: Mapping[str, str]
    key_date: tuple[int, int]
    parts: tuple[Part, ...]
    norm: Norm | None = None
    notes: Mapping[str, str] | None = None
    thresholds: tuple[tuple[str, float, str], ...] = ()

    def spans(self) -> tuple[Span, ...]:
        """Return the ages and sexes whose numbers the need is computed from, single ages, each once."""
        return tuple(sorted({age for part in self.parts for quota in part.quotas for age in quota.span.ages()}))

    def elapsed(self) -> float:
        """Return the part of a year that has passed at the end of the key date."""
        return date(2001, *self.key_date).timetuple().tm_yday / 365

    def missing(self) -> tuple[str, ...]:
        """Return what a user must still find out, in words; empty if the service can be computed."""
        return tuple(
            f"{part.id}, {_ages(quota.span)}: {quota.required}"
            for part in self.parts
            for quota in part.quotas
            if not quota.by_year
        )

    def assumptions(self) -> tuple[str, ...]:
        """Return the parts and ages whose quota or step rests on an assumption."""
        found = [f"{p.id}, {_ages(q.span)}" for p in self.parts for q in p.quotas if q.source.startswith(ASSUMPTION)]
        return tuple(found + [f"{p.id}, step" for p in self.parts if p.step_source.startswith(ASSUMPTION)])


def parse_service(data: Mapping[str, Any], where: str) -> Service:
    """Read a service from the data of its TOML file; `where` names the file in errors.

    Raises `AllmendeError` with the field, the value and what was expected (docs/formats/services.md).
    """
    reader = _Reader(where)
    kind = reader.one_of(data, "kind", KINDS)
    if kind == "reach" and "norm" not in data:
        raise reader.wrong("norm", None, "a [norm] with minutes and source")
    tables = [] if kind == "reach" else reader.tables(data, "part")
    parts = [_part(reader, each, number) for number, each in enumerate(tables, 1)]
    ids = [part.id for part in parts]
    if len(set(ids)) < len(ids):
        raise reader.wrong("part.id", ", ".join(ids), "an id for each part that no other part has")
    norm = data.get("norm")
    return Service(
        id=reader.text(data, "id"),
        kind=kind,
        title=reader.words(data, "title"),
        unit=reader.words(data, "unit"),
        key_date=reader.day(data, "key_date"),
        parts=tuple(parts),
        norm=None if norm is None else _norm(reader, norm),
        notes=reader.words(data, "notes") if "notes" in data else None,
        thresholds=tuple(
            (reader.text(each, "name"), reader.number(each, "value"), reader.text(each, "source"))
            for each in data.get("threshold", [])
        ),
    )


def _part(reader: _Reader, data: Mapping[str, Any], number: int) -> Part:
    name = f"part {number}"
    step = reader.number(data, "step", default=1.0)
    if step <= 0:
        raise reader.wrong(f"{name}: step", step, "a number above 0")
    return Part(
        id=reader.text(data, "id"),
        title=reader.words(data, "title"),
        quotas=tuple(_quota(reader, each, f"{name}, quota {n}") for n, each in enumerate(reader.tables(data, "quota"), 1)),
        step=step,
        step_name=reader.words(data, "step_name") if "step_name" in data else None,
        step_source=reader.text(data, "step_source") if step != 1 else "",
    )


def _quota(reader: _Reader, data: Mapping[str, Any], name: str) -> Quota:
    ages = data.get("ages")
    if not (
        isinstance(ages, list)
        and len(ages) == 2
        and all(isinstance(a, int) for a in ages)
        and 0 <= ages[0] <= ages[1] <= OLDEST
    ):
        raise reader.wrong(f"{name}: ages", ages, f"two ages, the younger first, between 0 and {OLDEST} ({OLDEST} and older)")
    sex = data.get("sex", "all")
    if sex not in SEXES:
        raise reader.wrong(f"{name}: sex", sex, " or ".join(SEXES))
    required = str(data.get("required", ""))
    by_year = data.get("by_year", {})
    if bool(by_year) == bool(required):
        raise reader.wrong(
            name, by_year, 'either values in "by_year" or, where no source gives any, what to find out in "required"'
        )
    values = []
    for year, value in by_year.items():
        if not (str(year).isdigit() and len(str(year)) == 4):
            raise reader.wrong(f"{name}: by_year", year, "a year of four digits")
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1000:
            raise reader.wrong(f"{name}: by_year.{year}", value, "units per person, 0 or more")
        values.append((int(year), float(value)))
    spread = reader.number(data, "spread", default=0.0)
    if not 0 <= spread < 1:
        raise reader.wrong(f"{name}: spread", spread, "a relative standard deviation from 0 to below 1")
    source = reader.text(data, "source") if values else ""
    return Quota(Span(ages[0], ages[1], sex), tuple(sorted(values)), source, spread, required)


def _norm(reader: _Reader, data: Mapping[str, Any]) -> Norm:
    norm = Norm(
        minutes=reader.number(data, "minutes"),
        source=reader.text(data, "source"),
        start=str(data.get("start", "")),
        before_driving=reader.number(data, "before_driving", default=0.0),
        target=reader.number(data, "target", default=1.0),
    )
    if norm.minutes <= norm.before_driving:
        raise reader.wrong("norm: minutes", norm.minutes, f"more than the {norm.before_driving} minutes before driving")
    if not 0 < norm.target <= 1:
        raise reader.wrong("norm: target", norm.target, "a share above 0 and at most 1")
    return norm


def _ages(span: Span) -> str:
    sex = "" if span.sex == "all" else f" ({span.sex})"
    return f"ages {span.low}-{span.high}{sex}" if span.high > span.low else f"age {span.low}{sex}"


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads fields of one TOML file and says which one is wrong."""

    where: str

    def wrong(self, field: str, value: object, expected: str) -> AllmendeError:
        return AllmendeError(
            f"The service cannot be read: {field} is {value!r}.", where=self.where, expected=expected, todo="Correct the file."
        )

    def text(self, data: Mapping[str, Any], field: str) -> str:
        value = data.get(field)
        if not isinstance(value, str) or not value.strip():
            raise self.wrong(field, value, "words")
        return value

    def words(self, data: Mapping[str, Any], field: str) -> Mapping[str, str]:
        value = data.get(field)
        if not (isinstance(value, dict) and all(isinstance(value.get(language), str) for language in ("de", "en"))):
            raise self.wrong(field, value, '{ de = "…", en = "…" }')
        return value

    def number(self, data: Mapping[str, Any], field: str, default: float | None = None) -> float:
        value = data.get(field, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not np.isfinite(value):
            raise self.wrong(field, value, "a number")
        return float(value)

    def one_of(self, data: Mapping[str, Any], field: str, allowed: Sequence[str]) -> str:
        value = data.get(field)
        if value not in allowed:
            raise self.wrong(field, value, " or ".join(allowed))
        return str(value)

    def tables(self, data: Mapping[str, Any], field: str) -> list[Mapping[str, Any]]:
        value = data.get(field)
        if not (isinstance(value, list) and value and all(isinstance(each, dict) for each in value)):
            raise self.wrong(field, value, f"one or more [[{field}]] tables")
        return value

    def day(self, data: Mapping[str, Any], field: str) -> tuple[int, int]:
        value = str(data.get(field))
        month, _, day = value.partition("-")
        if not (
            month.isdigit()
            and day.isdigit()
            and 1 <= int(month) <= 12
            and 1 <= int(day) <= calendar.monthrange(2001, int(month))[1]
        ):
            raise self.wrong(field, data.get(field), 'a day of the year as "MM-DD"')
        return int(month), int(day)
