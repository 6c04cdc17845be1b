"""Moves across municipal borders by single age: two curves that fit the counts by broad age and the balance by single age."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from allmende.projection.rates.rogers_castro import HIGHEST, LOWEST, RogersCastro
from allmende.projection.rates.shrinkage import draw_to

Floats = NDArray[np.float64]
LOOSE = 0.2
"""By what part of the movers a balance may miss the two curves before it bends them: students come in a spike (assumption)."""
FREE = 7
"""Parameters of a curve that are fitted: childhood, youth and level."""


@dataclass(frozen=True, slots=True, eq=False)
class Exchange:
    """Leavers and arrivals of a region by age reached [A]: `leave` per person there at the start, `arrive` persons a year."""

    leave: Floats
    arrive: Floats


def fit_exchange(
    leavers: Floats,
    arrivals: Floats,
    lows: Sequence[int],
    people: Floats,
    net: Floats,
    years: int,
    noise: Floats,
    start: RogersCastro,
    hold: float = 50.0,
) -> Exchange:
    """Fit one curve to those who leave and one to those who come, at once.

    Movers are published by broad ages, but stock of two years tells the balance of each single age: arrivals_a -
    people_a leave_a = net_a. Both Rogers-Castro curves are fitted by least squares to the bands of `leavers` and `arrivals` and
    to `net`, each over its standard deviation (movers as Poisson numbers, `noise` of the balance besides); `hold` pulls their
    parameters to `start`. Balances may miss by `LOOSE` of the movers, for no curve of seven parameters holds everything; then
    arrivals are bent to them age by age, as far as they tell more than chance, and each band is scaled to its count.

    Parameters
    ----------
    leavers, arrivals
        Persons a year, mean of `years`, by the bands that begin at `lows` (ages reached).
    people, net, noise
        By age reached [A]: persons at the start, yearly balance, variance of the balance from the protection of the stock.
    """
    starts, ages = np.asarray(lows), np.arange(len(people))
    there = people > 0
    out_first = start.scaled(_ratio(leavers.sum(), float((people * start.rate(ages)).sum())))
    in_first = start.scaled(_ratio(arrivals.sum(), float(start.rate(ages)[1:].sum())))
    scale = np.concatenate([_free(out_first), _free(in_first)])
    low, high = (np.concatenate([_bound(end, first) for first in (out_first, in_first)]) for end in (LOWEST, HIGHEST))
    moving = people * out_first.rate(ages) + in_first.rate(ages)
    by_band = [np.sqrt(np.maximum(count, 1.0) / years) for count in (leavers, arrivals)]
    chance = moving / years + noise + 0.01
    by_age = np.sqrt(chance + (LOOSE * moving) ** 2)

    def misses(values: Floats) -> Floats:
        out, into = (RogersCastro(*part).rate(ages) for part in (values[:FREE], values[FREE:]))
        into[0] = 0.0
        bands = [
            (np.add.reduceat(part, starts) - count) / spread
            for part, count, spread in zip((people * out, into), (leavers, arrivals), by_band, strict=True)
        ]
        balance = ((into - people * out - net) / by_age)[there]
        return np.concatenate([*bands, balance, np.sqrt(hold) * (values - scale) / np.maximum(scale, 1e-6)])

    first = np.clip(scale, low + 1e-12, high - 1e-12)
    found = least_squares(misses, first, bounds=(low, high), x_scale=np.maximum(scale, 1e-6), max_nfev=400).x
    leave, arrive = RogersCastro(*found[:FREE]).rate(ages), RogersCastro(*found[FREE:]).rate(ages)
    leave[0] = arrive[0] = 0.0
    arrive = _as_balances_tell(arrive, net + people * leave, chance)
    return Exchange(_to_bands(leave, people, leavers, starts), _to_bands(arrive, np.ones_like(arrive), arrivals, starts))


def _as_balances_tell(curve: Floats, implied: Floats, chance: Floats) -> Floats:
    """Bend the curve of arrivals to what balances and leavers imply at each age, as far as that is more than chance."""
    known = curve >= 1.0
    known[-10:] = False
    ratio = np.divide(implied, curve, out=np.ones_like(curve), where=known)
    variance = np.divide(chance, curve**2, out=np.full_like(curve, np.inf), where=known)
    if not known.any():
        return curve
    drawn = np.ones_like(curve)
    drawn[known] = draw_to(ratio[known], variance[known], np.ones(int(known.sum())), curve[known])[0]
    return np.asarray(curve * np.clip(drawn, 0.1, 10.0), dtype=np.float64)


def _to_bands(curve: Floats, weight: Floats, counts: Floats, starts: NDArray[np.int64]) -> Floats:
    sums = np.add.reduceat(curve * weight, starts)
    factor = np.divide(counts, sums, out=np.ones_like(sums), where=sums > 0)
    widths = np.diff(np.append(starts, len(curve)))
    return np.asarray(curve * np.repeat(factor, widths), dtype=np.float64)


def _free(curve: RogersCastro) -> Floats:
    return np.array(astuple(curve)[:FREE])


def _bound(end: RogersCastro, first: RogersCastro) -> Floats:
    """Bound shapes as for rates, and heights by a wide range around where the fit begins."""
    bound, begin = _free(end), _free(first)
    heights = [0, 2, 6]
    bound[heights] = begin[heights] * (20.0 if end is HIGHEST else 0.0) + (1e-6 if end is HIGHEST else 0.0)
    return bound


def _ratio(wanted: float, have: float) -> float:
    return wanted / have if wanted > 0 and have > 0 else 1.0
