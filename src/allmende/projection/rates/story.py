"""The story of an estimate: years, assumptions, what was held or left out, in German and English."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.projection.counts import Counts
from allmende.projection.rates.exceptional import BaseYears, unusual
from allmende.projection.rates.moving import LEAST, Moving
from allmende.projection.rates.schedules import Assumption, Schedules
from allmende.projection.rates.settling import Settling

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Note:
    """One step of the story: `topic` for machines, the sentence in German and English."""

    topic: str
    de: str
    en: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """What an estimate stands on: base years, years left out, types of municipalities, assumptions, and what was done."""

    years: tuple[int, ...]
    left_out: tuple[int, ...]
    unusual: tuple[int, ...]
    types: Mapping[str, int]
    assumptions: tuple[Assumption, ...]
    notes: tuple[Note, ...]
    too_small: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remarks:
    """What an estimate met: persons held apart beyond the stock, rates of leaving held, naturalisation and its source."""

    missing: float
    held: int
    naturalisation: float
    naturalisation_source: str


def explain(
    counts: Counts,
    schedules: Schedules,
    years: BaseYears,
    size: Floats,
    types: Ints,
    moving: Moving,
    settling: Settling,
    remarks: Remarks,
) -> Explanation:
    """Tell what an estimate stands on; `size` [M] are the people of each unit."""
    too_small = tuple(unit for unit, people in zip(counts.units, size.tolist(), strict=True) if people < schedules.threshold)
    totals = _yearly_totals(counts)
    strange = unusual(counts.years[1:], totals)
    notes = (*_of_years(years, strange), *_of_changes(remarks), *_of_gaps(counts), *_of_bounds(moving, settling, remarks))
    kinds = dict(zip(counts.municipalities, types.tolist(), strict=True))
    return Explanation(years.kept, years.left_out, strange, kinds, schedules.assumptions, notes, too_small)


def _of_years(years: BaseYears, strange: tuple[int, ...]) -> list[Note]:
    span = f"{years.kept[0]}-{years.kept[-1]}"
    notes = [Note("years", f"Raten aus den Jahren {span}.", f"Rates come from the years {span}.")]
    if years.left_out:
        listed = ", ".join(map(str, years.left_out))
        notes.append(Note("left_out", f"Ohne {listed} (ausgenommen).", f"Without {listed} (left out)."))
    if strange:
        listed = ", ".join(map(str, strange))
        notes.append(
            Note("unusual", f"Ungewöhnlich viele oder wenige Umzüge: {listed}.", f"Unusually many or few moves: {listed}.")
        )
    return notes


def _of_changes(remarks: Remarks) -> list[Note]:
    match remarks.naturalisation_source:
        case "counts":
            de, en = "aus Bestand und Bewegungen", "from stock and moves"
        case "schedule":
            de, en = "Annahme", "assumption"
        case _:
            return []
    rate = remarks.naturalisation
    return [Note("naturalisation", f"Einbürgerung: {rate:.2%} im Jahr ({de}).", f"Naturalisation: {rate:.2%} a year ({en}).")]


def _of_gaps(counts: Counts) -> list[Note]:
    divided = np.bincount(counts.home) > 1
    many = bool(divided.any())
    crossed = counts.crossing is not None and bool(np.isfinite(counts.crossing[divided]).all())
    gaps = {
        "crossing": counts.within is not None and many and not crossed,
        "within": counts.within is None and many,
        "counterpart": counts.counterpart is None,
        "special_moves": bool(counts.special_kinds),
        "groups": len(counts.groups) > 1 and not any(f.value.shape[1] > 1 and len(f.lows) > 1 for f in counts.stock),
        "deaths": not counts.deaths,
        "births": not counts.births,
    }
    texts = {
        "crossing": (
            "Annahme, wo es nicht veröffentlicht ist: Wer in der Gemeinde umzieht, wählt Ortsteile nach Einwohnern.",
            "Assumption where it is not published: who moves inside the municipality chooses districts by population.",
        ),
        "within": (
            "Umzüge zwischen Ortsteilen sind unbekannt und fehlen.",
            "Moves between districts are unknown and left out.",
        ),
        "counterpart": ("Annahme: wie weit Umzüge reichen.", "Assumption: how far people move."),
        "special_moves": (
            "Geburten, Sterbefälle und Umzüge gesondert geführter Gruppen stecken noch in den Raten der übrigen.",
            "Births, deaths and moves of persons held apart are still part of the rates of all others.",
        ),
        "groups": (
            "Annahme: alle Gruppen haben dieselbe Altersstruktur, denn ihr Alter ist nicht veröffentlicht.",
            "Assumption: all groups have the same age structure, for their ages are not published.",
        ),
        "deaths": ("Annahme: überall die Sterblichkeit der Region.", "Assumption: the region's mortality everywhere."),
        "births": ("Annahme: überall die Geburtenrate der Region.", "Assumption: the region's fertility everywhere."),
    }
    return [Note(topic, *texts[topic]) for topic, holds in gaps.items() if holds]


def _of_bounds(moving: Moving, settling: Settling, remarks: Remarks) -> list[Note]:
    notes = []
    if remarks.missing > 0.5:
        de = f"{remarks.missing:.0f} gesondert geführte Personen sind mehr, als der Bestand ihrer Zelle hat."
        en = f"{remarks.missing:.0f} persons held apart are more than the stock of their cell has."
        notes.append(Note("special", de, en))
    if moving.kept:
        de = f"In {moving.kept} Altersklassen ließ die Bilanz weniger als {LEAST:.0%} der üblichen Zuzüge; so viele bleiben."
        en = f"In {moving.kept} age classes balances left less than {LEAST:.0%} of the usual arrivals; that many remain."
        notes.append(Note("arrivals", de, en))
    if moving.held:
        de = f"In {moving.held} Altersklassen eines Geschlechts ergab die Bilanz unter 0 Zuzüge: 0 gesetzt, dann geglättet."
        en = f"In {moving.held} age classes of one sex the balance implied fewer than 0 arrivals: set to 0, then smoothed."
        notes.append(Note("sexes", de, en))
    if settling.held:
        de = (
            f"In {settling.held} Altersklassen von Ortsteilen ergab die Bilanz weniger als 0 Zuzüge: 0 gesetzt, dann geglättet."
        )
        en = f"In {settling.held} age classes of districts the balance implied fewer than 0 arrivals: set to 0, then smoothed."
        notes.append(Note("units", de, en))
    if remarks.held:
        de = f"{remarks.held} Fortzugsraten über der Höchstgrenze wurden gehalten."
        en = f"{remarks.held} rates of leaving above the bound were held to it."
        notes.append(Note("leavers", de, en))
    return notes


def _yearly_totals(counts: Counts) -> Floats:
    moves = max(counts.moves, key=lambda figures: figures.value.size)
    return np.asarray(np.nansum(moves.value[1:], axis=tuple(range(1, moves.value.ndim))), dtype=np.float64)
