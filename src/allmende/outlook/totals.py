"""`totals.csv`: births, deaths and moves that a district or the Land has projected, which the look ahead is held to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from allmende.areas.hierarchy import Defect
from allmende.areas.region import Region
from allmende.outlook.apart import is_day, read_number
from allmende.outlook.folder import Statement
from allmende.outlook.needs import REGION
from allmende.outlook.sources import Source, Total
from allmende.outlook.strict_tables import Kind, UnusableTable, read_table
from allmende.parameters import load
from allmende.projection.controls import COMPONENTS, Held, hold
from allmende.projection.model import Floats, Model

TOTALS = "totals.csv"
"""Where the folder that gets an outlook has the totals that it is held to."""

COLUMNS = ("year", "component", "area", "persons", "source", "date")
KIND = Kind("The totals", COLUMNS, "formats/totals.md", ("damping",))
SWEEPS = 2
"""Components hang together (who comes has children), so each is held again after the others were."""


@dataclass(frozen=True, slots=True, eq=False)
class HeldModel:
    """A model held to totals, and what is to be said of it: one statement for each component and area."""

    model: Model
    notes: tuple[Statement, ...] = ()


def with_totals(source: Source, folder: Path) -> Source:
    """Return a source with the totals of the folder, if it has any. Raises `UnusableTable` with every defect."""
    path = folder / TOTALS
    return replace(source, totals=read_totals(path, source.region)) if path.is_file() else source


def read_totals(path: Path, region: Region) -> tuple[Total, ...]:
    """Read totals; all defects of the file are listed at once (`UnusableTable`)."""
    towns = [town.ags for town in region.municipalities]
    defects: list[Defect] = []
    rows: list[Total] = []
    for line, row in read_table(path, KIND).rows():
        persons, damping = read_number(row["persons"]), read_number(row.get("damping") or "1")
        sound = {
            "year": (row["year"].isdigit() and len(row["year"]) == 4, "a year with four digits"),
            "component": (row["component"] in COMPONENTS, ", ".join(COMPONENTS)),
            "area": (
                bool(row["area"]) and any(_holds(row["area"], town) for town in towns),
                f"{REGION}, a municipality's AGS, or how the AGS of several begin",
            ),
            "persons": (0 < persons < 1e7, "a number of persons above 0, without separators of thousands"),
            "damping": (0 <= damping <= 1, "a part from 0 (not at all) to 1 (fully)"),
            "source": (bool(row["source"]), "words: who has projected it"),
            "date": (is_day(row["date"]), "a day as YYYY-MM-DD: as of when"),
        }
        wrong = [Defect(line, field, row.get(field, ""), expected) for field, (fits, expected) in sound.items() if not fits]
        defects += wrong
        if not wrong:
            year, component, area = int(row["year"]), row["component"], row["area"]
            met = [each for each in rows if each.component == component and _meet(each, year, area, towns)]
            defects += [Defect(line, "area", area, f"no overlap with line {each.line}, and each year once") for each in met[:1]]
            rows.append(Total(line, year, component, area, persons, row["source"], row["date"], damping))
    if defects:
        raise UnusableTable(KIND, str(path), defects)
    return tuple(rows)


def hold_to_totals(model: Model, totals: Sequence[Total]) -> HeldModel:
    """Hold a model to totals, component by component; totals of years that it does not project do nothing.

    Raises `AllmendeError` for totals that scaled rates cannot reach.
    """
    ahead = [each for each in totals if model.base_year < each.year <= model.years[-1]]
    groups = [(component, [each for each in ahead if each.component == component]) for component in COMPONENTS]
    factors: dict[str, Floats] = {}
    aimed: dict[str, Floats] = {}
    for _ in range(SWEEPS):
        for component, own in groups:
            if own:
                held = _hold(model, component, own, aimed.get(component))
                model, aimed[component] = held.model, held.aimed
                factors[component] = factors.get(component, 1.0) * held.factor
    words = load("outlook")["words"]
    notes = [
        _statement(each, at, own, factors[component], model, words)
        for component, own in groups
        for at, each in enumerate(_areas(own))
    ]
    return HeldModel(model, tuple(notes))


def _hold(model: Model, component: str, totals: Sequence[Total], aimed: Floats | None) -> Held:
    """Hold one component, damped, or again to what it `aimed` at before; units of no area form a last group that is free."""
    areas = _areas(totals)
    wanted = np.full((model.steps, len(areas) + 1), np.nan)
    damping = np.ones_like(wanted)
    for each in totals:
        at = (each.year - model.base_year - 1, areas.index(each.area))
        wanted[at], damping[at] = each.persons, each.damping
    if aimed is not None:
        wanted, damping = aimed, np.ones_like(aimed)
    home = [model.municipalities[town] for town in model.home]
    group = [next((at for at, area in enumerate(areas) if _holds(area, town)), len(areas)) for town in home]
    return hold(model, component, np.array(group), wanted, damping=damping)


def _areas(totals: Sequence[Total]) -> list[str]:
    return list(dict.fromkeys(each.area for each in totals))


def _holds(area: str, town: str) -> bool:
    return area == REGION or town.startswith(area)


def _meet(other: Total, year: int, area: str, towns: Sequence[str]) -> bool:
    """Return whether a total says something of people that another one speaks of: the same area twice in a year, or a part."""
    if other.area == area:
        return other.year == year
    return any(_holds(other.area, town) and _holds(area, town) for town in towns)


def _statement(
    area: str, at: int, totals: Sequence[Total], factor: Floats, model: Model, words: Mapping[str, Mapping[str, str]]
) -> Statement:
    own = [each for each in totals if each.area == area]
    used = [float(factor[each.year - model.base_year - 1, at]) for each in own]
    component, told = own[0].component, sorted({each.year for each in own})
    said = {
        language: text.format(
            what=words[f"total {component}"][language], area=words["total region"][language] if area == REGION else area,
            first=told[0], last=told[-1], low=min(used), high=max(used),
        )
        for language, text in words["total"].items()
    }  # fmt: skip
    return Statement(f"total:{component}:{area}", said["de"], said["en"], own[0].source, own[0].date)
