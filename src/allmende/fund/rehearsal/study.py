"""Rule sets compared over many runs and uncertain worlds: the same chance for all, so that only the rules differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.fund.rehearsal.draws import generators
from allmende.fund.rehearsal.play import Runs, play
from allmende.fund.rehearsal.setting import Rules, Setting, World

Floats = NDArray[np.float64]

BATCH = 100
"""Runs played at once: keeps memory small; has no influence on results."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How people call what is measured, its unit (number, share, frequency, euro), and whether more of it is better."""

    de: str
    en: str
    unit: str = "number"
    more_is_better: bool = True


OUTCOMES = {
    "exits": Outcome("Mitglieder, die bis zum Ende ausgetreten sind", "members that left by the end", more_is_better=False),
    "all_stay": Outcome("Läufe, in denen niemand austrat", "runs in which nobody left", "frequency"),
    "granted": Outcome("Bewilligungen", "grants", "euro"),
    "per_euro": Outcome("Bewilligungen je Euro, den Mitglieder zahlten", "grants for each euro that members paid"),
    "points": Outcome("Punkte des Geförderten, nach Euro gewichtet", "points of what was funded, weighted by euro"),
    "winners": Outcome(
        "Mitglieder, die mindestens ihre Zahlungen zurückhaben", "members that got at least what they paid", "share"
    ),
    "worst": Outcome(
        "was das am schlechtesten gestellte Mitglied von seinen Zahlungen zurückbekam",
        "what the member that fared worst got back of its payments",
        "share",
    ),
    "idle": Outcome("Geld, das am Ende im Topf liegt", "money left in the pool at the end", "euro", more_is_better=False),
}
"""What is measured of each run."""


def measure(runs: Runs) -> dict[str, Floats]:
    """Return each of `OUTCOMES` for every run."""
    last = runs.last
    exits = (~last.inside).sum(axis=1).astype(np.float64)
    granted = last.received.sum(axis=1)
    back = last.received / np.maximum(last.contributed + last.returned, 1)
    return {
        "exits": exits,
        "all_stay": (exits == 0).astype(np.float64),
        "granted": granted / 100,
        "per_euro": granted / np.maximum(last.contributed.sum(axis=1), 1),
        "points": runs.points.sum(axis=1) / np.maximum(granted, 1),
        "winners": (last.net >= 0).mean(axis=1),
        "worst": back.min(axis=1),
        "idle": last.pool / 100,
    }


def rehearse(setting: Setting, rules: Rules, worlds: Sequence[World], years: int, seed: int, runs: int) -> dict[str, Floats]:
    """Return the outcomes of `runs` runs in each world, axes [world, run]; run k has the same chance in every world."""
    found: dict[str, list[Floats]] = {name: [] for name in OUTCOMES}
    for world in worlds:
        parts = [
            measure(play(setting, rules, world, years, generators(seed, first, min(BATCH, runs - first))))
            for first in range(0, runs, BATCH)
        ]
        for name, rows in found.items():
            rows.append(np.concatenate([part[name] for part in parts]))
    return {name: np.stack(rows) for name, rows in found.items()}


def sample_worlds(base: World, uncertain: Mapping[str, tuple[float, float]], count: int, seed: int) -> list[World]:
    """Draw worlds by Latin hypercube: each uncertain value falls once into each of `count` equal parts of its range."""
    if not uncertain:
        return [base]
    rng = np.random.default_rng([seed, 2**31])
    columns = {
        name: low + (high - low) * (rng.permutation(count) + rng.random(count)) / count
        for name, (low, high) in uncertain.items()
    }
    return [replace(base, **{name: float(column[k]) for name, column in columns.items()}) for k in range(count)]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Outcomes by rule set, axes [world, run]."""

    outcomes: Mapping[str, Mapping[str, Floats]]
    worlds: tuple[World, ...]

    def regret(self, outcome: str) -> dict[str, Floats]:
        """Return by rule set how far its mean stays behind the best rule set's, world by world."""
        sign = 1 if OUTCOMES[outcome].more_is_better else -1
        means = {name: each[outcome].mean(axis=1) * sign for name, each in self.outcomes.items()}
        best = np.max(np.stack(list(means.values())), axis=0)
        return {name: best - mean for name, mean in means.items()}


def compare(
    setting: Setting, rule_sets: Mapping[str, Rules], worlds: Sequence[World], years: int, seed: int, runs: int
) -> Comparison:
    """Rehearse every rule set with the same worlds and the same chance."""
    found = {name: rehearse(setting, rules, worlds, years, seed, runs) for name, rules in rule_sets.items()}
    return Comparison(found, tuple(worlds))


def model(
    setting: Setting, rules: Rules, world: World, *, years: int = 20, seed: int = 1, runs: int = 100, **changes: Any
) -> dict[str, float]:
    """Return mean outcomes for changed levers and uncertainties by name: a function as EMA workbench's `Model` takes it.

    `functools.partial(model, setting, rules, world)` accepts every field of `Rules` and of `World` as a keyword.
    """
    levers = {field.name for field in fields(Rules)}
    rules = replace(rules, **{name: value for name, value in changes.items() if name in levers})
    world = replace(world, **{name: value for name, value in changes.items() if name not in levers})
    return {name: float(values.mean()) for name, values in rehearse(setting, rules, [world], years, seed, runs).items()}
