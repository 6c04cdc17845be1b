"""Who is who: lasting ids, the fallback where there is none, and rows that stand for the same person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from allmende.register.geocoding import Address
from allmende.register.marks import Marks
from allmende.register.people import Events, People, group_leaders, ranks
from allmende.register.reading import Table
from allmende.register.values import NATIONALITIES, RESIDENCES, SEXES

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_FALLBACK = "~"
"""First letter of fallback identities; the second, a bar, keeps them apart from any id."""


@dataclass(frozen=True, slots=True)
class Identities:
    """The distinct identities of a run, sorted; `fallback` says which were made up from a person's facts."""

    texts: tuple[str, ...] = field(repr=False)
    fallback: Flags


@dataclass(frozen=True, slots=True)
class Rows:
    """Good rows of one file, to be identified.

    Without an id, rows that agree in a person's facts and in `same` (kind and day of an event) are numbered in the order
    of `ties` (counterpart and previous place of an event): by what they say, not by where they stand.
    """

    table: Table
    people: People
    same: tuple[Ints, ...] = ()
    ties: tuple[Ints, ...] = ()


def identify(parts: Sequence[Rows], addresses: Sequence[Address]) -> tuple[Identities, list[People]]:
    """Give every row its person: the same id, the same person, in stock, events and previous stock alike.

    A row without an id is known by date of birth, sex, nationality, address and its rank among equals.
    """
    texts = [_texts(rows, addresses) for rows in parts]
    known = sorted({text for part in texts for text in part})
    position = {text: i for i, text in enumerate(known)}
    fallback = np.array([text.startswith(_FALLBACK + "|") for text in known], dtype=bool)
    named = [
        replace(rows.people, person=np.fromiter((position[text] for text in part), dtype=np.int64, count=len(part)))
        for part, rows in zip(texts, parts, strict=True)
    ]
    return Identities(tuple(known), fallback), named


def _texts(rows: Rows, addresses: Sequence[Address]) -> list[str]:
    column = rows.table["id"]
    texts = [column.values[code] for code in column.codes.tolist()]
    without = np.flatnonzero(np.array([not value for value in column.values], dtype=bool)[column.codes])
    if len(without):
        p = rows.people.take(without)
        same, ties = [array[without] for array in rows.same], [array[without] for array in rows.ties]
        rank = ranks([p.birth, p.sex, p.nationality, p.place, *same], [p.residence, *ties])
        for row, birth, sex, nationality, place, n in zip(
            without.tolist(),
            p.birth.tolist(),
            p.sex.tolist(),
            p.nationality.tolist(),
            p.place.tolist(),
            rank.tolist(),
            strict=True,
        ):
            facts = (_FALLBACK, str(birth), SEXES[sex], NATIONALITIES[nationality], *addresses[place], str(n))
            texts[row] = "|".join(facts)
    return texts


def merge_stock(people: People, moved_in: Ints, marks: Marks) -> Flags:
    """Find rows that stand for the same person; return which rows count.

    Of a person's rows the one counts that is a main dwelling, moved into last; further ones are merged if they say the
    same, else marked: another birth or sex under the same id, a second main dwelling, a second secondary dwelling. A main
    and a secondary dwelling in one municipality both count. The choice depends on contents only, not on the order of rows.
    """
    ties = (people.place, people.nationality, people.sex, people.birth)
    order = np.lexsort((*ties, -moved_in, people.residence, people.person))
    p, lines = people.take(order), people.line[order]
    leader = group_leaders([p.person])
    other = (p.birth != p.birth[leader]) | (p.sex != p.sex[leader])
    _flag(marks, order, other, "person.contradiction", "id", lines[leader])
    order, p, lines = order[~other], p.take(~other), lines[~other]
    leader = group_leaders([p.person, p.residence])
    further = leader != np.arange(len(p))
    same = further & (p.place == p.place[leader]) & (p.nationality == p.nationality[leader])
    main = p.residence == RESIDENCES.index("main")
    _flag(marks, order, further & ~same & main, "person.two_main", "residence", lines[leader])
    _flag(marks, order, further & ~same & ~main, "person.two_secondary", "residence", lines[leader])
    _flag(marks, order, same, "person.duplicate", "id", lines[leader])
    merged = np.zeros(len(people), dtype=bool)
    merged[order[same]] = True
    return ~merged & ~marks.bad


def merge_events(events: Events, fallback: Flags, marks: Marks) -> Flags:
    """Find rows that stand for the same event; return which rows count. Without an id nothing is merged: twins look alike."""
    p = events.people
    keys = [p.person, events.day, events.kind, p.residence, p.place, events.from_place, events.counterpart]
    order = np.lexsort((p.nationality, *reversed(keys)))
    leader = group_leaders([key[order] for key in keys])
    same = (leader != np.arange(len(order))) & ~fallback[p.person[order]]
    _flag(marks, order, same, "event.duplicate", "id", p.line[order][leader])
    merged = np.zeros(len(order), dtype=bool)
    merged[order[same]] = True
    return ~merged & ~marks.bad


def _flag(marks: Marks, order: Ints, rows: Flags, code: str, field: str, lines: Ints) -> None:
    """Mark sorted rows of the table; `lines` names for each the line that counts instead."""
    of_table, leading = np.zeros(len(marks.table), dtype=bool), np.zeros(len(marks.table), dtype=np.int64)
    of_table[order[rows]] = True
    leading[order] = lines
    marks.flag(of_table, code, field, leading)
