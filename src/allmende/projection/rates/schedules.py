"""National schedules by age, read from dated parameters: what stands behind rates of small areas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError
from allmende.parameters import load
from allmende.projection.rates.rogers_castro import RogersCastro

Floats = NDArray[np.float64]
AGES = 101


@dataclass(frozen=True, slots=True)
class Assumption:
    """One value that a projection takes from elsewhere: what it is, how large, whose it is, since when."""

    name: str
    value: str
    unit: str
    source: str
    valid_from: str = ""


@dataclass(frozen=True, slots=True)
class Schedules:
    """Schedules by the age that people reach in the year, 0 … 100 (`AGES` rows), as stock and events are counted.

    `log_death` [2, A] natural logarithm of the yearly death rate, women first; row 0 is the first year of life as a whole,
    `born_this_year` the part of its deaths before the first 31.12.; `decline` [A] of `log_death` per year; `births` [A] shape,
    sums to 1; `levels` [3] parts of moves inside a region, in the country and abroad; `assumptions` says where each comes from.
    """

    log_death: Floats
    decline: Floats
    born_this_year: float
    births: Floats
    total_fertility: float
    boys_per_girl: float
    german_children: float
    migration: RogersCastro
    levels: Floats
    naturalisation: float
    threshold: float
    assumptions: tuple[Assumption, ...]


def national(own: Mapping[str, Any] | None = None) -> Schedules:
    """Read the national schedules; sections of `own` (parsed TOML of the same layout) take the place of ours.

    >>> schedules = national()
    >>> round(float(schedules.births.sum()), 9), round(schedules.threshold)
    (1.0, 5000)

    Raises
    ------
    AllmendeError
        For a section or value that is missing or cannot be what it says.
    """
    entries = load("schedules") | dict(own or {})
    try:
        return _schedules(entries)
    except (KeyError, TypeError) as gap:
        raise AllmendeError(
            f"A schedule lacks {gap}.",
            where="schedules.toml",
            expected="the layout of the package's schedules.toml",
            todo="Give the whole section that replaces ours.",
        ) from gap


def _schedules(entries: Mapping[str, Any]) -> Schedules:
    mortality, fertility = entries["mortality"], entries["fertility"]
    years = fertility["total"]["values"]
    latest = max(years, key=int)
    curve = {key: float(value) for key, value in entries["migration"].items() if isinstance(value, int | float)}
    schedules = Schedules(
        np.stack([_log_death(mortality, sex) for sex in ("female", "male")]),
        np.interp(np.arange(AGES), mortality["decline"]["knots"], mortality["decline"]["values"]),
        float(mortality["born_this_year"]["value"]),
        _births(fertility),
        float(years[latest]),
        float(fertility["boys_per_girl"]["value"]),
        float(fertility["german_children_of_foreign_mothers"]["value"]),
        RogersCastro(**curve),
        np.array([float(entries["migration"]["levels"][name]) for name in ("region", "country", "abroad")]),
        float(entries["naturalisation"]["value"]),
        float(entries["threshold"]["value"]),
        tuple(_assumptions(entries, latest)),
    )
    _check(schedules)
    return schedules


def _log_death(mortality: Mapping[str, Any], sex: str) -> Floats:
    knots, values = mortality["knots"], mortality[sex]["values"]
    if len(knots) != len(values):
        raise AllmendeError(f"The mortality of {sex} has {len(values)} values for {len(knots)} knots.", where="schedules.toml")
    # who reaches age a this year is a years old in the middle of it; the open group is a little older
    exact = np.append(np.arange(AGES - 1), AGES)
    curve = np.interp(exact, knots, values)
    curve[0] = mortality[sex]["newborn"]
    return np.asarray(curve, dtype=np.float64)


def _births(fertility: Mapping[str, Any]) -> Floats:
    distance = np.arange(AGES) - float(fertility["mode"])
    shape = np.exp(-((distance / np.where(distance < 0, fertility["before"], fertility["after"])) ** 2))
    shape[: fertility["first_age"]] = shape[fertility["last_age"] + 1 :] = 0.0
    return np.asarray(shape / shape.sum(), dtype=np.float64)


def _assumptions(entries: Mapping[str, Any], latest: str) -> list[Assumption]:
    mortality, fertility = entries["mortality"], entries["fertility"]
    named = {
        "mortality": (mortality, "schedule by age and sex"),
        "mortality of the newborn": (mortality["born_this_year"], ""),
        "decline of mortality": (mortality["decline"], "by age"),
        "fertility by age": (fertility, "schedule by age"),
        "total fertility": (fertility["total"], f"{fertility['total']['values'][latest]} ({latest})"),
        "boys per girl": (fertility["boys_per_girl"], ""),
        "German children of foreign mothers": (fertility["german_children_of_foreign_mothers"], ""),
        "migration by age": (entries["migration"], "Rogers-Castro curve"),
        "distance of moves": (entries["migration"]["levels"], "region, country, abroad"),
        "naturalisation": (entries["naturalisation"], ""),
        "threshold for single ages": (entries["threshold"], ""),
    }
    return [
        Assumption(name, text or str(entry["value"]), entry["unit"], entry["source"], str(entry.get("valid_from", "")))
        for name, (entry, text) in named.items()
    ]


def _check(schedules: Schedules) -> None:
    bounds = {
        "born_this_year": (schedules.born_this_year, 0.0, 1.0),
        "total fertility": (schedules.total_fertility, 0.0, 15.0),
        "boys_per_girl": (schedules.boys_per_girl, 0.5, 2.0),
        "german_children_of_foreign_mothers": (schedules.german_children, 0.0, 1.0),
        "naturalisation": (schedules.naturalisation, 0.0, 1.0),
        "largest log death rate": (float(schedules.log_death.max()), -20.0, 3.0),
        "threshold": (schedules.threshold, 0.0, np.inf),
    }
    for name, (value, low, high) in bounds.items():
        if not low <= value <= high:
            raise AllmendeError(f"{name} is {value:g}.", where="schedules.toml", expected=f"a number from {low:g} to {high:g}")
