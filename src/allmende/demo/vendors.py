"""Extracts as the registration offices' different programs would write them: any profile that can be read can be written."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from allmende.demo.events import ABROAD, LAND, Events
from allmende.demo.people import GERMAN, People
from allmende.demo.places import Places
from allmende.demo.territory import Floats, Ints
from allmende.register.profile import Profile, Source, parse_profile

VENDORS = ("semicolon", "pipe", "fixed", "tab", "comma")
"""Profiles by name, given to the offices in turn: two ship with the demo, the others are the register room's examples."""

MISSING_STATE = -2
"""A citizenship that the register lacks."""

IMPOSSIBLE_DAY = -10_000_000
"""A date that does not exist: written as 30 February."""

SEXES = ("m", "w", "d", "x")
RESIDENCES = ("sole", "main", "secondary")
KINDS = ("birth", "death", "move", "in", "out", "nationality", "residence")

Rows = Mapping[str, pa.Array]
"""Text columns by the field names of the import schema."""


@dataclass(frozen=True, slots=True)
class Book:
    """Every address as text, one entry each; positions as in `Addresses`, with misspelt and unknown ones behind them."""

    street: tuple[str, ...]
    street_key: tuple[str, ...]
    house_number: tuple[str, ...]
    house_suffix: tuple[str, ...]
    postal_code: tuple[str, ...]
    district: tuple[str, ...]
    east: Floats
    north: Floats

    def columns(self) -> dict[str, pa.Array]:
        """Return the address fields of the import schema as text; one empty entry more stands for no address."""
        texts: dict[str, Sequence[str]] = {name: getattr(self, name) for name in _ADDRESS_TEXTS}
        number = [n + s for n, s in zip(self.house_number, self.house_suffix, strict=True)]
        texts["address"] = [f"{street} {n}" for street, n in zip(self.street, number, strict=True)]
        texts["east"], texts["north"] = (["" if np.isnan(v) else f"{v:.2f}" for v in axis] for axis in (self.east, self.north))
        return {name: pa.array([*values, ""], type=pa.string()) for name, values in texts.items()}


def vendor_profile(name: str, *, person_ids: bool = True) -> tuple[Profile, str]:
    """Return a vendor's profile and its text; without `person_ids` it knows no column that would tell who is who."""
    room = "allmende.demo" if name in ("pipe", "tab") else "allmende.register"
    text = (resources.files(room) / "profiles" / f"{name}.toml").read_text(encoding="utf-8")
    if not person_ids:
        text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith("id = "))
    return parse_profile(text, name), text


def write_book(places: Places) -> Book:
    """Return all addresses as text."""
    a, streets = places.addresses, places.streets
    codes = [district.code for district in places.region.districts]
    return Book(
        tuple(streets.name[s] for s in a.street),
        tuple(streets.key[s] for s in a.street),
        tuple(str(n) for n in a.number),
        tuple(a.suffix),
        tuple(postal_code(m) for m in a.municipality.tolist()),
        tuple(codes[d] if d >= 0 else "" for d in places.district),
        a.east,
        a.north,
    )


def postal_code(municipality: int) -> str:
    """Return a municipality's postal code; none in Germany begins with 00."""
    return f"00{100 + 11 * municipality}"


def house_lines(places: Places, book: Book, known: Ints, ags: str) -> list[str]:
    """Return the house-coordinate file of a municipality, in the order of HK-DE, for the addresses `known` to the survey."""
    name = places.region.municipality(ags).name
    head = f"A;{ags[:2]};{ags[2]};{ags[3:5]};{ags[5:]}"
    return [
        f"N;DEALLM{i:010d};{head};{book.district[i]};{book.street_key[i]};{book.house_number[i]};{book.house_suffix[i]};"
        f"{book.east[i]:.3f};{book.north[i]:.3f};{book.street[i]};{book.postal_code[i]};{name}"
        for i in known.tolist()
    ]


def stock_rows(people: People, book: Rows, profile: Profile) -> Rows:
    """Return a stock's fields as text; `book` are the columns of the address book."""
    return _person_fields(people, profile) | _address_fields(people.address, book, "")


def event_rows(events: Events, book: Rows, profile: Profile, ags: Sequence[str]) -> Rows:
    """Return the events' fields as text; `ags` are the region's municipalities in order."""
    people, kinds = events.people, _codes(profile, "event", KINDS)
    across = (events.counterpart >= 0) & (events.counterpart < ABROAD)
    land = events.counterpart - LAND
    abroad = events.counterpart == ABROAD
    other = np.where(events.counterpart >= LAND, len(ags) + land, np.where(across, events.counterpart, -1))
    places = [*ags, *(f"{number:02d}999999" for number in range(100)), ""]
    states = np.where(abroad, np.where(people.state > 0, people.state, 148), np.where(events.counterpart >= 0, 0, -1))
    previous = np.where(events.old_residence >= 0, events.old_residence, len(RESIDENCES))
    return (
        _person_fields(people, profile)
        | _address_fields(people.address, book, "")
        | _address_fields(events.source, book, "from_")
        | {
            "event": _pick(kinds, events.kind),
            "date": _days(events.day, profile),
            "counterpart": _pick(places, np.where(other < 0, len(places) - 1, other)),
            "counterpart_state": _pick([f"{n:03d}" for n in range(1000)] + [""], np.where(states < 0, 1000, states)),
            "mother_birth_date": _days(np.where(events.mother_born == 0, _NO_DAY, events.mother_born), profile),
            "from_citizenships": _states(
                np.where(events.old_state < 0, _NO_STATE, events.old_state), events.old_second, profile
            ),
            "from_residence": _pick([*_codes(profile, "residence", RESIDENCES), ""], previous),
        }
    )


