"""A rehearsal told as data: rule sets side by side, and one run year by year."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np

from allmende.fund.rehearsal.draws import generators
from allmende.fund.rehearsal.play import play
from allmende.fund.rehearsal.reading import Rehearsal
from allmende.fund.rehearsal.study import OUTCOMES, compare, sample_worlds
from allmende.money import decimal


def rehearsal_story(rehearsal: Rehearsal, *, years: int, seed: int, runs: int) -> dict[str, Any]:
    """Compare the rule sets and tell means, a band of nine in ten, and regret in the worst world."""
    worlds = sample_worlds(rehearsal.world, rehearsal.uncertain, rehearsal.worlds, seed)
    found = compare(rehearsal.setting, rehearsal.rule_sets, worlds, years, seed, runs)
    regrets = {name: found.regret(name, larger_is_better=name not in ("exits", "idle")) for name in OUTCOMES}
    return {
        "seed": seed,
        "years": years,
        "runs": runs,
        "worlds": [asdict(world) for world in worlds],
        "members": len(rehearsal.setting.members),
        "outcomes": dict(OUTCOMES),
        "rules": {
            name: {
                outcome: {
                    "mean": float(values.mean()),
                    "from": float(np.quantile(values, 0.05)),
                    "to": float(np.quantile(values, 0.95)),
                    "worst_regret": float(regrets[outcome][name].max()),
                }
                for outcome, values in outcomes.items()
            }
            for name, outcomes in found.outcomes.items()
        },
        "note": {
            "de": "Ein Versuch mit angenommenem Verhalten, keine Vorhersage: er zeigt, welche Regeln leicht brechen, und wie.",
            "en": "An experiment with assumed behaviour, not a forecast: it shows which rules break easily, and how.",
        },
    }


def replay_story(rehearsal: Rehearsal, rules: str, *, years: int, seed: int, run: int) -> dict[str, Any]:
    """Tell one run of one rule set year by year, in the given world; seed and run are all it needs to come again."""
    setting = rehearsal.setting
    found = play(setting, rehearsal.rule_sets[rules], rehearsal.world, years, generators(seed, run, 1))
    names = [member.id for member in setting.members]
    log = [
        {
            "year": year + 1,
            "outside": decimal(int(found.outside[0, year])),
            "pool": decimal(int(found.pool[0, year])),
            "members": {
                name: {
                    "contributed": decimal(int(found.contributed[0, year, k])),
                    "returned": decimal(int(found.returned[0, year, k])),
                    "granted": decimal(int(found.granted[0, year, k])),
                    "satisfaction": round(float(found.satisfaction[0, year, k]), 6),
                    "inside": bool(found.inside[0, year, k]),
                }
                for k, name in enumerate(names)
            },
        }
        for year in range(years)
    ]
    return {"rules": rules, "seed": seed, "run": run, "log": log}
