"""A small fictional municipality and a vendor that writes files by any profile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import pytest

from allmende.areas.hierarchy import District, Municipality, Region
from allmende.register.houses import Houses, read_houses
from allmende.register.profile import Profile, example_profile
from allmende.register.run import Run, Source
from allmende.register.secret import Secret

AGS, NEIGHBOUR = "03999001", "04999002"

HOUSES = """# NBA;OI;QUA;LAN;RBZ;KRS;GMD;OTT;SSS;HNR;ADZ;EAST;NORTH;STREET;POST;PLACE
B;1;A;03;9;99;001;0001;00011;1;;480010,000;5880010,000;Hauptstraße;27001;Musterstadt
B;2;A;03;9;99;001;0001;00011;1;a;480030.000;5880010.000;Hauptstraße;27001;Musterstadt
B;3;A;03;9;99;001;0002;00012;7;;481510.000;5880010.000;Dr.-Müller-Straße;27002;Musterstadt
B;4;A;03;9;99;001;0001;00013;5;;482510.000;5880010.000;Am Weg;27001;Musterstadt
B;5;A;03;9;99;001;0002;00014;5;;483510.000;5880010.000;Am Weg;27002;Musterstadt
B;6;A;04;9;99;002;0001;00011;1;;490010.000;5880010.000;Hauptstraße;28001;Nachbarort
""".encode()

Row = Mapping[str, str]


def write(profile: Profile, kind: str, rows: Sequence[Row]) -> bytes:
    """Write canonical rows as the profile's vendor would."""
    columns = profile.stock if kind == "stock" else profile.events
    layout = profile.layout
    lines = []
    if layout.header:
        lines.append(layout.separator.join(str(source) for source in columns.values()))
    for row in rows:
        if layout.kind == "fixed":
            line = [" "] * max(start + width - 1 for start, width in columns.values())
            for name, (start, width) in columns.items():
                line[start - 1 : start - 1 + width] = row.get(name, "")[:width].ljust(width)
            lines.append("".join(line))
        else:
            lines.append(layout.separator.join(row.get(name, "") for name in columns))
    return "".join(line + "\r\n" for line in lines).encode(layout.encoding)


def person(identity: str, **changes: str) -> dict[str, str]:
    """A canonical person in the codes of the profile `semicolon`."""
    return {
        "id": identity, "birth_date": "17.05.1980", "sex": "w", "citizenships": "000", "residence": "H", "street_key": "00011",
        "street": "Hauptstr.", "house_number": "1", "postal_code": "27001", "district": "0001", **changes,
    }  # fmt: skip


def event(kind: str, day: str, identity: str, **changes: str) -> dict[str, str]:
    """A canonical event in the codes of the profile `semicolon`."""
    return person(identity, event=kind, date=day, **changes)


@pytest.fixture(scope="session")
def region() -> Region:
    members = (
        Municipality(AGS, "Musterstadt", "03", "Stadt", ("Ortsteil",)),
        Municipality(NEIGHBOUR, "Nachbarort", "04", "Gemeinde", ()),
    )
    districts = (
        District(f"{AGS}.0001", "0001", "Altstadt", 1, "", AGS),
        District(f"{AGS}.0002", "0002", "Groß Süd", 1, "", AGS),
    )
    return Region("muster", {"de": "Muster", "en": "sample"}, True, date(2024, 1, 1), "", members, districts)


@pytest.fixture(scope="session")
def houses() -> Houses:
    return read_houses(HOUSES, "houses.txt", AGS, "EPSG:25832")


@pytest.fixture(scope="session")
def secret() -> Secret:
    return Secret("2026", bytes(range(32)))


@pytest.fixture(scope="session")
def run_of(region: Region, houses: Houses) -> Callable[..., Run]:
    """Make a run from canonical rows (or raw bytes) in the profile `semicolon`, year 2024."""

    def make(stock: Sequence[Row] | bytes, events: Sequence[Row] | bytes | None = None,
             previous: Sequence[Row] | None = None, **changes: object) -> Run:  # fmt: skip
        profile = changes.pop("profile", example_profile("semicolon"))

        def source(name: str, kind: str, rows: Sequence[Row] | bytes | None) -> Source | None:
            if rows is None:
                return None
            return Source(name, rows if isinstance(rows, bytes) else write(profile, kind, rows))

        return Run(
            extract=source("stock.csv", "stock", stock), events=source("events.csv", "events", events),
            previous=source("previous.csv", "stock", previous), profile=profile, region=region, ags=AGS, year=2024,
            **{"houses": houses, **changes},
        )  # fmt: skip

    return make


@pytest.fixture(scope="session")
def vendor() -> Callable[..., object]:
    """The helpers of this file, for tests: vendor.write, vendor.person, vendor.event."""

    class Vendor:
        write = staticmethod(write)
        person = staticmethod(person)
        event = staticmethod(event)

    return Vendor
