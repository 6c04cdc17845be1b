"""Survival ratios from whatever a source prints: ratios, probabilities of cohorts, years lived, death rates, life-table q."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from allmende.outlook.plain_fields import Floats
from allmende.projection.lifetable import from_probabilities, from_rates, survival_ratios

SAME = 1e-6
"""How far a survival ratio and 1 - q may be apart."""

ROUNDED = 1e-3
"""How far a survival ratio may be from that of the printed, hence rounded, life table beside it."""


@dataclass(slots=True)
class Survival:
    """Survival ratios over the axes they were given on (None if nothing gave any), with findings (field, value, expected)."""

    ratios: Floats | None = None
    findings: list[tuple[str, str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def survival_from(given: Mapping[str, Floats], width: int, radix: float) -> Survival:
    """Take survival from the first of survival, q, nLx, mx, qx that is given; the others must agree with it.

    Arrays [..., A] over any leading axes. `ax` may lack (NaN): then half the width, 1/m in the open group of rates; it must be
    there for the youngest age, where deaths come early, and for the open group of probabilities qx.
    """
    found = Survival()
    ways: Mapping[str, Callable[[Floats], Floats]] = {
        "survival": lambda values: values,
        "q": lambda values: 1 - values,
        "nLx": lambda values: survival_ratios(values, width=width, radix=_born(given, radix)),
        "mx": lambda values: from_rates(values, years_of_the_dying(given, values, width, found), width=width).S,
        "qx": lambda values: (
            from_probabilities(values, years_of_the_dying(given, values, width, found, last=True), width=width).S
        ),
    }
    for name in (name for name in ways if name in given):
        if given[name].shape[-1] == 1:
            found.findings.append((name, "no column age", "a number for every age"))
            continue
        ratios = ways[name](given[name])
        if found.ratios is None:
            found.ratios = _possible(name, ratios, found)
            found.notes.append(_WORDS[name])
        else:
            _compare(name, ratios, found)
    return found


_WORDS: Mapping[str, str] = {
    "survival": "Survival ratios as given.",
    "q": "Survival is 1 - q, row by row: q of the cohort that reaches the age.",
    "nLx": "Survival from years lived: S_0 = L_0/(z l_0), S_x = L_x/L_{x-1}, S_A = T_A/T_{A-1}.",
    "mx": "Survival from the life table of the death rates mx.",
    "qx": "Survival from the life table of the probabilities qx.",
}


def _born(given: Mapping[str, Floats], radix: float) -> float | Floats:
    return given["lx"][..., 0] if "lx" in given else radix


def years_of_the_dying(
    given: Mapping[str, Floats], values: Floats, width: int | Floats, found: Survival, *, last: bool = False
) -> Floats:
    """Return `ax` with what lacks filled by half the width, NaN in the open group of rates; what must be given is found.

    `width` of all ages, or [A] of an abridged table, whose ages 1-4 must have it, too.
    """
    shape = np.broadcast_shapes(values.shape, given["ax"].shape) if "ax" in given else values.shape
    a = np.array(np.broadcast_to(given.get("ax", np.full(1, np.nan)), shape))
    widths = np.broadcast_to(np.asarray(width, dtype=np.float64), shape[-1:])
    young = [("the youngest age", 0)] if np.ndim(width) == 0 else [("the youngest age", 0), ("ages 1 to 4", 1)]
    needed = young + ([("the open group", -1)] if last else [])
    for words, position in needed:
        if np.isnan(a[..., position]).any():
            found.findings.append(("ax", "", f"years lived in {words} by those who die in it"))
            a[..., position] = np.where(np.isnan(a[..., position]), widths[position] / 2, a[..., position])
    inner = a[..., :-1]
    if np.isnan(inner).any():
        found.notes.append(f"Where ax is not given, half the width of the age is taken: {widths[-2] / 2:g} (assumption).")
    a[..., :-1] = np.where(np.isnan(inner), widths[:-1] / 2, inner)
    return a


def _possible(name: str, ratios: Floats, found: Survival) -> Floats:
    if name == "nLx" and not ((ratios[..., 0] <= 1) & (ratios[..., 0] > 0.2)).all():
        words = "years lived of as many newborn as the column lx or radix in settings.toml says (100000)"
        found.findings.append((name, f"{ratios[..., 0].max():g} per newborn", words))
    elif name == "nLx" and (ratios > 1 + 1e-9).any():
        found.findings.append((name, f"a ratio of {ratios.max():g}", "years lived that do not grow with age"))
    return np.clip(ratios, 0, 1)


def _compare(name: str, ratios: Floats, found: Survival) -> None:
    first = found.ratios
    if first is None or first.shape[-1] != ratios.shape[-1]:
        return
    difference = np.abs(ratios - first)
    allowed = SAME if name == "q" else ROUNDED
    if difference.max() > allowed:
        where = int(np.argmax(difference.reshape(-1, difference.shape[-1]).max(axis=0)))
        value = f"apart by {difference.max():.3g} in row {where + 1} of the ages"
        found.findings.append((name, value, f"the same survival as the other column gives, within {allowed:g}"))
    else:
        found.notes.append(f"{name} is given, too, and agrees: largest difference {difference.max():.1g}.")
