"""A region's folder: region.toml and districts.csv, read with every defect named, and written."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from allmende.areas.keys import check_ags
from allmende.areas.region import UNLOCATED_CODE, District, Municipality, Region
from allmende.errors import AllmendeError
from allmende.files import toml_lines

__all__ = ["UNLOCATED_CODE", "District", "Municipality", "Region", "load_region", "write_region"]

COLUMNS = ("key", "code", "name", "level", "parent", "ags")
MOST_LEVELS = 3
LONGEST_SHOWN = 200
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing wrong in a file: its line, the field, the value found and what was expected."""

    line: int
    field: str
    value: str
    expected: str

    def __str__(self) -> str:
        value = self.value if len(self.value) <= LONGEST_SHOWN else self.value[:LONGEST_SHOWN] + "…"
        return f"line {self.line}, {self.field} {value!r}: expected {self.expected}"


def load_region(folder: Path) -> Region:
    """Read region.toml and districts.csv of a region folder.

    districts.csv (UTF-8, `;`, columns key;code;name;level;parent;ags) may be absent if no municipality defines levels.
    Raises AllmendeError that lists every defect of the first file that has any.
    """
    head = _load_toml(folder / "region.toml")
    municipalities = _municipalities(head, folder / "region.toml")
    rows = _rows(folder / "districts.csv") if any(m.levels for m in municipalities) else []
    defects = sorted(find_defects(municipalities, rows), key=lambda defect: defect.line)
    if defects:
        raise _unusable(folder / "districts.csv", defects)
    return Region(
        id=head["id"],
        name=head["name"],
        fictional=head["fictional"],
        territory_date=head["territory_date"],
        attribution=head["attribution"],
        municipalities=municipalities,
        districts=tuple(_district(row) for _, row in rows),
    )


