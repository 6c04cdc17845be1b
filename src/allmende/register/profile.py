"""The profile: how one vendor's extract maps to the import schema, as an editable TOML file."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, NoReturn

from allmende.areas.projection import BOUNDS
from allmende.errors import AllmendeError
from allmende.register.schema import Kind, load_schema

EXAMPLES = ("semicolon", "comma", "fixed")
ENCODINGS = ("utf-8", "utf-8-sig", "windows-1252", "iso-8859-15")
CRS = tuple(BOUNDS)
DATE_PARTS = {"TT": "day", "MM": "month", "JJJJ": "year"}
SECTIONS = ("schema", "name", "office", "file", "dates", "citizenship", "coordinates", "stock", "events", "codes")
SETTINGS = {
    "file": ("kind", "encoding", "separator", "quote", "header"),
    "dates": ("formats",),
    "citizenship": ("separator", "width", "pad", "codes"),
    "coordinates": ("crs",),
}
"""What may stand in the sections that describe the file; the other sections name fields, codes or the office's files."""

OFFICE = ("ags", "region", "houses", "houses_crs", "secret", "matrix_secret", "key", "hub")
"""What an office may write into its own copy of a profile; files are relative to the profile."""

Source = str | int | tuple[int, int]
"""Where a field stands: a column's name, its number from 1, or (fixed width) its first column from 1 and its width."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The kind of text file: delimited by `separator` (fields may be quoted) or of fixed width; one record is one line."""

    kind: str
    encoding: str
    separator: str
    quote: str
    header: bool


@dataclass(frozen=True, slots=True)
class Citizenships:
    """How several citizenships stand in one field: separated, or each of a fixed `width`; `pad` fills zeros on the left."""

    separator: str
    width: int
    pad: bool
    codes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Profile:
    """One vendor's mapping: file layout, where each field stands, date formats, and codes to members."""

    name: str
    layout: Layout
    dates: tuple[str, ...]
    citizenships: Citizenships
    crs: str
    stock: Mapping[str, Source]
    events: Mapping[str, Source]
    codes: Mapping[str, Mapping[str, str]]
    office: Mapping[str, str]

    def columns(self, kind: Kind) -> Mapping[str, Source]:
        """Return where each field of a record kind stands."""
        return self.stock if kind == "stock" else self.events


def load_profile(path: Path) -> Profile:
    """Read and check a profile, or take the example of that name; every error names its line and what was expected."""
    if str(path) in EXAMPLES and not path.exists():
        return example_profile(str(path))
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise AllmendeError("The profile is not UTF-8.", where=str(path), todo="Save it as UTF-8.") from error
    return parse_profile(text, str(path))


def example_profile(name: str) -> Profile:
    """Return a profile that ships with Allmende: semicolon, comma or fixed.

    >>> example_profile("semicolon").layout.encoding
    'windows-1252'
    """
    return parse_profile(files(__package__).joinpath("profiles", f"{name}.toml").read_text(encoding="utf-8"), name)


def parse_profile(text: str, where: str) -> Profile:
    """Check a profile's text; `where` names it in errors."""
    source = _Source(text, where)
    for section in source.fields:
        if section not in SECTIONS:
            source.refuse("", section, f"There is no section {section!r}", f"one of {', '.join(SECTIONS)}")
    for section, known in SETTINGS.items():
        for key in source.section(section):
            if key not in known:
                source.refuse(section, key, f"{key!r} means nothing in [{section}]", f"one of {', '.join(known)}")
    if source.fields.get("schema") != load_schema().version:
        source.refuse("", "schema", "The profile names another schema version", f"schema = {load_schema().version}")
    layout = _layout(source)
    return Profile(
        name=str(source.fields.get("name", where)),
        layout=layout,
        dates=_dates(source),
        citizenships=_citizenships(source),
        crs=source.word("coordinates", "crs", CRS, ""),
        stock=_columns(source, "stock", layout),
        events=_columns(source, "events", layout),
        codes=_codes(source),
        office=_office(source),
    )


