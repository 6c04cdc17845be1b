"""The whole chain in one call: region, offices, hub, gate, release, facilities, outlook, plans. The portal shows `public`."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import numpy as np

from allmende.areas.hierarchy import load_region
from allmende.deliveries import new_office_key, write_signing_key
from allmende.deliveries.keys import write_matrix
from allmende.demo.ahead import choose, foresee, tell_apart
from allmende.demo.delivering import Extracts, Guard, Job, deliver_all
from allmende.demo.dirt import soil
from allmende.demo.facilities import equip
from allmende.demo.history import LAST_YEAR, live
from allmende.demo.offices import Office, list_offices, write_offices, write_truth
from allmende.demo.people import FIRST_YEAR, furnish, populate
from allmende.demo.places import UTM, make_places, write_places
from allmende.demo.real import prepare_real, release_real
from allmende.demo.steps import Advance, Done, Step, house_print, run_steps
from allmende.demo.together import join_in
from allmende.demo.vendors import write_book
from allmende.hub import find_mismatches, init_hub, open_hub, receive, register_office
from allmende.outlook.apart import SPECIAL
from allmende.outlook.proposals import FUNCTIONS
from allmende.outlook.settings import SETTINGS
from allmende.parameters import load
from allmende.register.secret import Secret, write_secret
from allmende.release import build, load_catalogue, plan

SMALLER = 20
"""The small region has one twentieth of the people, on the same map."""

EPOCH = "2026"

MATRIX = "matrix.secret"
"""The hub's matrix secret, as the offices hold it that protect at the source."""

MOST_CHANGES = 8
"""So many proposals of the gate are followed before the release is given up."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to build: where, from which seed, small or not; or from a folder of real public data instead."""

    folder: Path
    seed: int = 1
    small: bool = False
    real: Path | None = None

    @property
    def region(self) -> Path:
        """The region folder."""
        return self.folder / "region"

    @property
    def offices(self) -> Path:
        """The registration offices' folders, one each; the only place where there are persons."""
        return self.folder / "offices"

    @property
    def keys(self) -> Path:
        """Secret and signing keys of the offices."""
        return self.folder / "keys"

    @property
    def deliveries(self) -> Path:
        """The sealed deliveries."""
        return self.folder / "deliveries"

    @property
    def hub(self) -> Path:
        """The hub's confidential folder."""
        return self.folder / "hub"

    @property
    def public(self) -> Path:
        """What is published, and all that the portal reads."""
        return self.folder / "public"

    @property
    def truth(self) -> Path:
        """What is true of the fictional region, for tests."""
        return self.folder / "truth.json"


def run_demo(order: Order, today: date, begin: Callable[[Step], Advance]) -> Iterator[Done]:
    """Do all steps, from nothing to a release in force and what is there; steps that are done and unchanged are reused."""
    order.folder.mkdir(parents=True, exist_ok=True)
    inputs = f"{house_print()} seed={order.seed} small={order.small} real={order.real.resolve() if order.real else ''}"
    return run_steps(_steps(order, today), order.folder, inputs, begin)


def generate(order: Order, advance: Advance) -> dict[int, int]:
    """Make the fictional region and write it as its offices hold it; return its main and secondary residents by year."""
    rng = np.random.default_rng(order.seed)
    place, words, curves = load("demo_places"), load("demo_streets"), load("demo_curves")
    if order.small:
        place = small_places(place)
    total = len(place["municipality"]) + 8
    places = make_places(place, words, rng)
    advance(4, total)
    write_places(places, order.region)
    housing = furnish(places, curves, rng)
    history = live(places, housing, populate(places, housing, curves, rng), curves, rng)
    advance(6, total)
    soiled = soil(places, history, write_book(places), rng)
    for done, _ in enumerate(write_offices(places, soiled, order.offices), 1):
        advance(7 + done, total)
    write_truth(places, history, soiled, order.truth)
    return {year: len(people) for year, people in history.stocks.items()}


