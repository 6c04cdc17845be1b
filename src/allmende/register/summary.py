"""The summary: how many rows and persons went where, so that nobody is lost without a number saying so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from allmende.register.reconciliation import GROUPS, Reconciliation


@dataclass(frozen=True, slots=True)
class RowCount:
    """Where the records of one file went: unreadable, set aside (both in quarantine), merged with an equal one, counted."""

    records: int
    unreadable: int
    set_aside: int
    merged: int
    counted: int

    def __post_init__(self) -> None:
        if self.records != self.unreadable + self.set_aside + self.merged + self.counted:
            raise ValueError(f"Rows were lost between reading and counting: {self}.")

    @property
    def quarantined(self) -> int:
        """Return how many records stand in the quarantine file."""
        return self.unreadable + self.set_aside


@dataclass(frozen=True, slots=True)
class StockCount:
    """Who was there on a key date, and how they were placed; the ways of placing sum to the persons."""

    key_date: date
    age_date: date
    persons: int
    placed: Mapping[str, int]

    def __post_init__(self) -> None:
        if self.persons != sum(self.placed.values()):
            raise ValueError(f"Persons were lost between counting and placing: {self}.")


@dataclass(frozen=True, slots=True)
class Summary:
    """Numbers of a run, none of them about a single person by intent; to be kept in the office all the same.

    `files` by role (stock, events, previous); `fallback` persons without a lasting id, of `identities`; `findings` by code;
    `events` by what became of them: a cube, a change of status (in no cube), another year (not asked for).
    """

    ags: str
    as_of: date
    files: Mapping[str, RowCount]
    identities: int
    fallback: int
    unclear_citizenship: int
    findings: Mapping[str, int]
    stocks: tuple[StockCount, ...] = ()
    events: Mapping[str, int] | None = None
    reconciliation: Reconciliation | None = None

    def __post_init__(self) -> None:
        if self.events is not None and sum(self.events.values()) != self.files["events"].counted:
            raise ValueError(f"Events were lost between checking and counting: {self.events} of {self.files['events']}.")

    def to_fields(self) -> dict[str, Any]:
        """Return the summary as JSON fields: counts and dates, no value of a person."""
        fields = asdict(self)
        fields["fallback_share"] = round(self.fallback / self.identities, 6) if self.identities else 0.0
        if self.reconciliation is not None:
            rows = self.reconciliation.rows
            fields["reconciliation"] = {name: dict(zip(GROUPS, row, strict=True)) for name, row in rows.items()}
        return fields
