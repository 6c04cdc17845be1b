"""The stock on any day: an extract rolled back or forward through events."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from allmende.register.people import UNKNOWN, Events, People
from allmende.register.values import RESIDENCES

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_SECONDARY = RESIDENCES.index("secondary")


@dataclass(frozen=True, slots=True)
class Stock:
    """Who lives where on one day (`day` since 1970), one entry per dwelling of a person; sorted by `unit`.

    `unit` is twice the person, plus one for a secondary dwelling beside a main one. `present` says who is there: entries of
    persons who are not are kept, so that stocks of different days can be compared entry by entry.
    """

    day: int
    unit: Ints
    present: Flags
    people: People

    def persons(self) -> People:
        """Return who is there."""
        return self.people.take(self.present)


def stock_of(people: People, day: int) -> Stock:
    """Take the clean rows of an extract as the stock of its day."""
    has_main = np.unique(people.person[people.residence != _SECONDARY])
    beside = (people.residence == _SECONDARY) & np.isin(people.person, has_main)
    unit = 2 * people.person + beside
    order = np.argsort(unit, kind="stable")
    return Stock(day, unit[order], np.ones(len(unit), dtype=bool), people.take(order))


def extend(stock: Stock, units: Ints, people: People) -> Stock:
    """Add absent entries for units (and the persons they belong to) that the stock does not have."""
    distinct, first = np.unique(units, return_index=True)
    new = first[~np.isin(distinct, stock.unit)]
    unit = np.concatenate([stock.unit, units[new]])
    order = np.argsort(unit, kind="stable")
    present = np.concatenate([stock.present, np.zeros(len(new), dtype=bool)])[order]
    return Stock(stock.day, unit[order], present, _concatenate(stock.people, people.take(new)).take(order))


def units_of(events: Events, stock: Stock) -> Ints:
    """Return the dwelling each event is about: a person's secondary one only where the stock has one beside a main one."""
    before = np.where(events.from_residence == UNKNOWN, events.people.residence, events.from_residence)
    residence = np.where(events.of("residence"), before, events.people.residence)
    beside = 2 * events.people.person + 1
    return np.where((residence == _SECONDARY) & np.isin(beside, stock.unit), beside, beside - 1)


def roll(stock: Stock, events: Events, day: int) -> Stock:
    """Return the stock of another day; events between both days are undone (backwards) or done (forwards).

    `events` must be `in_order` and everybody in them an entry of the stock (`extend`). A state before an event that the
    event does not tell is taken to be the state after it.
    """
    back = day < stock.day
    between = (events.day > min(day, stock.day)) & (events.day <= max(day, stock.day))
    e = events.take(np.flatnonzero(between))
    e = e.take(np.lexsort((e.people.person, e.kind, e.day)))
    e = e.take(np.arange(len(e))[::-1]) if back else e
    at = np.searchsorted(stock.unit, units_of(e, stock))
    comes, goes = e.of("birth", "in"), e.of("death", "out")
    present = stock.present.copy()
    # of repeated positions NumPy keeps the last: the event nearest to the day wanted
    crossing = comes | goes
    present[at[crossing]] = (goes if back else comes)[crossing]
    whole = goes if back else comes
    people = replace(
        stock.people,
        birth=_write(stock.people.birth, at, e.people.birth, whole),
        sex=_write(stock.people.sex, at, e.people.sex, whole),
        place=_write(stock.people.place, at, *_change(e, "move", e.from_place, e.people.place, whole, back)),
        nationality=_write(
            stock.people.nationality, at, *_change(e, "nationality", e.from_nationality, e.people.nationality, whole, back)
        ),
        residence=_write(
            stock.people.residence, at, *_change(e, "residence", e.from_residence, e.people.residence, whole, back)
        ),
    )
    return Stock(day, stock.unit, present, people)


def _change(e: Events, kind: str, before: Ints, after: Ints, whole: Flags, back: bool) -> tuple[Ints, Flags]:
    """Return what each event writes into an attribute that events of `kind` change, and which events write."""
    changes = e.of(kind)
    if not back:
        return after, whole | changes
    return np.where(changes, before, after), whole | (changes & (before != UNKNOWN))


def _write(values: Ints, at: Ints, new: Ints, rows: Flags) -> Ints:
    written = values.copy()
    written[at[rows]] = new[rows]
    return written


def _concatenate(a: People, b: People) -> People:
    return People(*(np.concatenate([getattr(a, field.name), getattr(b, field.name)]) for field in fields(People)))
