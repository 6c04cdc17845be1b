"""What happens to people: births, deaths, moves, changes of papers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from allmende.demo.people import People
from allmende.demo.territory import Ints

BIRTH, DEATH, MOVE, IN, OUT, NATIONALITY, RESIDENCE = range(7)
ABROAD, LAND = 1000, 2000
"""Counterparts that are no member of the region: abroad, and LAND + the Land's number."""


@dataclass(frozen=True, slots=True)
class Events:
    """What happened, one entry per array; persons as they are afterwards (deaths, departures: before).

    `kind` as above; `day` since 1970-01-01; `municipality` whose office records it; `source` the previous address, or -1;
    `counterpart` the other municipality of a move across a border, `ABROAD` or `LAND` + number, else -1; `old_state`,
    `old_second`, `old_residence` before a change (else -1); `mother_born` of a birth (else 0).
    """

    kind: Ints
    day: Ints
    municipality: Ints
    people: People
    source: Ints
    counterpart: Ints
    old_state: Ints
    old_second: Ints
    old_residence: Ints
    mother_born: Ints

    def __len__(self) -> int:
        return len(self.kind)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Self:
        """Return the chosen events."""
        return type(self)(*(_rows(getattr(self, f.name), rows) for f in fields(self)))


def join_events(parts: Sequence[Events]) -> Events:
    """Return several groups of events as one, in their order."""
    columns: list[Any] = []
    for f in fields(Events):
        values = [getattr(part, f.name) for part in parts]
        if f.name == "people":
            joined = values[0]
            for value in values[1:]:
                joined = joined.join(value)
            columns.append(joined)
        else:
            columns.append(np.concatenate(values))
    return Events(*columns)


def _rows(value: Any, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Any:
    return value.take(rows) if isinstance(value, People) else value[rows]
