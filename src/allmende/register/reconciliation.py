"""Does it add up: the stock before, what happened, the stock after; component by component and row by row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.register.findings import Finding
from allmende.register.people import UNKNOWN, Events, People
from allmende.register.stock import Stock, roll, units_of
from allmende.register.values import NATIONALITIES, RESIDENCES

Ints = NDArray[np.int64]

_MAIN, _SECONDARY = range(len(RESIDENCES))
_GERMAN, _OTHER = range(len(NATIONALITIES))
GROUPS = ("all", "main", "secondary", "german", "other")


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A table: component (rows, in order) by group of persons (`GROUPS`).

    `expected` counts who is there after the events were applied to `start` one by one, `found` the later stock. Expected
    minus `missing` (negative) plus `surplus` persons, plus the balance of persons of whom a row stands in `quarantine`, plus
    those whose group differs (`regrouped`) gives found.
    """

    rows: Mapping[str, tuple[int, ...]]

    @property
    def fits(self) -> bool:
        """Return whether stock and events explain the later stock without remainder."""
        return not any(self.rows["missing"] + self.rows["surplus"] + self.rows["regrouped"])


def reconcile(
    before: Stock, events: Events, after: Stock, aside: Ints, file: str, previous: str
) -> tuple[Reconciliation, list[Finding]]:
    """Roll the earlier stock forward and compare it with the later one.

    Both stocks have the same entries (`extend`); `aside` lists persons of whom a row was set aside. Findings name the line
    in the previous stock of whoever should be there and is not, and the line in the later stock of whoever is there and
    nothing explains it.
    """
    between = events.take((events.day > before.day) & (events.day <= after.day))
    expected = roll(before, events, after.day)
    missing, surplus = expected.present & ~after.present, after.present & ~expected.present
    excused = np.isin(after.people.person, aside)
    balance = _groups(after.people.take(surplus & excused)), _groups(expected.people.take(missing & excused))
    missing, surplus = missing & ~excused, surplus & ~excused
    rows = {"start": _groups(before.persons()), **_components(before, between), "expected": _groups(expected.persons())}
    rows["missing"] = _negative(_groups(expected.people.take(missing)))
    rows["surplus"] = _groups(after.people.take(surplus))
    rows["quarantine"] = _minus(*balance)
    rows["found"] = _groups(after.persons())
    explained = _sum(*(rows[name] for name in ("expected", "missing", "surplus", "quarantine")))
    rows["regrouped"] = _minus(rows["found"], explained)
    # an entry that came by an event carries that event's line; it is reported against the event file by `contradictions`
    from_stock = missing & before.present
    findings = [Finding("previous.missing", previous, line) for line in sorted(expected.people.line[from_stock].tolist())]
    findings += [Finding("previous.surplus", file, line) for line in sorted(after.people.line[surplus].tolist())]
    return Reconciliation(rows), findings


def contradictions(stock: Stock, events: Events, file: str) -> list[Finding]:
    """Find events that say another thing than the stock: other facts of a person, or a last event that does not fit."""
    return _other_facts(stock, events, file) + _other_presence(stock, events, file)


def _other_facts(stock: Stock, events: Events, file: str) -> list[Finding]:
    at = np.searchsorted(stock.unit, units_of(events, stock))
    found = []
    for field, told, known in (
        ("birth_date", events.people.birth, stock.people.birth[at]),
        ("sex", events.people.sex, stock.people.sex[at]),
    ):
        other = stock.present[at] & (told != known)
        found += [Finding("event.other_person", file, line, field) for line in sorted(events.people.line[other].tolist())]
    return found


def _other_presence(stock: Stock, events: Events, file: str) -> list[Finding]:
    past = events.take(events.day <= stock.day)
    past = past.take(np.lexsort((past.people.person, past.kind, past.day)))
    at = np.searchsorted(stock.unit, units_of(past, stock))
    last = np.full(len(stock.unit), -1, dtype=np.int64)
    last[at] = np.arange(len(past))
    told = last >= 0
    left = np.zeros(len(last), dtype=bool)
    left[told] = past.of("death", "out")[last[told]]
    still, gone = told & left & stock.present, told & ~left & ~stock.present
    lines = past.people.line
    findings = [Finding("event.still_in_stock", file, line) for line in sorted(lines[last[still]].tolist())]
    return findings + [Finding("event.not_in_stock", file, line) for line in sorted(lines[last[gone]].tolist())]


def _components(before: Stock, events: Events) -> dict[str, tuple[int, ...]]:
    rows = {kind: _groups(events.people.take(events.of(kind))) for kind in ("birth", "in")}
    rows |= {kind: _negative(_groups(events.people.take(events.of(kind)))) for kind in ("death", "out")}
    for kind, old, new in (
        ("residence", events.from_residence, events.people.residence),
        ("nationality", events.from_nationality, events.people.nationality),
    ):
        changed = events.of(kind) & (old != UNKNOWN) & (old != new)
        offset = 1 if kind == "residence" else 3
        gained = [int((changed & (new == member)).sum()) - int((changed & (old == member)).sum()) for member in (0, 1)]
        rows[kind] = tuple(gained[i - offset] if 0 <= i - offset < 2 else 0 for i in range(len(GROUPS)))
    return rows


def _groups(people: People) -> tuple[int, ...]:
    masks = (
        people.residence == _MAIN, people.residence == _SECONDARY, people.nationality == _GERMAN, people.nationality == _OTHER,
    )  # fmt: skip
    return (len(people), *(int(mask.sum()) for mask in masks))


def _negative(row: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(-value for value in row)


def _sum(*rows: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sum(values) for values in zip(*rows, strict=True))


def _minus(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    return _sum(a, _negative(b))