def write_region(region: Region, folder: Path) -> None:
    """Write region.toml and districts.csv, the same bytes for the same region."""
    head: dict[str, Any] = {"id": region.id, "fictional": region.fictional, "territory_date": region.territory_date}
    lines = [*toml_lines(head | {"attribution": region.attribution}), "", "[name]", *toml_lines(region.name)]
    for m in region.municipalities:
        fields = {"ags": m.ags, "name": m.name, "land": m.land, "kind": m.kind, "levels": list(m.levels)}
        lines += ["", "[[municipality]]", *toml_lines(fields)]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "region.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    table = io.StringIO()
    writer = csv.writer(table, delimiter=";", lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([d.key, d.code, d.name, d.level, d.parent, d.ags] for d in region.districts)
    (folder / "districts.csv").write_text(table.getvalue(), encoding="utf-8")


def find_defects(municipalities: Sequence[Municipality], rows: Sequence[tuple[int, dict[str, str]]]) -> Iterator[Defect]:
    """Yield what keeps rows of districts.csv (line number, fields) from being complete hierarchies.

    Checked: key and code, duplicates, AGS, level, parent (known, one level up, same municipality: which leaves no room for a
    cycle), and that every district above the finest level has parts.
    """
    levels = {m.ags: len(m.levels) for m in municipalities}
    first: dict[str, int] = {}
    for line, row in rows:
        if row["key"] in first:
            yield Defect(line, "key", row["key"], f"a key of its own (it stands in line {first[row['key']]} already)")
        first.setdefault(row["key"], line)
    by_key = {row["key"]: row for _, row in rows}
    parents = {row["parent"] for _, row in rows}
    for line, row in rows:
        yield from _row_defects(line, row, levels, by_key)
        deepest = levels.get(row["ags"], 0)
        if row["level"].isdigit() and int(row["level"]) < deepest and row["key"] not in parents:
            yield Defect(
                line, "key", row["key"], f"parts on level {int(row['level']) + 1} (repeat the district if it is undivided)"
            )
    divided = {row["ags"] for _, row in rows}
    last = rows[-1][0] if rows else 1
    for m in municipalities:
        if m.levels and m.ags not in divided:
            yield Defect(last, "ags", "", f"districts of {m.ags} {m.name}, which defines the levels {', '.join(m.levels)}")


def _district(row: dict[str, str]) -> District:
    return District(row["key"], row["code"], row["name"], int(row["level"]), row["parent"], row["ags"])


def _row_defects(line: int, row: dict[str, str], levels: dict[str, int], by_key: dict[str, dict[str, str]]) -> Iterator[Defect]:
    if row["ags"] not in levels:
        yield Defect(line, "ags", row["ags"], "a municipality of region.toml")
        return
    if not row["code"] or row["code"] == UNLOCATED_CODE or set(row["code"]) & set(".;|/ "):
        yield Defect(line, "code", row["code"], f"a code without dot, bar, slash or space, other than {UNLOCATED_CODE!r}")
    if not _is_name(row["name"]):
        yield Defect(line, "name", row["name"], "a name of one line")
    if row["key"] != f"{row['ags']}.{row['code']}":
        yield Defect(line, "key", row["key"], f"<ags>.<code>, {row['ags']}.{row['code']}")
    if row["level"] not in [str(level) for level in range(1, levels[row["ags"]] + 1)]:
        yield Defect(line, "level", row["level"], f"1 to {levels[row['ags']]}, the levels of {row['ags']} in region.toml")
        return
    level, parent = int(row["level"]), row["parent"]
    if level == 1:
        if parent:
            yield Defect(line, "parent", parent, "nothing: a district of level 1 lies in the municipality itself")
    elif parent not in by_key:
        yield Defect(line, "parent", parent, f"the key of a district of level {level - 1}; this one is unknown")
    elif by_key[parent]["level"] != str(level - 1):
        cycle = " (a cycle)" if by_key[parent]["parent"] == row["key"] or parent == row["key"] else ""
        yield Defect(
            line, "parent", parent, f"a district of level {level - 1}; this one has level {by_key[parent]['level']}{cycle}"
        )
    elif by_key[parent]["ags"] != row["ags"]:
        yield Defect(line, "parent", parent, f"a district of the same municipality {row['ags']}")


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise AllmendeError(
            "The districts cannot be read.",
            where=str(path),
            expected=f"a table in UTF-8 with the columns {';'.join(COLUMNS)}",
            todo="Write the table, or set levels = [] for every municipality in region.toml.",
        ) from error
    reader = csv.reader(io.StringIO(text), delimiter=";", strict=True)
    try:
        header = next(reader, [])
        rows = [(reader.line_num, row) for row in reader if row]
    except csv.Error as error:
        told = f"rows of short fields, quotes in pairs ({error})"
        raise _unusable(path, [Defect(reader.line_num, "row", "", told)]) from error
    if tuple(header) != COLUMNS:
        raise _unusable(path, [Defect(1, "header", ";".join(header), ";".join(COLUMNS))])
    broken = [Defect(line, "row", ";".join(row), f"{len(COLUMNS)} fields") for line, row in rows if len(row) != len(COLUMNS)]
    if broken:
        raise _unusable(path, broken)
    return [(line, dict(zip(COLUMNS, row, strict=True))) for line, row in rows]


def _load_toml(path: Path) -> dict[str, Any]:
    try:
        head = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise AllmendeError(
            "The region cannot be read.",
            where=str(path),
            expected=f"a TOML file in UTF-8 ({error})",
            todo="Give a region folder with region.toml and districts.csv.",
        ) from error
    if wrong := list(_wrong_entries(head)):
        raise AllmendeError(
            "region.toml lacks something, or has it in another form.",
            where=f"{path}, {', '.join(entry for entry, _ in wrong)}",
            expected="; ".join(expected for _, expected in wrong),
            todo="Add or correct these entries.",
        )
    return head


def _wrong_entries(head: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the name of each entry that is missing or of another form, and what was expected."""
    if not isinstance(head.get("id"), str) or not _ID.fullmatch(head["id"]):
        yield "id", 'id = "…": a small letter or digit, then up to 63 of these, dots, dashes, underscores'
    name = head.get("name")
    for language in ("de", "en"):
        if not isinstance(name, dict) or not _is_name(name.get(language)):
            yield f"name.{language}", f'under [name] a line {language} = "…"'
    if not isinstance(head.get("fictional"), bool):
        yield "fictional", "fictional = true or false"
    if type(head.get("territory_date")) is not date:  # a datetime is a date, too, but no day
        yield "territory_date", "territory_date = 2025-12-31, a day without quotes or time"
    if not isinstance(head.get("attribution"), str):
        yield "attribution", 'attribution = "…"'
    entries = head.get("municipality")
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        yield "municipality", "a section [[municipality]] for each member, at least one"


def _is_name(value: Any) -> bool:
    """Say whether a value is a text that can stand in a line."""
    return isinstance(value, str) and bool(value.strip()) and value.isprintable()


def _municipalities(head: dict[str, Any], path: Path) -> tuple[Municipality, ...]:
    found: dict[str, Municipality] = {}
    for number, entry in enumerate(head["municipality"], 1):
        where = f"{path}, [[municipality]] number {number}"
        texts = [entry.get(name) for name in ("ags", "name", "land", "kind")]
        levels = entry.get("levels", [])
        named = isinstance(levels, list) and all(map(_is_name, levels)) and len(levels) <= MOST_LEVELS
        if not all(map(_is_name, texts)) or not named:
            raise AllmendeError(
                "A municipality is not described as expected.",
                where=where,
                expected=f"texts ags, name, land, kind, and levels: a list of none to {MOST_LEVELS} names",
                todo="Correct the entry.",
            )
        try:
            ags = check_ags(entry["ags"], fictional=head["fictional"])
        except AllmendeError as error:
            raise AllmendeError(error.what, where=where, expected=error.expected, todo=error.todo) from error
        if ags in found:
            raise AllmendeError(
                f"Municipality {ags} stands twice.", where=where, expected="each AGS once", todo="Remove one entry."
            )
        found[ags] = Municipality(ags, entry["name"], entry["land"], entry["kind"], tuple(levels))
    return tuple(found.values())


def _unusable(path: Path, defects: Sequence[Defect]) -> AllmendeError:
    return AllmendeError(
        f"{path.name} has {len(defects)} defects:\n" + "\n".join(f"  {defect}" for defect in defects),
        where=str(path),
        expected="a hierarchy that divides each municipality completely on each of its levels",
        todo="Correct these lines; nothing was read.",
    )
