"""The examination: rows checked, doubles merged, places found, sums compared; nothing is refused and nothing changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from allmende.register.checks import check_events, check_stock
from allmende.register.findings import count_by_code
from allmende.register.geocoding import (
    BY_DISTRICT,
    NO_ADDRESS,
    NOWHERE,
    Address,
    Places,
    distinct_addresses,
    gazetteer,
    locate,
)
from allmende.register.identity import Identities, Rows, identify, merge_events, merge_stock
from allmende.register.marks import Marks
from allmende.register.people import UNKNOWN, Events, People
from allmende.register.reading import Reading, Table, quarantined, read_extract
from allmende.register.reconciliation import Reconciliation, contradictions, reconcile
from allmende.register.run import Examined, Run, Source
from allmende.register.schema import Kind
from allmende.register.stock import Stock, extend, stock_of, units_of
from allmende.register.summary import RowCount, Summary
from allmende.register.values import are_unclear, days

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def examine(run: Run) -> Examined:
    """Check every row, find every place, put persons and events in order; every finding is listed, none stops the run."""
    return _Examination(run).result()


class _Examination:
    """The state of one examination: tables, findings and marks by role."""

    def __init__(self, run: Run) -> None:
        self.run = run
        sources: dict[str, tuple[Source | None, Kind]] = {
            "stock": (run.extract, "stock"), "events": (run.events, "events"), "previous": (run.previous, "stock"),
        }  # fmt: skip
        given = [source.name for source, _ in sources.values() if source is not None]
        self.readings = {
            role: read_extract(source.data, _name(role, source, given), run.profile, kind)
            for role, (source, kind) in sources.items()
            if source is not None
        }
        self.findings = [finding for reading in self.readings.values() for finding in reading.findings]
        self.tables = {role: reading.table for role, reading in self.readings.items()}
        self.counts = {role: _unread(reading) for role, reading in self.readings.items()}
        self.aside: set[str] = set()

    def result(self) -> Examined:
        """Run the checks in their order: rows, identities, doubles, places, sums."""
        if any(finding.severity == "fatal" for finding in self.findings):
            return self._unusable()
        addresses, at = distinct_addresses(self._address_columns())
        rows, events = self._check_rows(addresses, dict(zip(self._address_roles(), at, strict=True)))
        people, events, identities = self._merge(rows, events, addresses)
        places, unplaced = self._place(addresses, people, events)
        stock, events, reconciliation = self._add_up(people, events, identities)
        summary = self._summary(identities, reconciliation)
        quarantine = dict(self._quarantine())
        return Examined(self.run, tuple(self.findings), summary, quarantine, unplaced, identities, places, stock, events)

    def _address_columns(self) -> list[tuple[Table, str]]:
        columns = [(table, "") for table in self.tables.values()]
        return [*columns, (self.tables["events"], "from_")] if "events" in self.tables else columns

    def _address_roles(self) -> list[str]:
        return [*self.tables, "from"] if "events" in self.tables else list(self.tables)

    def _check_rows(
        self, addresses: tuple[Address, ...], at: dict[str, Ints]
    ) -> tuple[dict[str, tuple[People, Ints]], Events | None]:
        """Return the good rows of stocks (with the day of moving in) and events; tables shrink to them."""
        run, people, events = self.run, {}, None
        for role, day in (("stock", run.day), ("previous", run.previous_day)):
            if role in self.tables:
                found, moved_in, marks = check_stock(self.tables[role], at[role], run.profile, run.ags, day)
                good = self._keep(role, marks)
                people[role] = found.take(good), moved_in[good]
        if "events" in self.tables:
            told = np.array([address != NO_ADDRESS for address in addresses], dtype=bool)[at["from"]]
            members = {m.ags for m in run.region.municipalities}
            events, marks = check_events(
                self.tables["events"],
                at["events"],
                np.where(told, at["from"], UNKNOWN),
                run.profile,
                run.ags,
                members,
                run.until,
            )
            events = events.take(self._keep("events", marks))
        return people, events

    def _keep(self, role: str, marks: Marks) -> Flags:
        good = ~marks.bad
        self.findings += marks.findings
        self._set_aside(role, marks)
        self.tables[role] = self.tables[role].take(good)
        return good

    def _set_aside(self, role: str, marks: Marks) -> None:
        self.counts[role]["set_aside"] += int(marks.bad.sum())
        ids = self.tables[role].take(marks.bad)["id"]
        self.aside |= {ids.values[code] for code in ids.codes.tolist()}

    def _merge(
        self, stocks: dict[str, tuple[People, Ints]], events: Events | None, addresses: tuple[Address, ...]
    ) -> tuple[dict[str, People], Events | None, Identities]:
        parts = [Rows(self.tables[role], people) for role, (people, _) in stocks.items()]
        if events is not None:
            same, ties = (events.kind, events.day), (events.counterpart, events.from_place, events.mother)
            parts.append(Rows(self.tables["events"], events.people, same, ties))
        identities, named = identify(parts, addresses)
        merged: dict[str, People] = {}
        for (role, (_, moved_in)), people in zip(stocks.items(), named, strict=False):
            marks = Marks(self.tables[role])
            counts = merge_stock(people, moved_in, marks)
            merged[role] = people.take(self._merged(role, marks, counts))
        if events is not None:
            marks = Marks(self.tables["events"])
            counts = merge_events(replace(events, people=named[-1]), identities.fallback, marks)
            events = replace(events, people=named[-1]).take(self._merged("events", marks, counts))
        return merged, events, identities

    def _merged(self, role: str, marks: Marks, counts: Flags) -> Flags:
        without = Marks(self.tables[role])
        without.flag(np.array([not value for value in without.table["id"].values])[without.table["id"].codes], "person.no_id")
        self.findings += marks.findings + without.findings
        self._set_aside(role, marks)
        self.tables[role] = self.tables[role].take(counts)
        self.counts[role]["merged"] += int((~counts & ~marks.bad).sum())
        self.counts[role]["counted"] = int(counts.sum())
        return counts

    def _place(
        self, addresses: tuple[Address, ...], people: dict[str, People], events: Events | None
    ) -> tuple[Places, tuple[tuple[str, int], ...]]:
        """Return where each address lies, and the streets of the stock that were looked up in vain."""
        run = self.run
        known = gazetteer(run.region, run.ags, houses=run.houses, shapes=run.shapes, crs=run.profile.crs)
        places = locate(addresses, known)
        for role, at in (("stock", people["stock"].place), ("events", events.people.place if events else None)):
            if at is None:
                continue
            marks = Marks(self.tables[role])
            field = "street" if "street" in self.tables[role].columns else "address"
            marks.flag(places.unknown_district[at] & bool(known.codes), "address.district", "district")
            marks.flag(places.bad_point[at] & bool(known.crs), "address.point", "east", known.crs)
            for how, code in ((BY_DISTRICT, "address.only_district"), (NOWHERE, "address.unlocated")):
                if how in known.in_vain:
                    marks.flag(places.how[at] == how, code, field)
            self.findings += marks.findings
        return places, _unplaced_streets(places, people["stock"], known.in_vain)

    def _add_up(
        self, people: dict[str, People], events: Events | None, identities: Identities
    ) -> tuple[Stock, Events | None, Reconciliation | None]:
        stock = stock_of(people["stock"], days(self.run.day))
        before = None
        if "previous" in people:
            before = stock_of(people["previous"], days(self.run.previous_day))
            stock, before = extend(stock, before.unit, before.people), extend(before, stock.unit, stock.people)
        if events is None:
            return stock, None, None
        events = events.in_order()
        stock = extend(stock, units_of(events, stock), events.people)
        self.findings += contradictions(stock, events, self.tables["events"].file)
        if before is None:
            return stock, events, None
        before = extend(before, units_of(events, before), events.people)
        aside = np.array([i for i, text in enumerate(identities.texts) if text in self.aside], dtype=np.int64)
        files = self.tables["stock"].file, self.tables["previous"].file
        reconciliation, findings = reconcile(before, events, stock, aside, *files)
        self.findings += findings
        return stock, events, reconciliation

    def _summary(self, identities: Identities, reconciliation: Reconciliation | None) -> Summary:
        unclear = are_unclear(self.tables["stock"]["citizenships"], self.run.profile.citizenships)
        return Summary(
            ags=self.run.ags,
            as_of=self.run.day,
            files={role: RowCount(**count) for role, count in self.counts.items()},
            identities=len(identities.texts),
            fallback=int(identities.fallback.sum()),
            unclear_citizenship=int(unclear.sum()),
            findings=count_by_code(self.findings),
            reconciliation=reconciliation,
        )

    def _quarantine(self) -> Iterator[tuple[str, bytes]]:
        for reading in self.readings.values():
            name = reading.table.file
            lines = {f.line for f in self.findings if f.file == name and f.severity == "error"}
            if lines:
                yield name, b"\n".join(quarantined(reading, lines, self.run.profile.layout)) + b"\n"

    def _unusable(self) -> Examined:
        """Return findings alone: with a file that cannot be used, all its records count as unreadable."""
        files = {role: RowCount(r.records, r.records, 0, 0, 0) for role, r in self.readings.items()}
        summary = Summary(self.run.ags, self.run.day, files, 0, 0, 0, count_by_code(self.findings))
        nothing, nobody = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=bool)
        people = People(*[nothing] * 7)
        places = Places((), (), nothing, nothing, nobody, nobody)
        stock = Stock(days(self.run.day), nothing, nobody, people)
        return Examined(self.run, tuple(self.findings), summary, {}, (), Identities((), nobody), places, stock, None)


def _name(role: str, source: Source, given: Sequence[str]) -> str:
    """Return a file's name, with its role where two files are called alike (the same export of two years)."""
    return source.name if given.count(source.name) == 1 else f"{role}-{source.name}"


def _unread(reading: Reading) -> dict[str, int]:
    unreadable = reading.records - len(reading.table)
    return {"records": reading.records, "unreadable": unreadable, "set_aside": 0, "merged": 0, "counted": 0}


def _unplaced_streets(places: Places, people: People, in_vain: Sequence[int]) -> tuple[tuple[str, int], ...]:
    """Return the streets of persons whom no house was found for though it was looked up, most persons first."""
    counts: dict[str, int] = {}
    persons = np.bincount(people.place, minlength=len(places.addresses))
    for place in np.flatnonzero((persons > 0) & np.isin(places.how, in_vain)).tolist():
        address = places.addresses[place]
        street = address.street or address.address or address.street_key
        counts[street] = counts.get(street, 0) + int(persons[place])
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