def write_extract(path: Path, kind: str, rows: Rows, profile: Profile, stray: Sequence[str] = ()) -> None:
    """Write one extract in a profile's layout; `stray` are lines of rubbish, spread through the file."""
    columns = profile.stock if kind == "stock" else profile.events
    body = _fixed(rows, columns) if profile.layout.kind == "fixed" else _delimited(rows, columns, profile)
    lines = body.split("\n")
    for number, text in enumerate(stray, 1):
        lines.insert(len(lines) * number // (len(stray) + 1), text)
    if profile.layout.kind != "fixed" and profile.layout.header:
        lines.insert(0, profile.layout.separator.join(str(name) for name in columns.values()))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("\n".join(lines).encode(profile.layout.encoding, errors="strict"))


_NO_DAY, _NO_STATE = -20_000_000, -3
_ADDRESS_TEXTS = ("street", "street_key", "house_number", "house_suffix", "postal_code", "district")


def _person_fields(people: People, profile: Profile) -> dict[str, pa.Array]:
    identity = pc.utf8_lpad(pa.array(people.register).cast(pa.string()), 8, "0")
    return {
        "id": identity,
        "birth_date": _days(people.born, profile),
        "sex": _pick(_codes(profile, "sex", SEXES), people.sex),
        "citizenships": _states(people.state, people.second, profile),
        "residence": _pick(_codes(profile, "residence", RESIDENCES), people.residence),
    }


def _address_fields(address: Ints, book: Rows, prefix: str) -> dict[str, pa.Array]:
    nowhere = len(book["street"]) - 1
    position = pa.array(np.where(address < 0, nowhere, address))
    return {prefix + name: texts.take(position) for name, texts in book.items()}


def _pick(texts: Sequence[str], codes: Ints) -> pa.Array:
    return pa.array(texts, type=pa.string()).take(pa.array(codes))


def _codes(profile: Profile, name: str, members: Sequence[str]) -> list[str]:
    first: dict[str, str] = {}
    for code, member in profile.codes[name].items():
        first.setdefault(member, code)
    return [first[member] for member in members]


def _days(days: Ints, profile: Profile) -> pa.Array:
    distinct, codes = np.unique(days, return_inverse=True)
    texts = []
    for day in distinct.tolist():
        if day == _NO_DAY:
            texts.append("")
            continue
        year, month, date = ("1971", "02", "30") if day == IMPOSSIBLE_DAY else str(np.datetime64(day, "D")).split("-")
        texts.append(profile.dates[0].replace("JJJJ", year).replace("MM", month).replace("TT", date))
    return _pick(texts, codes)


def _states(state: Ints, second: Ints, profile: Profile) -> pa.Array:
    rules = profile.citizenships
    distinct, codes = np.unique((state + 10) * 10_000 + second + 10, return_inverse=True)
    texts = []
    for pair in distinct.tolist():
        one, two = pair // 10_000 - 10, pair % 10_000 - 10
        if one < GERMAN:
            texts.append("")
        elif two < 0:
            texts.append(f"{one:03d}")
        else:
            texts.append(f"{one:03d}{rules.separator}{two:03d}")
    return _pick(texts, codes)


def _delimited(rows: Rows, columns: Mapping[str, Source], profile: Profile) -> str:
    table = pa.table(
        [rows[field] if field in rows else _blank(rows) for field in columns], names=[str(n) for n in columns.values()]
    )
    sink = io.BytesIO()
    options = arrow_csv.WriteOptions(
        include_header=False,
        delimiter=profile.layout.separator,
        quoting_style="needed" if profile.layout.separator in "\t," else "none",
    )
    arrow_csv.write_csv(table, sink, options)
    return sink.getvalue().decode("utf-8")


def _fixed(rows: Rows, columns: Mapping[str, Source]) -> str:
    end = 1
    parts = []
    for field, (start, width) in sorted(
        ((field, source) for field, source in columns.items() if isinstance(source, tuple)), key=lambda pair: pair[1]
    ):
        text = rows[field] if field in rows else _blank(rows)
        parts.append(pc.utf8_rpad(pc.utf8_slice_codeunits(text, 0, width), start + width - end, " "))
        end = start + width
    return "\n".join(pc.binary_join_element_wise(*parts, "").to_pylist()) + "\n"


def _blank(rows: Rows) -> pa.Array:
    return pa.array([""] * len(next(iter(rows.values()))), type=pa.string())
