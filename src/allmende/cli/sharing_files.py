"""The file that describes neighbours who share functions, and the document that answers it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from allmende.errors import AllmendeError
from allmende.needs.siting import RULES, Service, SharedPlan, Sharing

REQUIRED = ("services", "T_minutes", "demand", "fixed_cost", "travel_cost_factor")
PER_SERVICE = {
    "p": None,
    "minload": 0.0,
    "capacity": float("inf"),
    "reach_minutes": float("inf"),
    "weight": 1.0,
    "within": None,
}
OTHER = ("partners", "max_functions_per_municipality", "min_share", "participation", "alone", "loads")


def read_sharing(path: Path) -> tuple[Sharing, tuple[str, ...]]:
    """Read a JSON or TOML file into a `Sharing`; also return the keys that were not used.

    Raises `AllmendeError` naming the key that is missing or does not fit.
    """
    document = _load(path)
    missing = [key for key in REQUIRED if key not in document]
    if missing:
        raise AllmendeError(f"{', '.join(missing)} is missing.", where=path.name, expected=f"the keys {', '.join(REQUIRED)}")
    try:
        sharing = _sharing(document)
    except (TypeError, ValueError, IndexError) as error:
        raise AllmendeError(f"A table of numbers cannot be read: {error}.", where=path.name, expected="numbers") from error
    return sharing, tuple(sorted(document.keys() - {*REQUIRED, *PER_SERVICE, *OTHER}))


def _load(path: Path) -> dict[str, Any]:
    try:
        text = path.read_text(encoding="utf-8-sig")
        document = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except ValueError as error:
        raise AllmendeError(f"The file cannot be read: {error}.", where=path.name, expected="JSON or TOML in UTF-8") from error
    if not isinstance(document, dict):
        raise AllmendeError("The file holds no object.", where=path.name, expected="keys and values")
    return document


def _sharing(document: dict[str, Any]) -> Sharing:
    names = [str(name) for name in document["services"]]
    columns = {key: _column(document, key, len(names), default) for key, default in PER_SERVICE.items()}
    costs = _column(document, "travel_cost_factor", len(names), None)
    services = tuple(
        Service(name, sites, float(cost), float(least), float(most), float(reach), float(weight), _number_of(within, names))
        for name, cost, sites, least, most, reach, weight, within in zip(names, costs, *columns.values(), strict=True)
    )
    rule = document.get("participation")
    if rule is not None and rule not in RULES:
        raise AllmendeError(f"There is no rule {rule!r}.", where="participation", expected=", ".join(RULES))
    loads = document.get("loads", "mean")
    if loads not in ("mean", "every"):
        raise AllmendeError(f"Loads cannot be asked for {loads!r}.", where="loads", expected="mean, every")
    minutes = np.array(document["T_minutes"], dtype=np.float64)
    partners = document.get("partners") or [f"{k + 1}" for k in range(len(minutes))]
    return Sharing(
        tuple(str(name) for name in partners),
        services,
        minutes,
        np.array(document["demand"], dtype=np.float64),
        np.array(document["fixed_cost"], dtype=np.float64),
        max_functions=document.get("max_functions_per_municipality"),
        min_share=float(document.get("min_share", 0.0)),
        participation=rule,
        alone=np.array(document["alone"], dtype=np.float64) if "alone" in document else None,
        loads=loads,
    )


def _column(document: dict[str, Any], key: str, count: int, default: Any) -> Sequence[Any]:
    values = document.get(key, [default] * count)
    if not isinstance(values, list) or len(values) != count:
        raise AllmendeError(f"{key} does not fit.", where=key, expected=f"a list of {count}, one a service")
    return [default if value is None else value for value in values]


def _number_of(within: Any, names: list[str]) -> int | None:
    if within is None:
        return None
    if within not in names:
        raise AllmendeError(f"There is no service {within!r}.", where="within", expected=", ".join(names))
    return names.index(within)


def plan_document(sharing: Sharing, plan: SharedPlan, ignored: tuple[str, ...]) -> dict[str, Any]:
    """Return a plan as the data that `--json` prints."""
    worth, partners = plan.worth, sharing.partners
    services = [
        {
            "name": service.name,
            "hosts": [partners[j] for j in np.flatnonzero(plan.hosting[s])],
            "host_positions": [int(j) for j in np.flatnonzero(plan.hosting[s])],
            "assignment": {partners[i]: partners[plan.outcome.assignment[s, i]] for i in range(len(partners))},
            "minutes": {partners[i]: float(plan.outcome.ways[s, i]) for i in range(len(partners))},
            "draws_off_load": {partners[j]: float(plan.at_risk[s, j]) for j in np.flatnonzero(plan.hosting[s])},
        }
        for s, service in enumerate(sharing.services)
    ]
    members = [
        {
            "name": name,
            "pays": float(plan.pays[:, i].mean()),
            "alone": float(plan.alone[:, i].mean()),
            "gain": float(plan.gains[:, i].mean()),
            "gain_90": [float(q) for q in np.quantile(plan.gains[:, i], [0.05, 0.95])],
        }
        for i, name in enumerate(partners)
    ]
    return {
        "objective": plan.value,
        "bound": plan.bound,
        "gap": plan.gap,
        "services": services,
        "worth": {"mean": float(worth.mean()), "interval_90": [float(q) for q in np.quantile(worth, [0.05, 0.95])]},
        "rule": plan.rule,
        "partners": members,
        "notes": [*plan.steps, *([f"not used: {', '.join(ignored)}"] if ignored else [])],
    }
