"""The ordinary dirt of registers, planted on purpose and counted: what a check finds can be compared with what was put in."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.demo.events import DEATH, IN, OUT, Events, join_events
from allmende.demo.history import LAST_YEAR, History
from allmende.demo.people import SECONDARY, SOLE, People
from allmende.demo.places import Places
from allmende.demo.territory import Ints
from allmende.demo.vendors import IMPOSSIBLE_DAY, MISSING_STATE, Book

SHARES = {
    "unsurveyed_house": 0.003,
    "misspelt_address": 0.03,
    "late_booking": 0.012,
    "two_main": 0.0002,
    "duplicate": 0.0003,
    "no_citizenship": 0.0001,
    "impossible_date": 0.0001,
}
"""Shares of houses, of moves between members (late bookings) and of stock rows, all assumptions."""

STRAY = ("--- Seitenende ---", "Summe;;;;;;;;;;;;;;", "\x1a")
"""Lines of rubbish that exports leave behind: page ends, totals, an end-of-file mark."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """How much of each kind of dirt lies in which file: kind -> (office's position, year) -> count.

    `effect` is by how many main residents the office's stock will differ from the truth once its bad rows are set aside.
    """

    planted: dict[str, Counter[tuple[int, int]]] = field(default_factory=dict)
    effect: Counter[tuple[int, int]] = field(default_factory=Counter)

    def note(self, kind: str, office: int, year: int, count: int, effect: int = 0) -> None:
        """Enter `count` pieces of dirt and by how many main residents they change the stock."""
        if count:
            self.planted.setdefault(kind, Counter())[office, year] += count
        self.effect[office, year] += effect


@dataclass(frozen=True, slots=True)
class Soiled:
    """The registers as the offices hold them: per year and office a stock, and events; the address book with its errors."""

    stocks: dict[tuple[int, int], People]
    events: dict[tuple[int, int], Events]
    book: Book
    surveyed: NDArray[np.bool_]
    ledger: Ledger


def soil(places: Places, history: History, book: Book, rng: np.random.Generator) -> Soiled:
    """Hand each office its own records of the history, with dirt."""
    ledger = Ledger()
    municipality = places.addresses.municipality
    surveyed = rng.random(len(municipality)) >= SHARES["unsurveyed_house"]
    unknown = replace(book, east=np.where(surveyed, book.east, np.nan), north=np.where(surveyed, book.north, np.nan))
    written, book = _misspell(unknown, rng)
    stocks = {
        (office, year): people.take(municipality[people.address] == office)
        for year, people in history.stocks.items()
        for office in range(len(places.members))
    }
    events = {
        (office, year): found.take(found.municipality == office)
        for year, found in history.events.items()
        for office in range(len(places.members))
    }
    _book_late(history, stocks, events, ledger, rng)
    for office, year in stocks:
        stocks[office, year] = _soil_stock(stocks[office, year], office, year, ledger, rng)
        _count_doubles(places, office, year, ledger)
        people = stocks[office, year]
        ledger.note("unsurveyed_house", office, year, int((~surveyed[people.address]).sum()))
        stocks[office, year] = replace(people, address=written[people.address])
    for key, found in events.items():
        people = replace(found.people, address=written[found.people.address])
        source = np.where(found.source >= 0, written[found.source], -1)
        events[key] = replace(found, people=people, source=source)
    return Soiled(stocks, events, book, surveyed, ledger)


def _misspell(book: Book, rng: np.random.Generator) -> tuple[Ints, Book]:
    """Return how each address is written (a position in the longer book) and the book with the variants behind."""
    houses = len(book.street)
    chosen = np.flatnonzero(rng.random(houses) < SHARES["misspelt_address"])
    written = np.arange(houses)
    written[chosen] = houses + np.arange(len(chosen))
    manner = rng.integers(0, 3, len(chosen))
    street = tuple(_variant(book.street[i], m) for i, m in zip(chosen.tolist(), manner.tolist(), strict=True))
    again = chosen.tolist()
    longer: dict[str, Any] = {}
    for name in (f.name for f in fields(book)):
        values = getattr(book, name)
        if isinstance(values, np.ndarray):
            longer[name] = np.concatenate([values, values[chosen]])
        else:
            longer[name] = (*values, *(values[i] for i in again))
    return written, Book(**(longer | {"street": book.street + street}))


def _variant(street: str, manner: int) -> str:
    if manner == 0:
        return street.replace("Straße", "Str.").replace("straße", "str.")
    if manner == 1:
        return street.upper().replace("ß", "SS")
    return street.replace("ß", "ss").replace("ä", "ae").replace("ö", "oe").replace("ü", "ue").replace("-", " ")


def _count_doubles(places: Places, office: int, year: int, ledger: Ledger) -> None:
    """Where no id tells who is who, a row that stands twice is two persons."""
    if not places.members[office].get("person_ids", True):
        ledger.effect[office, year] += sum(ledger.planted[kind][office, year] for kind in ("two_main", "duplicate"))


def _book_late(
    history: History, stocks: dict[tuple[int, int], People], events: dict[tuple[int, int], Events], ledger: Ledger,
    rng: np.random.Generator,
) -> None:  # fmt: skip
    """Let one side of some moves between members be booked only in the next year.

    If the departure is late, the person stands in two stocks as a main resident; if the arrival is late, in none.
    """
    for year, found in history.events.items():
        quiet = _quiet_next_year(history, year)
        last = ~np.isin(found.people.person, _moved_twice(found))
        members = (found.counterpart >= 0) & (found.counterpart < 1000) & last & np.isin(found.people.person, quiet)
        for kind, name, sign in ((OUT, "late_departure", 1), (IN, "late_arrival", -1)):
            chosen = np.flatnonzero(members & (found.kind == kind) & (rng.random(len(found)) < SHARES["late_booking"] / 2))
            chosen = chosen[found.people.residence[chosen] != SECONDARY]
            for office in np.unique(found.municipality[chosen]).tolist():
                late = found.take(chosen[found.municipality[chosen] == office])
                _move_entries(office, year, late, kind, stocks, events)
                ledger.note(name, office, year, len(late), sign * len(late))


def _quiet_next_year(history: History, year: int) -> Ints:
    people = history.stocks[year].person
    return people if year == LAST_YEAR else np.setdiff1d(people, history.events[year + 1].people.person)


def _moved_twice(found: Events) -> Ints:
    moved = found.people.person[(found.kind != DEATH) & (found.kind != OUT)]
    numbers, count = np.unique(moved, return_counts=True)
    return numbers[count > 1]


def _move_entries(
    office: int,
    year: int,
    late: Events,
    kind: int,
    stocks: dict[tuple[int, int], People],
    events: dict[tuple[int, int], Events],
) -> None:
    own = events[office, year]
    there = np.isin(own.people.register, late.people.register) & (own.kind == kind)
    events[office, year] = own.take(~there)
    stock = stocks[office, year]
    if kind == OUT:
        stocks[office, year] = stock.join(late.people)
    else:
        stocks[office, year] = stock.take(~np.isin(stock.register, late.people.register))
    if year < LAST_YEAR:
        new_year = int(np.datetime64(f"{year + 1}-01-01").astype(np.int64))
        booked = replace(late, day=new_year + np.arange(len(late)) % 20)
        events[office, year + 1] = join_events([booked, events[office, year + 1]])


def _soil_stock(stock: People, office: int, year: int, ledger: Ledger, rng: np.random.Generator) -> People:
    order = rng.permutation(np.flatnonzero(stock.residence == SOLE))
    counts = {
        kind: round(SHARES[kind] * len(stock) + 0.35) for kind in ("no_citizenship", "impossible_date", "two_main", "duplicate")
    }
    state, born = stock.state.copy(), stock.born.copy()
    cut = np.cumsum([0, *counts.values()])
    rows = {kind: order[cut[i] : cut[i + 1]] for i, kind in enumerate(counts)}
    state[rows["no_citizenship"]] = MISSING_STATE
    born[rows["impossible_date"]] = IMPOSSIBLE_DAY
    soiled = replace(stock, state=state, born=born)
    second_home = soiled.take(rows["two_main"])
    houses = np.unique(stock.address)
    elsewhere = houses[(np.searchsorted(houses, second_home.address) + 1) % len(houses)]
    soiled = soiled.join(replace(second_home, address=elsewhere)).join(soiled.take(rows["duplicate"]))
    for kind, count in counts.items():
        count = len(rows[kind])
        ledger.note(kind, office, year, count, -count if kind in ("no_citizenship", "impossible_date") else 0)
    return soiled
