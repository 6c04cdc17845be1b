"""Services as the data of their TOML files: read with every field checked, and written back."""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

import numpy as np

from allmende.errors import AllmendeError
from allmende.needs.services import ASSUMPTION, KINDS, OLDEST, SEXES, WHOLE, Norm, Part, Quota, Service, Span, Words

SERVICE_FIELDS = ("id", "kind", "title", "unit", "key_date", "part", "norm", "notes", "threshold")
PART_FIELDS = ("id", "title", "quota", "step", "step_name", "step_source")
QUOTA_FIELDS = ("ages", "sex", "by_year", "source", "spread", "required")
NORM_FIELDS = ("minutes", "source", "start", "before_driving", "target")


def parse_service(data: Mapping[str, Any], where: str) -> Service:
    """Read a service from the data of its TOML file; `where` names the file in errors.

    Raises `AllmendeError` with the field, the value and what was expected (docs/formats/services.md).
    """
    reader = _Reader(where)
    reader.only(data, SERVICE_FIELDS, "the service")
    kind = reader.one_of(data, "kind", KINDS)
    if kind == "reach" and "norm" not in data:
        raise reader.wrong("norm", None, "a [norm] with minutes and source")
    tables = [] if kind == "reach" else reader.tables(data, "part")
    parts = [_part(reader, each, number) for number, each in enumerate(tables, 1)]
    ids = [part.id for part in parts]
    if len(set(ids)) < len(ids):
        raise reader.wrong("part.id", ", ".join(ids), "an id for each part that no other part has")
    if kind == "classes" and WHOLE in ids and len(ids) > 1:
        raise reader.wrong("part.id", WHOLE, f"another id; {WHOLE!r} is all grades together")
    thresholds = reader.tables(data, "threshold") if "threshold" in data else []
    return Service(
        id=reader.text(data, "id"),
        kind=kind,
        title=reader.words(data, "title"),
        unit=reader.words(data, "unit"),
        key_date=reader.day(data, "key_date"),
        parts=tuple(parts),
        norm=_norm(reader, data["norm"]) if "norm" in data else None,
        notes=reader.words(data, "notes") if "notes" in data else None,
        thresholds=tuple(
            (reader.text(each, "name"), reader.number(each, "value"), reader.source(each, "source")) for each in thresholds
        ),
    )


def _part(reader: _Reader, data: Mapping[str, Any], number: int) -> Part:
    name = f"part {number}"
    reader.only(data, PART_FIELDS, name)
    step = reader.number(data, "step", default=1.0)
    if step <= 0:
        raise reader.wrong(f"{name}: step", step, "a number above 0")
    quotas = tuple(_quota(reader, each, f"{name}, quota {n}") for n, each in enumerate(reader.tables(data, "quota"), 1))
    for one, other in combinations([quota.span for quota in quotas], 2):
        if one.overlaps(other):
            raise reader.wrong(f"{name}: ages", f"{one}, {other}", "quotas that count nobody twice")
    return Part(
        id=reader.text(data, "id"),
        title=reader.words(data, "title"),
        quotas=quotas,
        step=step,
        step_name=reader.words(data, "step_name") if "step_name" in data else None,
        step_source=reader.source(data, "step_source") if step != 1 else {},
    )


def _quota(reader: _Reader, data: Mapping[str, Any], name: str) -> Quota:
    reader.only(data, QUOTA_FIELDS, name)
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
    required = reader.words(data, "required") if "required" in data else {}
    by_year = data.get("by_year", {})
    if not isinstance(by_year, dict) or bool(by_year) == bool(required):
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
    source = reader.source(data, "source") if values else {}
    return Quota(Span(ages[0], ages[1], sex), tuple(sorted(values)), source, spread, required)


