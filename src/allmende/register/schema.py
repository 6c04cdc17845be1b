"""The published import schema: fields and code lists that extracts may bring, as data."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Kind = Literal["stock", "events"]

FROM = "from_"
"""Prefix of the fields of an event's previous dwelling."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `type` is text, date, number or the name of a code list; `need` required, recommended or optional."""

    name: str
    type: str
    need: str
    law: str
    de: str
    en: str


@dataclass(frozen=True, slots=True)
class Member:
    """One member of a code list and the codes that stand for it when a profile lists none."""

    name: str
    codes: tuple[str, ...]
    de: str
    en: str


@dataclass(frozen=True, slots=True)
class Schema:
    """Fields by record kind and code lists by name."""

    version: int
    fields: Mapping[str, tuple[Field, ...]]
    codes: Mapping[str, tuple[Member, ...]]

    def names(self, kind: Kind) -> tuple[str, ...]:
        """Return the names of a record kind's fields."""
        return tuple(field.name for field in self.fields[kind])

    def required(self, kind: Kind) -> tuple[str, ...]:
        """Return the fields without which a file is refused.

        >>> load_schema().required("stock")
        ('birth_date', 'sex', 'citizenships', 'residence')
        """
        return tuple(field.name for field in self.fields[kind] if field.need == "required")

    def type_of(self, kind: Kind, name: str) -> str:
        """Return the type of a field."""
        return next(field.type for field in self.fields[kind] if field.name == name)


@cache
def load_schema() -> Schema:
    """Read the schema that ships with this version of Allmende."""
    raw = tomllib.loads(files(__package__).joinpath("schema.toml").read_text(encoding="utf-8"))
    person, address = _fields(raw["person"]), _fields(raw["address"])
    previous = tuple(
        replace(field, name=FROM + field.name, de=f"vorherige Wohnung: {field.de}", en=f"previous dwelling: {field.en}")
        for field in address
    )
    fields = {
        "stock": person + address + _fields(raw["stock"]),
        "events": _fields(raw["event"][:2]) + person + address + previous + _fields(raw["event"][2:]),
    }
    codes = {
        name: tuple(Member(member, tuple(of["codes"]), of["de"], of["en"]) for member, of in members.items())
        for name, members in raw["codes"].items()
    }
    return Schema(raw["version"], fields, codes)


def as_markdown(schema: Schema) -> str:
    """Write fields and code lists as the tables of docs/formats/register-import.md, which a test holds to this text."""
    parts = []
    for kind, fields in schema.fields.items():
        parts += [f"### {kind}", "", "| field | type | need | Bedeutung | meaning | law |", "|---|---|---|---|---|---|"]
        parts += [f"| `{f.name}` | {f.type} | {f.need} | {f.de} | {f.en} | {f.law} |" for f in fields]
        parts.append("")
    parts += ["### Code lists", "", "| list | member | codes without own list | Bedeutung | meaning |", "|---|---|---|---|---|"]
    for name, members in schema.codes.items():
        for m in members:
            codes = ", ".join(f"`{code}`" for code in m.codes if code)
            parts.append(f"| {name} | `{m.name}` | {codes} | {m.de} | {m.en} |")
    return "\n".join(parts) + "\n"


def _fields(raw: list[dict[str, Any]]) -> tuple[Field, ...]:
    return tuple(Field(**field) for field in raw)
