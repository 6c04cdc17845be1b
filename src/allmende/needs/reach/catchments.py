"""Floating catchments: supply shared among those who reach it, and what each place has of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import csr_array

from allmende.errors import AllmendeError
from allmende.needs.reach.ways import Floats, Ints, Ways
from allmende.parameters import load

Decay = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Access:
    """`index [places(, draws)]` supply per person, `ratio [facilities(, draws)]` supply per weighted person.

    Always Σ index · people = `reachable`, the supply of facilities that anybody reaches. `idle` facilities are reached by
    nobody (in some draw), `unserved` places reach none; both stay in the arrays with 0.
    """

    index: Floats
    ratio: Floats
    reachable: Floats
    idle: Ints
    unserved: Ints


def step_decay(steps: ArrayLike) -> Decay:
    """Return the weight function of steps [[minutes, weight], …]: a step's weight up to its minutes, 0 beyond the last.

    >>> step_decay([[10, 1.0], [20, 0.5]])(np.array([10.0, 10.1, 21.0])).tolist()
    [1.0, 0.5, 0.0]
    """
    limits, weights = np.asarray(steps, dtype=np.float64).T
    padded = np.append(weights, 0.0)
    return lambda minutes: padded[np.searchsorted(limits, minutes, side="left")]


def e2sfca_decay() -> Decay:
    """Return the default weights of the enhanced method: 1 to 10 min, .68 to 20, .22 to 30 (Luo and Qi 2009)."""
    return step_decay(load("reach")["decay"]["e2sfca"]["steps"])


def three_step_decay() -> Decay:
    """Return the default weights of the three-step method: .962, .704, .377, .042 to 10, 20, 30, 60 min (Wan et al. 2012)."""
    return step_decay(load("reach")["decay"]["3sfca"]["steps"])


def two_step(ways: Ways, people: ArrayLike, supply: ArrayLike, *, decay: Decay | None = None) -> Access:
    """Compute accessibility in two steps: 2SFCA within the ways' limit, E2SFCA with a `decay`.

    R_j = S_j / Σ_k w(t_kj) P_k, A_i = Σ_j w(t_ij) R_j (Luo and Wang 2003; Luo and Qi 2009). `people [places]` or `[places,
    draws]`, `supply [facilities]`. One sparse × dense product a step, all draws at once.

    >>> ways = Ways(np.array([0, 1]), np.array([0, 0]), np.array([5.0, 15.0]), 3, 2, "")
    >>> found = two_step(ways, [100.0, 300.0, 50.0], [8.0, 1.0])
    >>> found.index.tolist(), found.idle.tolist(), found.unserved.tolist()
    ([0.02, 0.02, 0.0], [1], [2])
    """
    weights = ways.matrix(np.ones(len(ways.minutes)) if decay is None else decay(ways.minutes))
    return _share_out(weights, weights, people, supply)


def three_step(ways: Ways, people: ArrayLike, supply: ArrayLike, *, decay: Decay | None = None) -> Access:
    """Compute accessibility with competition among facilities (3SFCA; Wan, Zou and Sternberg 2012).

    g_ij = w_ij / Σ_l w_il, R_j = S_j / Σ_k g_kj w_kj P_k, A_i = Σ_j g_ij w_ij R_j.
    """
    weights = ways.matrix((decay or three_step_decay())(ways.minutes))
    total = np.asarray(weights.sum(axis=1)).ravel()
    per_pair = np.repeat(np.divide(1.0, total, out=np.zeros_like(total), where=total > 0), np.diff(weights.indptr))
    chosen = csr_array((weights.data**2 * per_pair, weights.indices, weights.indptr), shape=weights.shape)
    return _share_out(chosen, weights, people, supply)


def _share_out(weights: csr_array, reached: csr_array, people: ArrayLike, supply: ArrayLike) -> Access:
    crowd, offered = np.asarray(people, dtype=np.float64), np.asarray(supply, dtype=np.float64)
    _check(crowd, offered, weights.shape)
    demand = csr_array(weights.T) @ crowd
    column = offered if crowd.ndim == 1 else offered[:, None]
    ratio = np.divide(np.broadcast_to(column, demand.shape), demand, out=np.zeros_like(demand), where=demand > 0)
    index = weights @ ratio
    reachable = (column * (demand > 0)).sum(axis=0)
    nobody = demand <= 0 if crowd.ndim == 1 else (demand <= 0).any(axis=1)
    without = np.asarray(reached.sum(axis=1)).ravel() <= 0
    return Access(index, ratio, np.asarray(reachable), np.flatnonzero(nobody), np.flatnonzero(without))


def _check(people: Floats, supply: Floats, shape: tuple[int, ...]) -> None:
    places, facilities = shape
    if people.ndim not in (1, 2) or people.shape[0] != places or supply.shape != (facilities,):
        raise AllmendeError(
            f"People {people.shape} and supply {supply.shape} do not fit {places} places and {facilities} facilities.",
            expected="people [places] or [places, draws], supply [facilities]",
        )
    for name, values in (("people", people), ("supply", supply)):
        if not ((values >= 0) & np.isfinite(values)).all():
            raise AllmendeError(f"{name} holds a negative or no number.", where=name, expected="finite numbers of at least 0")