def _norm(reader: _Reader, data: object) -> Norm:
    if not isinstance(data, dict):
        raise reader.wrong("norm", data, "a table [norm] with minutes and source")
    reader.only(data, NORM_FIELDS, "norm")
    norm = Norm(
        minutes=reader.number(data, "minutes"),
        source=reader.source(data, "source"),
        start=reader.text(data, "start") if "start" in data else "",
        before_driving=reader.number(data, "before_driving", default=0.0),
        target=reader.number(data, "target", default=1.0),
    )
    if norm.minutes <= norm.before_driving:
        raise reader.wrong("norm: minutes", norm.minutes, f"more than the {norm.before_driving} minutes before driving")
    if not 0 < norm.target <= 1:
        raise reader.wrong("norm: target", norm.target, "a share above 0 and at most 1")
    return norm


def service_data(service: Service) -> dict[str, Any]:
    """Return a service as the data of its file, from which `parse_service` reads the same service.

    >>> from allmende.needs.services import Part, Quota, Service, Span
    >>> words = {"de": "Hort", "en": "After-school care"}
    >>> counted = {"de": "eigene Zählung", "en": "own count"}
    >>> part = Part("all", words, (Quota(Span(6, 9), ((2025, 0.3),), counted, 0.1),))
    >>> hort = Service("hort", "places", words, {"de": "Plätze", "en": "places"}, (8, 1), (part,))
    >>> parse_service(service_data(hort), "hort") == hort
    True
    """
    month, day = service.key_date
    norm = service.norm
    return _filled(
        {
            "id": service.id,
            "kind": service.kind,
            "title": dict(service.title),
            "unit": dict(service.unit),
            "key_date": f"{month:02d}-{day:02d}",
            "notes": service.notes and dict(service.notes),
            "norm": norm and _filled(asdict(norm)),
            "threshold": [{"name": name, "value": value, "source": dict(source)} for name, value, source in service.thresholds],
            "part": [_part_data(part) for part in service.parts],
        }
    )


def _part_data(part: Part) -> dict[str, Any]:
    return _filled(
        {
            "id": part.id,
            "title": dict(part.title),
            "step": part.step,
            "step_name": part.step_name and dict(part.step_name),
            "step_source": dict(part.step_source),
            "quota": [_quota_data(quota) for quota in part.quotas],
        }
    )


def _quota_data(quota: Quota) -> dict[str, Any]:
    return _filled(
        {
            "ages": [quota.span.low, quota.span.high],
            "sex": quota.span.sex,
            "by_year": {str(year): value for year, value in quota.by_year},
            "source": dict(quota.source),
            "spread": quota.spread,
            "required": dict(quota.required),
        }
    )


def _filled(data: dict[str, Any]) -> dict[str, Any]:
    """Leave out fields without a value: the file means the same without them."""
    return {name: value for name, value in data.items() if value not in (None, "", [], {})}


def _said(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads fields of one TOML file and says which one is wrong."""

    where: str

    def wrong(self, field: str, value: object, expected: str) -> AllmendeError:
        return AllmendeError(
            f"The service cannot be read: {field} is {value!r}.", where=self.where, expected=expected, todo="Correct the file."
        )

    def only(self, data: Mapping[str, Any], fields: Sequence[str], name: str) -> None:
        """Refuse a field that nobody reads: a misspelt one would be lost without a word."""
        for field in data:
            if field not in fields:
                raise self.wrong(f"{name}: {field}", data[field], f"no such field; known are {', '.join(fields)}")

    def text(self, data: Mapping[str, Any], field: str) -> str:
        value = data.get(field)
        if not _said(value):
            raise self.wrong(field, value, "words")
        return str(value)

    def words(self, data: Mapping[str, Any], field: str) -> Mapping[str, str]:
        value = data.get(field)
        if not (isinstance(value, dict) and set(value) == set(ASSUMPTION) and all(_said(words) for words in value.values())):
            raise self.wrong(field, value, '{ de = "…", en = "…" }, words in both languages')
        return value

    def source(self, data: Mapping[str, Any], field: str) -> Words:
        """Read a source; both languages must agree on whether it is an assumption."""
        source = self.words(data, field)
        if len({source[language].startswith(word) for language, word in ASSUMPTION.items()}) > 1:
            raise self.wrong(field, source, "a source, or an assumption that says so in both languages (Annahme, assumption)")
        return source

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