class _Source:
    """A profile's text: knows the line on which a key stands."""

    def __init__(self, text: str, where: str) -> None:
        self.text, self.where = text, where
        try:
            self.fields: dict[str, Any] = tomllib.loads(text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            raise AllmendeError(
                f"The profile is no valid TOML: {error}.",
                where=where,
                expected='lines like birth_date = "Geburtsdatum"',
                todo="Correct the line; docs/formats/register-import.md has whole examples.",
            ) from error

    def section(self, name: str) -> dict[str, Any]:
        found = self.fields.get(name, {})
        if not isinstance(found, dict):
            self.refuse("", name, f"{name!r} is no section", f"a line [{name}]")
        return found

    def word(self, section: str, key: str, allowed: tuple[str, ...], default: str) -> str:
        value = self.section(section).get(key, default)
        known = {name.lower(): name for name in (*allowed, default)}
        if not isinstance(value, str) or value.lower() not in known:
            self.refuse(section, key, f"{key} = {value!r} is not known", f"one of {', '.join(allowed)}")
        return known[value.lower()]

    def flag(self, section: str, key: str, default: bool) -> bool:
        value = self.section(section).get(key, default)
        if not isinstance(value, bool):
            self.refuse(section, key, f"{key} = {value!r} is no switch", "true or false")
        return bool(value)

    def refuse(self, section: str, key: str, what: str, expected: str) -> NoReturn:
        line = self.line_of(section, key)
        raise AllmendeError(
            f"{what}.",
            where=f"{self.where}, line {line}" if line else self.where,
            expected=expected,
            todo="Correct the profile; docs/formats/register-import.md has whole examples.",
        )

    def line_of(self, section: str, key: str) -> int:
        """Return the line of `key` in `section` (of the section's head if the key is missing), 0 if neither is there."""
        head, current = 0, ""
        for number, line in enumerate(self.text.splitlines(), 1):
            if match := re.match(r"\s*\[([^\]]*)\]", line):
                current = match[1].strip()
                head = number if current in (section, key) else head
            elif current == section and re.match(rf'\s*"?{re.escape(key)}"?\s*=', line):
                return number
        return head


def _office(source: _Source) -> dict[str, str]:
    for key, value in source.section("office").items():
        if key not in OFFICE or not isinstance(value, str):
            source.refuse("office", key, f"{key} = {value!r} is unknown", f"one of {', '.join(OFFICE)}, as text")
    source.word("office", "houses_crs", CRS, "")
    return dict(source.section("office"))


def _layout(source: _Source) -> Layout:
    kind = source.word("file", "kind", ("delimited", "fixed"), "delimited")
    encoding = source.word("file", "encoding", ENCODINGS, "")
    if not encoding:
        source.refuse("file", "encoding", "The profile names no encoding", f"one of {', '.join(ENCODINGS)}")
    separator, quote = source.section("file").get("separator", ";"), source.section("file").get("quote", '"')
    for key, value in (("separator", separator), ("quote", quote)):
        if not isinstance(value, str) or len(value) > 1 or (key == "separator" and not value):
            source.refuse("file", key, f"{key} = {value!r} is no single character", 'a character, for example ";"')
    if separator == quote or separator in "\r\n":
        source.refuse(
            "file", "separator", f"{separator!r} cannot separate fields", "a character that is no quote and no line end"
        )
    header = source.flag("file", "header", kind == "delimited")
    if kind == "fixed" and header:
        source.refuse("file", "header", "A fixed-width file has no header that could name columns", "header = false")
    return Layout(kind, encoding, separator, quote, header)


def _dates(source: _Source) -> tuple[str, ...]:
    formats = source.section("dates").get("formats", [])
    if not isinstance(formats, list) or not formats:
        source.refuse("dates", "formats", "The profile names no date format", 'formats = ["TT.MM.JJJJ"]')
    for form in formats:
        if not isinstance(form, str) or any(form.count(part) != 1 for part in DATE_PARTS):
            source.refuse("dates", "formats", f"{form!r} is no date format", "TT, MM and JJJJ once each, as in TT.MM.JJJJ")
    return tuple(formats)


def _citizenships(source: _Source) -> Citizenships:
    section = source.section("citizenship")
    separator, width = section.get("separator", ""), section.get("width", 0)
    if not isinstance(separator, str) or not isinstance(width, int) or width < 0 or (separator and width):
        source.refuse(
            "citizenship", "separator", "Citizenships are separated or of fixed width", 'separator = "/" or width = 3'
        )
    codes: dict[str, str] = {}
    listed = section.get("codes", {})
    if not isinstance(listed, dict):
        source.refuse("citizenship", "codes", f"codes = {listed!r} is no section", "a line [citizenship.codes]")
    for code, texts in listed.items():
        if not re.fullmatch(r"\d{3}", code) or not isinstance(texts, list):
            source.refuse("citizenship.codes", code, f"{code!r} is no state", '"000" = ["D", "deutsch"]')
        codes.update({str(text): code for text in texts})
    return Citizenships(separator, width, source.flag("citizenship", "pad", False), codes)


def _columns(source: _Source, kind: Kind, layout: Layout) -> dict[str, Source]:
    known, columns = load_schema().names(kind), {}
    for name, value in source.section(kind).items():
        if name not in known:
            source.refuse(kind, name, f"There is no field {name!r} in {kind}", f"one of {', '.join(known)}")
        if layout.kind == "fixed":
            good = isinstance(value, list) and len(value) == 2 and all(type(v) is int and v > 0 for v in value)
            expected = f"{name} = [first column from 1, width]"
        elif layout.header:
            good, expected = isinstance(value, str) and bool(value), f'{name} = "name of the column"'
        else:
            good, expected = type(value) is int and value > 0, f"{name} = number of the column from 1"
        if not good:
            source.refuse(kind, name, f"{name} = {value!r} tells no column", expected)
        columns[name] = tuple(value) if isinstance(value, list) else value
    if columns or kind == "stock":
        for name in load_schema().required(kind):
            if name not in columns:
                source.refuse(kind, name, f"The profile does not say where {name!r} stands", f"a line {name} = …")
        if {"east", "north", "from_east", "from_north"} & set(columns) and not source.word("coordinates", "crs", CRS, ""):
            source.refuse("coordinates", "crs", "Coordinates need their reference system", f"crs = one of {', '.join(CRS)}")
    return columns


def _codes(source: _Source) -> dict[str, dict[str, str]]:
    schema, found = load_schema(), source.section("codes")
    for name in found:
        if name not in schema.codes:
            source.refuse("codes." + name, name, f"There is no code list {name!r}", f"one of {', '.join(schema.codes)}")
    lists: dict[str, dict[str, str]] = {}
    for name, members in schema.codes.items():
        section = f"codes.{name}"
        own = found.get(name, {m.name: list(m.codes) for m in members})
        if not isinstance(own, dict):
            source.refuse(section, name, f"{name} = {own!r} is no code list", f"a line [{section}]")
        lists[name] = {}
        for member, codes in own.items():
            if member not in [m.name for m in members]:
                source.refuse(
                    section, member, f"{name} has no member {member!r}", f"one of {', '.join(m.name for m in members)}"
                )
            if not isinstance(codes, list) or not all(isinstance(code, str) for code in codes):
                source.refuse(section, member, f"{member} = {codes!r} is no list of codes", f'{member} = ["1", "M"]')
            for code in codes:
                if lists[name].get(code, member) != member:
                    source.refuse(section, member, f"The code {code!r} stands for two members", "each code once")
                lists[name][code] = member
    return lists
