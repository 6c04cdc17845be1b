"""A municipality of 30,000: check + aggregate, with events, house coordinates and two key dates, beside a plain CSV read.

Run: python benchmarks/register.py [PERSONS]
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import TypeVar

import numpy as np
import pyarrow.csv

from allmende.areas.hierarchy import District, Municipality, Region
from allmende.register.examination import examine
from allmende.register.houses import read_houses
from allmende.register.keydates import KeyDateRule
from allmende.register.processing import aggregate
from allmende.register.profile import Profile, example_profile
from allmende.register.run import Run, Source
from allmende.register.secret import Secret

AGS, YEAR = "03999001", 2024
Answer = TypeVar("Answer")


def main(persons: int) -> None:
    rng = np.random.default_rng(1)
    profile = example_profile("semicolon")
    houses_file, houses = house_file(persons // 3, rng)
    stock, events = extract(profile, persons, houses, rng), happenings(profile, persons, houses, rng)
    files = {"stock": Source("bestand.csv", stock), "events": Source("bewegung.csv", events)}
    read = best(lambda: [plain_read(stock, profile), plain_read(events, profile)])
    arrow = best(lambda: [arrow_read(stock), arrow_read(events)])
    directory = best(lambda: read_houses(houses_file, "haeuser.txt", AGS, "EPSG:25832"))
    run = Run(
        extract=files["stock"], events=files["events"], profile=profile, region=region(), ags=AGS, year=YEAR,
        rules=(KeyDateRule.parse("12-31"), KeyDateRule.parse("10-01@08-01")),
        houses=read_houses(houses_file, "haeuser.txt", AGS, "EPSG:25832"),
    )  # fmt: skip
    check = best(lambda: examine(run))
    examined = examine(run)
    cubes = best(lambda: aggregate(examined, Secret("2026", bytes(32))))
    whole = check + cubes + directory
    print(f"{persons:,} persons and events of {YEAR}")
    print(json.dumps({
        "house coordinates s": round(directory, 3), "check s": round(check, 3), "aggregate s": round(cubes, 3),
        "whole s": round(whole, 3), "plain csv.reader s": round(read, 3), "pyarrow read_csv s": round(arrow, 3),
        "whole / plain csv.reader": round(whole / read, 1), "aim": "whole <= 1 s, required <= 5 s at 30,000 persons",
        "findings": examined.summary.findings,
    }, indent=1))  # fmt: skip


def best(work: Callable[[], Answer], times: int = 3) -> float:
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def plain_read(data: bytes, profile: Profile) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(profile.layout.encoding)), delimiter=profile.layout.separator))


def arrow_read(data: bytes) -> object:
    return pyarrow.csv.read_csv(
        io.BytesIO(data), pyarrow.csv.ReadOptions(encoding="windows-1252"), pyarrow.csv.ParseOptions(delimiter=";")
    )


def region() -> Region:
    districts = tuple(District(f"{AGS}.{n:02}", f"{n:02}", f"Ortsteil {n}", 1, "", AGS) for n in range(1, 13))
    member = Municipality(AGS, "Musterstadt", "03", "Stadt", ("Ortsteil",))
    return Region("bench", {"de": "Probe", "en": "bench"}, True, date(2024, 1, 1), "", (member,), districts)


def house_file(count: int, rng: np.random.Generator) -> tuple[bytes, list[tuple[str, str, str, str]]]:
    lines, houses = [], []
    for n in range(count):
        street = n // 25
        name, key, number, district = (
            f"Weidengrundstraße {street}",
            f"{street + 1:05}",
            str(n % 25 + 1),
            f"{street % 12 + 1:02}",
        )
        east, north = 480_000 + rng.random() * 9000, 5_880_000 + rng.random() * 9000
        houses.append((key, f"Weidengrundstr. {street}", number, district))
        lines.append(f"B;{n:016};A;03;9;99;001;{district};{key};{number};;{east:.3f};{north:.3f};{name};27000;Musterstadt")
    return "\n".join(lines).encode(), houses


def extract(profile: Profile, persons: int, houses: list[tuple[str, str, str, str]], rng: np.random.Generator) -> bytes:
    homes = rng.integers(0, len(houses), persons)
    rows = [fields("stock", profile, person(n, born(n), n % 2, houses[homes[n]])) for n in range(persons)]
    return file_of("stock", profile, rows)


def happenings(profile: Profile, persons: int, houses: list[tuple[str, str, str, str]], rng: np.random.Generator) -> bytes:
    rows = []
    for n in range(persons // 7):
        kind, day = ("W", "U", "S")[n % 3], date(YEAR, 1, 1) + timedelta(days=int(rng.integers(0, 365)))
        who = n if kind == "U" else persons + n
        here, there = houses[rng.integers(0, len(houses))], houses[rng.integers(0, len(houses))]
        values = person(who, born(who), n % 2, here) | {"event": kind, "date": f"{day:%d.%m.%Y}"}
        values |= {"from_street_key": there[0], "from_street": there[1], "from_house_number": there[2]} if kind == "U" else {}
        rows.append(fields("events", profile, values | ({"counterpart": "03999002"} if kind == "W" else {})))
    return file_of("events", profile, rows)


def born(n: int) -> date:
    return date(YEAR - 1, 12, 31) - timedelta(days=n * 7919 % 33_000)


def person(n: int, birth: date, sex: int, house: tuple[str, str, str, str]) -> dict[str, str]:
    key, street, number, district = house
    return {
        "id": f"{n:012}", "birth_date": f"{birth:%d.%m.%Y}", "sex": "mw"[sex],
        "citizenships": "163" if n % 9 == 0 else "000", "residence": "N" if n % 20 == 0 else "H", "street_key": key,
        "street": street, "house_number": number, "district": district,
    }  # fmt: skip


def fields(kind: str, profile: Profile, values: dict[str, str]) -> str:
    columns = profile.stock if kind == "stock" else profile.events
    return profile.layout.separator.join(values.get(name, "") for name in columns)


def file_of(kind: str, profile: Profile, rows: list[str]) -> bytes:
    columns = profile.stock if kind == "stock" else profile.events
    head = profile.layout.separator.join(str(source) for source in columns.values())
    return ("\r\n".join([head, *rows]) + "\r\n").encode(profile.layout.encoding)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("persons", type=int, nargs="?", default=30_000)
    parser.add_argument("--short", action="store_true", help="the same: 30,000 persons take seconds")
    main(parser.parse_args().persons)
