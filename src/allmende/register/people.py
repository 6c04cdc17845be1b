"""Persons and events as arrays: what is left of rows once they are understood."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np
from numpy.typing import NDArray

from allmende.register.values import EVENTS

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

UNKNOWN = -1
"""A previous state that the event does not tell."""


@dataclass(frozen=True, slots=True)
class People:
    """Persons at a dwelling, one entry per row of a file.

    `line` in the file; `person` position in the run's ids; `birth` days since 1970; `sex`, `nationality`, `residence`
    positions in the lists of `values`; `place` position in the run's addresses.
    """

    line: Ints
    person: Ints
    birth: Ints = field(repr=False)
    sex: Ints
    nationality: Ints
    residence: Ints
    place: Ints

    def __len__(self) -> int:
        return len(self.line)

    def take(self, rows: Ints | Flags) -> People:
        """Return the chosen rows."""
        return People(*(getattr(self, each.name)[rows] for each in fields(self)))


@dataclass(frozen=True, slots=True)
class Events:
    """Events of persons, one entry per row: the state after it (death and out: before it) and what it tells of the other side.

    `kind` position in `EVENTS`; `day` since 1970; `from_place`, `from_nationality`, `from_residence` the state before, or
    `UNKNOWN`; `counterpart` position in `counterparts`; `mother` her birth in days since 1970, or less than any day if unknown.
    """

    people: People
    kind: Ints
    day: Ints
    from_place: Ints
    from_nationality: Ints
    from_residence: Ints
    counterpart: Ints
    mother: Ints
    counterparts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.people)

    def take(self, rows: Ints | Flags) -> Events:
        """Return the chosen events."""
        arrays = {each.name: getattr(self, each.name)[rows] for each in fields(self)[1:-1]}
        return replace(self, people=self.people.take(rows), **arrays)

    def of(self, *kinds: str) -> Flags:
        """Return which events are of these kinds."""
        return np.isin(self.kind, [EVENTS.index(kind) for kind in kinds])

    def in_order(self) -> Events:
        """Return the events by person and time; events of one day in the order of `EVENTS`, whatever the order of rows."""
        p = self.people
        ties = (self.counterpart, self.from_place, p.place, p.residence, p.nationality, p.sex, p.birth)
        return self.take(np.lexsort((*ties, self.kind, self.day, p.person)))


def group_leaders(keys: Sequence[Ints]) -> Ints:
    """Return for each row of sorted arrays the position of the first row with the same values.

    >>> group_leaders([np.array([4, 4, 7]), np.array([1, 1, 1])]).tolist()
    [0, 0, 2]
    """
    size = len(keys[0])
    first = np.zeros(size, dtype=bool)
    first[:1] = True
    for key in keys:
        first[1:] |= key[1:] != key[:-1]
    return np.maximum.accumulate(np.where(first, np.arange(size), 0))


def ranks(keys: Sequence[Ints], ties: Sequence[Ints] = ()) -> Ints:
    """Return each row's rank (from 0) among the rows with the same keys, in the order of `ties`, then of the rows.

    >>> ranks([np.array([5, 3, 5, 5])]).tolist(), ranks([np.array([5, 3, 5, 5])], [np.array([9, 0, 8, 8])]).tolist()
    ([0, 0, 1, 2], [2, 0, 0, 1])
    """
    order = np.lexsort((*reversed(ties), *reversed(keys)))
    ranked = np.empty(len(order), dtype=np.int64)
    ranked[order] = np.arange(len(order)) - group_leaders([key[order] for key in keys])
    return ranked
