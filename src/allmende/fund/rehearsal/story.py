"""A rehearsal told as data: rule sets side by side, and one run year by year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from allmende.errors import AllmendeError
from allmende.fund.rehearsal.draws import generators
from allmende.fund.rehearsal.play import STAYS, Runs, play
from allmende.fund.rehearsal.reading import Rehearsal
from allmende.fund.rehearsal.setting import World
from allmende.fund.rehearsal.study import OUTCOMES, Comparison, compare, sample_worlds
from allmende.money import decimal, show

NOTE = {
    "de": "Ein Versuch mit angenommenem Verhalten, keine Vorhersage: er zeigt, welche Regeln leicht brechen, und wie.",
    "en": "An experiment with assumed behaviour, not a forecast: it shows which rules break easily, and how.",
}

UNEQUAL = {
    "de": "Die Regeln bewegen nicht gleich viel Geld; im ersten Jahr zahlen Mitglieder {}. Eurobeträge sind deshalb nicht zu "
    "vergleichen, Bewilligungen je Euro schon.",
    "en": "The rules do not move the same amount of money; in the first year members pay {}. So amounts in euro cannot be "
    "compared; grants for each euro can.",
}


def rehearsal_story(rehearsal: Rehearsal, *, years: int, seed: int, runs: int) -> dict[str, Any]:
    """Compare the rule sets: means, a band of nine in ten runs, and regret in the worst world; worlds count from 1."""
    worlds = _worlds(rehearsal, seed)
    found = compare(rehearsal.setting, rehearsal.rule_sets, worlds, years, seed, runs)
    paid = _first_contributions(rehearsal, worlds[0], seed)
    return {
        "seed": seed,
        "years": years,
        "runs": runs,
        "worlds": [asdict(world) for world in worlds],
        "members": len(rehearsal.setting.members),
        "outcomes": {name: asdict(outcome) for name, outcome in OUTCOMES.items()},
        "rules": {name: {outcome: _summary(found, name, outcome) for outcome in OUTCOMES} for name in found.outcomes},
        "contributed_in_first_year": {name: decimal(cents) for name, cents in paid.items()},
        "unequal": _unequal(paid),
        "note": NOTE,
    }


def _worlds(rehearsal: Rehearsal, seed: int) -> list[World]:
    return sample_worlds(rehearsal.world, rehearsal.uncertain, rehearsal.worlds, seed)


def _summary(found: Comparison, rules: str, outcome: str) -> dict[str, Any]:
    values, regret = found.outcomes[rules][outcome], found.regret(outcome)[rules]
    return {
        "mean": float(values.mean()),
        "from": float(np.quantile(values, 0.05)),
        "to": float(np.quantile(values, 0.95)),
        "worst_regret": float(regret.max()),
        "worst_world": int(regret.argmax()) + 1,
    }


def _first_contributions(rehearsal: Rehearsal, world: World, seed: int) -> dict[str, int]:
    """Return what members pay by rule set before anybody has left: cents in the first year of the first run."""
    return {
        name: int(play(rehearsal.setting, rules, world, 1, generators(seed, 0, 1)).contributed.sum())
        for name, rules in rehearsal.rule_sets.items()
    }


def _unequal(paid: Mapping[str, int]) -> dict[str, str] | None:
    """Warn if rule sets move amounts that differ by more than one in a hundred."""
    if max(paid.values()) * 100 <= min(paid.values()) * 101:
        return None
    return {
        language: text.format(", ".join(f"{name} {show(cents, language)}" for name, cents in paid.items()))
        for language, text in UNEQUAL.items()
    }


def replay_story(rehearsal: Rehearsal, rules: str, *, years: int, seed: int, run: int, world: int = 1) -> dict[str, Any]:
    """Tell one run of a comparison year by year: rules, run and world as the comparison counts them, from 1.

    Raises `AllmendeError` for rules and worlds that the comparison does not have.
    """
    worlds = _worlds(rehearsal, seed)
    if rules not in rehearsal.rule_sets:
        raise AllmendeError(
            f"There are no rules {rules!r}.", where="--rules", expected=", ".join(rehearsal.rule_sets), todo="Choose one."
        )
    if not 1 <= world <= len(worlds):
        raise AllmendeError(f"There is no world {world}.", where="--world", expected=f"1 to {len(worlds)}", todo="Choose one.")
    chosen = worlds[world - 1]
    found = play(rehearsal.setting, rehearsal.rule_sets[rules], chosen, years, generators(seed, run - 1, 1))
    return {
        "rules": rules,
        "seed": seed,
        "run": run,
        "world": world,
        "worlds": len(worlds),
        "uncertain": {name: getattr(chosen, name) for name in rehearsal.uncertain},
        "log": [_year(rehearsal, found, year) for year in range(years)],
    }


def _year(rehearsal: Rehearsal, found: Runs, year: int) -> dict[str, Any]:
    return {
        "year": year + 1,
        "outside": decimal(int(found.outside[0, year])),
        "pool": decimal(int(found.pool[0, year])),
        "members": {
            member.id: {"exit_threshold": member.exit_threshold, **_member(found, year, k)}
            for k, member in enumerate(rehearsal.setting.members)
        },
    }


def _member(found: Runs, year: int, k: int) -> dict[str, Any]:
    """Tell what a member paid, got and wrote in the year, and how it ends it; `net` is so far."""
    inside, notice = bool(found.inside[0, year, k]), int(found.notice[0, year, k])
    return {
        **{name: decimal(int(getattr(found, name)[0, year, k])) for name in ("contributed", "returned", "granted", "net")},
        "applications": int(found.applied[0, year, k]),
        "funded": int(found.won[0, year, k]),
        "satisfaction": round(float(found.satisfaction[0, year, k]), 6),
        # how many full years of membership are left after the next one, hence the last year it pays in
        "leaves_after_year": year + 2 + notice if inside and notice != STAYS else None,
        "inside": inside,
    }
