"""`functions.toml`: which municipalities think of sharing which functions, what these cost, and on what terms."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path
from typing import Any

from allmende.areas.region import Region
from allmende.errors import AllmendeError
from allmende.needs.service_data import parse_service
from allmende.needs.services import Service
from allmende.needs.siting import RULES, Rule

FUNCTIONS = "functions.toml"
"""Where a public folder says what might be shared."""

PLAN_FIELDS = ("id", "title", "partners", "year", "minute_value", "minute_source", "function")
PLAN_TERMS = ("max_functions", "min_share", "participation")
FUNCTION_FIELDS = ("id", "title", "unit", "quota", "fixed_cost", "ways", "source")
FUNCTION_TERMS = ("min_load", "capacity", "reach", "sites")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class Function:
    """One function that might be shared: who needs it (a service with one part) and what a host costs a year.

    `ways` are driven for each unit of demand (there and back are two). Terms as in `allmende.needs.siting.Service`.
    """

    service: Service
    fixed_cost: float
    ways: float
    source: Mapping[str, str]
    min_load: float = 0.0
    capacity: float = inf
    reach: float = inf
    sites: int | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """Partners (AGS) who ask who would host what in a year; `minute_value` is money per minute on the way."""

    id: str
    title: Mapping[str, str]
    partners: tuple[str, ...]
    year: int
    minute_value: float
    minute_source: Mapping[str, str]
    functions: tuple[Function, ...]
    max_functions: int | None = None
    min_share: float = 0.0
    participation: Rule | None = None


def read_proposals(path: Path, region: Region) -> tuple[Proposal, ...]:
    """Read the proposals of a region.

    Raises `AllmendeError` with the first entry that cannot be used (docs/guide/shared-functions.md describes the file).
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, OSError) as error:
        raise AllmendeError(
            "The functions that might be shared cannot be read.",
            where=str(path),
            expected=f"TOML in UTF-8 ({error})",
            todo="Correct the file.",
        ) from error
    read = _Read(str(path))
    plans = read.tables(data, "plan")
    proposals = tuple(_proposal(read, plan, region) for plan in plans)
    ids = [proposal.id for proposal in proposals]
    if len(set(ids)) < len(ids):
        raise read.wrong("plan.id", ", ".join(ids), "an id for each plan that no other plan has")
    return proposals


def _proposal(read: _Read, data: Mapping[str, Any], region: Region) -> Proposal:
    name = f"plan {data.get('id', '')}"
    read.only(data, (*PLAN_FIELDS, *PLAN_TERMS), name)
    known = [town.ags for town in region.municipalities]
    partners = data.get("partners")
    if not (isinstance(partners, list) and len(partners) > 1 and len(set(partners)) == len(partners)):
        raise read.wrong(f"{name}: partners", partners, "two or more municipalities (AGS), each once")
    for ags in partners:
        if ags not in known:
            raise read.wrong(f"{name}: partners", ags, f"municipalities of the region: {', '.join(known)}")
    rule = data.get("participation")
    if rule is not None and rule not in RULES:
        raise read.wrong(f"{name}: participation", rule, " or ".join(RULES))
    functions = tuple(_function(read, each) for each in read.tables(data, "function"))
    ids = [function.service.id for function in functions]
    if len(set(ids)) < len(ids):
        raise read.wrong(f"{name}: function.id", ", ".join(ids), "an id for each function that no other function has")
    return Proposal(
        read.id(data),
        _words(read, data, "title"),
        tuple(partners),
        read.whole(data, "year"),
        read.number(data, "minute_value"),
        _words(read, data, "minute_source"),
        functions,
        read.whole(data, "max_functions") if "max_functions" in data else None,
        read.number(data, "min_share", 0.0),
        rule,
    )


def _function(read: _Read, data: Mapping[str, Any]) -> Function:
    name = f"function {data.get('id', '')}"
    read.only(data, (*FUNCTION_FIELDS, *FUNCTION_TERMS), name)
    part = {"id": read.id(data), "title": data.get("title"), "quota": data.get("quota")}
    plain = {"kind": "people", "key_date": "12-31", "unit": data.get("unit"), "part": [part]}
    service = parse_service(plain | {"id": part["id"], "title": part["title"]}, f"{read.where}, {name}")
    return Function(
        service,
        read.number(data, "fixed_cost"),
        read.number(data, "ways"),
        _words(read, data, "source"),
        read.number(data, "min_load", 0.0),
        read.number(data, "capacity", inf),
        read.number(data, "reach", inf),
        read.whole(data, "sites") if "sites" in data else None,
    )


def _words(read: _Read, data: Mapping[str, Any], field: str) -> Mapping[str, str]:
    value = data.get(field)
    if not (isinstance(value, dict) and all(isinstance(value.get(language), str) for language in ("de", "en"))):
        raise read.wrong(field, value, '{ de = "…", en = "…" }')
    return value


@dataclass(frozen=True, slots=True)
class _Read:
    """Reads fields of the file and says which one is wrong."""

    where: str

    def wrong(self, field: str, value: object, expected: str) -> AllmendeError:
        return AllmendeError(
            f"The functions that might be shared cannot be read: {field} is {value!r}.",
            where=self.where,
            expected=expected,
            todo="Correct the file.",
        )

    def only(self, data: Mapping[str, Any], fields: tuple[str, ...], name: str) -> None:
        """Refuse a field that nobody reads: a misspelt one would be lost without a word."""
        for field in data:
            if field not in fields:
                raise self.wrong(f"{name}: {field}", data[field], f"no such field; known are {', '.join(fields)}")

    def tables(self, data: Mapping[str, Any], field: str) -> list[Mapping[str, Any]]:
        value = data.get(field)
        if not (isinstance(value, list) and value and all(isinstance(each, dict) for each in value)):
            raise self.wrong(field, value, f"one or more [[{field}]] tables")
        return value

    def id(self, data: Mapping[str, Any]) -> str:
        value = data.get("id")
        if not isinstance(value, str) or not _ID.fullmatch(value):
            raise self.wrong("id", value, "small letters, digits and dashes: it stands in addresses and names of files")
        return value

    def number(self, data: Mapping[str, Any], field: str, default: float | None = None) -> float:
        value = data.get(field, default)
        if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
            raise self.wrong(field, value, "a number of at least 0")
        if field in data and not isfinite(value):
            raise self.wrong(field, value, "a finite number; leave it out if there is no limit")
        return float(value)

    def whole(self, data: Mapping[str, Any], field: str) -> int:
        value = data.get(field)
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise self.wrong(field, value, "a whole number of at least 1")
        return value
