"""What came, from whom, for which series and years; what is missing; how old it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from allmende.deliveries.note import Mode
from allmende.hub.folder import Hub
from allmende.hub.received import Holding, read_heads


@dataclass(frozen=True, slots=True)
class Held:
    """The years that an office has delivered of one kind and series, and how many persons or events they count."""

    kind: str
    series: str
    years: tuple[int, ...]
    counted: int


@dataclass(frozen=True, slots=True)
class Missing:
    """A cube that other offices delivered and this one has not."""

    ags: str
    name: str
    kind: str
    series: str
    year: int


@dataclass(frozen=True, slots=True)
class OfficeStatus:
    """One municipality: `mode` "" if its office is not registered; `sequence` and `made` of its last delivery.

    `age` is the number of days since that delivery was made. `tables` are protected tables delivered at source.
    """

    ags: str
    name: str
    mode: Mode | str
    fingerprint: str
    sequence: int | None
    made: date | None
    age: int | None
    held: tuple[Held, ...]
    tables: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a hub on one day."""

    region: str
    territory_date: date
    recipient: str
    epoch: str
    key_check: str
    store: str
    deliveries: int
    offices: tuple[OfficeStatus, ...]
    missing: tuple[Missing, ...]

    @property
    def unregistered(self) -> tuple[OfficeStatus, ...]:
        """The municipalities whose office may not deliver yet."""
        return tuple(office for office in self.offices if not office.mode)


def status(hub: Hub, today: date) -> Status:
    """Return the state of a hub; the same data for the table, the JSON document and the tests."""
    heads = read_heads(hub.folder)
    holdings, tables = hub.store.holdings(), hub.store.table_holdings()
    last = {head.note.office: head.note for head in heads}  # read in the order of their sequence
    offices = []
    for m in hub.region.municipalities:
        office, note = hub.settings.office(m.ags), last.get(m.ags)
        offices.append(
            OfficeStatus(
                ags=m.ags,
                name=m.name,
                mode=office.mode if office else "",
                fingerprint=office.verify_key.fingerprint() if office else "",
                sequence=note.sequence if note else None,
                made=note.made if note else None,
                age=(today - note.made).days if note else None,
                held=_held(holdings, m.ags),
                tables=tuple(dict.fromkeys(t.content.note.table for t in tables if t.ags == m.ags)),
            )
        )
    settings = hub.settings
    return Status(
        region=settings.region,
        territory_date=settings.territory_date,
        recipient=settings.recipient,
        epoch=settings.epoch,
        key_check=settings.key_check,
        store=settings.store if settings.store == "files" else f"spark: {settings.prefix}…",
        deliveries=len(heads),
        offices=tuple(offices),
        missing=_missing(holdings, offices),
    )


def _held(holdings: Sequence[Holding], ags: str) -> tuple[Held, ...]:
    mine = [holding.content for holding in holdings if holding.ags == ags]
    found = []
    for kind, series in sorted({content.slot[:2] for content in mine}):
        same = [content for content in mine if content.slot[:2] == (kind, series)]
        found.append(Held(kind, series, tuple(c.slot[2] for c in same), sum(c.counted for c in same)))
    return tuple(found)


def _missing(holdings: Sequence[Holding], offices: Sequence[OfficeStatus]) -> tuple[Missing, ...]:
    expected = sorted({holding.content.slot for holding in holdings})
    present = {(holding.ags, *holding.content.slot) for holding in holdings}
    return tuple(
        Missing(office.ags, office.name, *slot)
        for office in offices
        for slot in expected
        if office.mode != "at-source" and (office.ags, *slot) not in present
    )