def small_places(place: dict[str, Any]) -> dict[str, Any]:
    """Return the description of the region with fewer people."""
    return place | {"municipality": [m | {"population": m["population"] // SMALLER} for m in place["municipality"]]}


def _steps(order: Order, today: date) -> Sequence[Step]:
    if order.real:
        return (
            Step(
                "real",
                ("Region Bremen, vom Auszug bis zur Ausgabe", "Region Bremen, from extract to release"),
                (order.region, order.folder / "office", order.folder / "open", order.hub, order.public),
                lambda advance: _release_real(order, advance),
            ),
            _foresee(order),
        )
    return (
        Step(
            "region",
            ("Region erzeugen", "Make the region"),
            (order.region, order.offices, order.truth),
            lambda advance: _make_region(order, advance),
        ),
        Step("hub", ("Hub einrichten", "Set the hub up"), (order.hub, order.keys, order.public), lambda _: _set_up(order)),
        Step(
            "offices",
            ("Meldestellen aggregieren", "Offices aggregate"),
            (order.deliveries,),
            lambda advance: _deliver(order, today, advance),
        ),
        Step("receiving", ("Hub empfängt", "The hub receives"), (), lambda advance: _receive(order, advance)),
        Step("release", ("Prüfen und veröffentlichen", "Gate and release"), (), lambda _: _release(order, today)),
        Step(
            "facilities",
            ("Einrichtungen", "Facilities"),
            (order.public / "facilities", order.public / "services", order.public / SPECIAL, order.public / SETTINGS),
            lambda _: _equip(order),
        ),
        _foresee(order),
        Step(
            "together",
            ("Gemeinsame Aufgaben", "Shared functions"),
            (order.public / FUNCTIONS,),
            lambda advance: join_in(order.public, advance),
        ),
    )


def _foresee(order: Order) -> Step:
    words = ("Vorausschau", "Look ahead")
    return Step("outlook", words, (), lambda advance: foresee(order.public, advance))


def _make_region(order: Order, advance: Advance) -> tuple[str, str]:
    people = generate(order, advance)
    first, last = people[FIRST_YEAR], people[LAST_YEAR]
    years = LAST_YEAR - FIRST_YEAR
    return (
        f"12 Gemeinden, {_de(first)} Menschen, {years} Jahre später {_de(last)}",
        f"12 municipalities, {first:,} people, {years} years later {last:,}",
    )


def _release_real(order: Order, advance: Advance) -> tuple[str, str]:
    if order.real is None:
        raise ValueError("There is no folder of real data.")
    made = prepare_real(order.real, order.folder)
    said = ""
    for number, said in enumerate(release_real(made, order.folder, datetime.now(UTC)), 1):  # noqa: B007
        advance(number, len(made.extracts) + 2)
    choose(order.public)
    return f"{made.region.name['de']}: {len(made.extracts)} Stichtage, {said}", \
           f"{made.region.name['en']}: {len(made.extracts)} key dates, {said}"  # fmt: skip


def _set_up(order: Order) -> tuple[str, str]:
    order.keys.mkdir(mode=0o700, parents=True)
    # from the seed, so that a seed always has the same release; there is nobody to protect in a fictional region
    secret = Secret(EPOCH, _derived("records", order.seed))
    write_secret(secret, order.keys / "secret.toml")
    matrix = _derived("intervals", order.seed)
    hub = init_hub(order.hub, order.region, epoch=EPOCH, key_check=secret.check_value(), matrix=matrix)
    write_matrix(matrix, order.keys / MATRIX)
    order.public.mkdir()
    offices = list_offices(hub.region, order.offices)
    for office in offices:
        key = new_office_key()
        write_signing_key(key, order.keys / f"{office.ags}.key")
        hub = register_office(hub, office.ags, key.verify_key(), office.mode, datetime.now(UTC))
    return f"{len(offices)} Meldestellen registriert", f"{len(offices)} offices registered"


def _derived(purpose: str, seed: int) -> bytes:
    return hashlib.sha256(f"Allmende demo, {purpose}, seed {seed}".encode()).digest()


def _deliver(order: Order, today: date, advance: Advance) -> tuple[str, str]:
    done = []
    with _catalogue(order) as catalogue:
        jobs = _jobs(order, today, catalogue)
        for delivered in deliver_all(jobs):
            done.append(delivered)
            advance(len(done), len(jobs))
    persons, findings, aside = (sum(getattr(d, name) for d in done) for name in ("persons", "findings", "set_aside"))
    return (
        f"{_de(persons)} Personen-Stichtage gezählt, {_de(findings)} Hinweise, {_de(aside)} Zeilen in Quarantäne",
        f"{persons:,} persons over all key dates counted, {findings:,} findings, {aside:,} rows set aside",
    )


def _receive(order: Order, advance: Advance) -> tuple[str, str]:
    hub = open_hub(order.hub)
    paths = sorted(order.deliveries.iterdir())
    for number, path in enumerate(paths, 1):
        receive(hub, path, datetime.now(UTC))
        advance(number, len(paths))
    differ = len(find_mismatches(hub).differing)
    return (
        f"{len(paths)} Lieferungen geprüft und übernommen; {_de(differ)} Widersprüche (Jahr × Alter × Geschlecht) bei Umzügen",
        f"{len(paths)} deliveries checked and taken over; {differ:,} contradictions in moves across borders",
    )


def _release(order: Order, today: date) -> tuple[str, str]:
    hub = open_hub(order.hub)
    with _catalogue(order) as catalogue:
        planned = plan(hub, load_catalogue(catalogue))
    narrowed = 0
    while not planned.passed and narrowed < MOST_CHANGES:
        # another seed is another region: what its gate refuses is published as coarsely as the gate proposes
        planned, narrowed = plan(hub, planned.changes[0][1].catalogue), narrowed + 1
    built = build(hub, planned, order.public, today)
    return (
        f"{len(planned.findings)} Angriffe gerechnet, {_changed_de(narrowed)}; Ausgabe {built.id}: {_de(built.cells)} Werte",
        f"{len(planned.findings)} attacks computed, {_changed_en(narrowed)}; release {built.id}: {built.cells:,} values",
    )


def _equip(order: Order) -> tuple[str, str]:
    facilities = equip(order.region, order.public, order.seed)
    there = len({each.id for each in facilities})
    planned = len({each.id for each in facilities if each.opens or each.closes})
    services = len({each.service for each in facilities})
    choose(order.public)
    tell_apart(order.region, order.public)
    return (
        f"{there} Einrichtungen von {services} Leistungen, {planned} Eröffnungen und Schließungen geplant",
        f"{there} facilities of {services} services, {planned} openings and closings planned",
    )


@contextmanager
def _catalogue(order: Order) -> Iterator[Path | None]:
    """Give the file of the tables that the region publishes; None stands for the default catalogue."""
    with as_file(files("allmende.parameters") / "demo_small_catalogue.toml") as small:
        yield small if order.small else None


def _changed_de(count: int) -> str:
    return f"{count} Tabellen auf Vorschlag der Prüfung vergröbert" if count else "alle abgewehrt"


def _changed_en(count: int) -> str:
    return f"{count} tables made coarser as the gate proposed" if count else "all held off"


def _jobs(order: Order, today: date, catalogue: Path | None) -> list[Job]:
    recipient = open_hub(order.hub).settings.recipient
    guard = Guard(order.keys / MATRIX, catalogue)
    years = range(FIRST_YEAR, LAST_YEAR + 1)
    return [
        Job(
            ags=office.ags,
            name=office.name,
            profile=office.profile,
            houses=office.addresses,
            crs=UTM,
            extracts=tuple(_extracts(office, year) for year in years),
            region=order.region,
            secret=order.keys / "secret.toml",
            key=order.keys / f"{office.ags}.key",
            recipient=recipient,
            made=today,
            target=order.deliveries / f"{office.ags}.allmende",
            guard=guard if office.mode == "at-source" else None,
        )
        for office in list_offices(load_region(order.region), order.offices)
    ]


def _extracts(office: Office, year: int) -> Extracts:
    if year == FIRST_YEAR:
        return Extracts(year, office.stock(year))
    return Extracts(year, office.stock(year), office.events(year), office.stock(year - 1))


def _de(number: int) -> str:
    return f"{number:,}".replace(",", ".")
