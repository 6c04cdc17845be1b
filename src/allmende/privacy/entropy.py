"""One row of a p-table: the distribution of largest entropy under linear conditions, by an interior-point method."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from allmende.privacy.ptable import Floats, Ints

FLOOR = 1e-8
"""Lowest probability of any noise value, as in the published tables."""
ROOM = 1e-6
_SHORT = 4e-6  # a floor under every probability costs this much variance at most; still within what counts as achieved
"""Room (persons²) given to a variance that only one distribution attains; far below what is printed of any table."""
_STEPS = 100
_LEAST_GAP = 1e-15


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What a row must satisfy besides summing to 1 and having mean 0.

    `noise` the allowed values (ascending), `variance` the largest E[v²], `stay` the smallest P(v = 0), `monotone`
    whether probabilities may not fall towards v = 0 from the left.
    """

    noise: Ints
    variance: float
    stay: float
    monotone: bool

    def equalities(self) -> tuple[Floats, Floats]:
        """Return A, b of A p = b: the sum is 1, the mean 0."""
        v = self.noise.astype(np.float64)
        return np.vstack([np.ones(len(v)), v]), np.array([1.0, 0.0])

    def inequalities(self, variance: float) -> tuple[Floats, Floats]:
        """Return G, h of G p <= h."""
        size = len(self.noise)
        sides = [(self.noise.astype(np.float64) ** 2, variance)]
        sides += [(-unit, -FLOOR) for unit in np.eye(size)]
        here = np.flatnonzero(self.noise == 0)
        if len(here) and self.stay > 0:
            sides.append((-np.eye(size)[here[0]], -self.stay))
        if self.monotone:
            for j in range(size - 1):
                if self.noise[j + 1] <= 0:
                    sides.append((np.eye(size)[j] - np.eye(size)[j + 1], 0.0))
        return np.array([left for left, _ in sides]), np.array([right for _, right in sides])

    def least_variance(self) -> float | None:
        """Return the smallest variance that the other conditions allow, None if they contradict one another."""
        equal, target = self.equalities()
        left, right = self.inequalities(np.inf)
        found = _linear(left[0], left[1:], right[1:], equal, target)
        return None if found is None else float(left[0] @ found)


def largest_entropy(problem: RowProblem) -> Floats | None:
    """Return the probabilities that maximise -sum p log p, or None if no distribution satisfies the problem.

    Primal-dual interior point with slacks: Newton steps on stationarity, equalities, G p + s = h and s z = mu, with
    mu falling to 1e-15. The problem is strictly convex, so the answer is the only one.

    >>> largest_entropy(RowProblem(np.array([-1, 0, 1]), 0.5, 0.0, True)).round(6).tolist()
    [0.25, 0.5, 0.25]
    """
    least = problem.least_variance()
    if least is None or problem.variance < least - _SHORT:
        return None
    equal, target = problem.equalities()
    left, right = problem.inequalities(max(problem.variance, least + ROOM))
    p, s = _inside(equal, target, left, right)
    z, y = 0.1 / s, np.zeros(len(target))
    for _ in range(_STEPS):
        gap = float(s @ z) / len(s)
        residuals = np.log(p) + 1 + equal.T @ y + left.T @ z, equal @ p - target, left @ p + s - right
        if gap < 2 * _LEAST_GAP and max(np.abs(part).max() for part in residuals) < 1e-10:
            return p
        p, s, z, y = _step((p, s, z, y), equal, left, residuals, max(0.1 * gap, _LEAST_GAP))
    raise ArithmeticError(f"The entropy of row {problem} did not converge in {_STEPS} steps.")


def _linear(cost: Floats, left: Floats, right: Floats, equal: Floats, target: Floats) -> Floats | None:
    """Return x >= 0 of least cost with G x <= h and A x = b, None if there is none."""
    found = linprog(
        cost,
        A_ub=left,
        b_ub=right,
        A_eq=equal,
        b_eq=target,
        bounds=(0, None),
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10},  # below FLOOR, which would be overlooked otherwise
    )
    return np.asarray(found["x"], dtype=np.float64) if found.status == 0 else None


def _inside(equal: Floats, target: Floats, left: Floats, right: Floats) -> tuple[Floats, Floats]:
    """Return a distribution as far from every bound as can be, and its distances from them (slacks)."""
    size = equal.shape[1]
    cost = np.append(np.zeros(size), -1.0)
    wide = np.column_stack([left, np.ones(len(left))])
    found = _linear(cost, wide, right, np.column_stack([equal, np.zeros(len(equal))]), target)
    if found is None:
        raise ArithmeticError("The conditions of a row leave no room to start in.")
    p = np.maximum(found[:size], FLOOR / 2)
    return p, np.maximum(right - left @ p, FLOOR / 2)


def _step(
    point: tuple[Floats, Floats, Floats, Floats],
    equal: Floats,
    left: Floats,
    residuals: tuple[Floats, Floats, Floats],
    mu: float,
) -> tuple[Floats, Floats, Floats, Floats]:
    p, s, z, y = point
    dual, primal, slack = residuals
    weight = z / s
    hessian = np.diag(1 / p) + (left.T * weight) @ left
    rest = dual + left.T @ ((mu - s * z) / s + weight * slack)
    corner = np.zeros((len(y), len(y)))
    scale = np.concatenate([1 / np.sqrt(np.diag(hessian)), np.ones(len(y))])  # p spans eight orders of magnitude
    system = np.block([[hessian, equal.T], [equal, corner]]) * np.outer(scale, scale)
    newton = scale * np.linalg.solve(system, -scale * np.concatenate([rest, primal]))
    dp, dy = newton[: len(p)], newton[len(p) :]
    ds = -slack - left @ dp
    dz = (mu - s * z - z * ds) / s
    length = min(1.0, *(0.99 * _reach(value, change) for value, change in ((p, dp), (s, ds), (z, dz))))
    return p + length * dp, s + length * ds, z + length * dz, y + length * dy


def _reach(value: Floats, change: Floats) -> float:
    """Return how far a step may go before a positive value reaches 0."""
    falling = change < 0
    return float((-value[falling] / change[falling]).min(initial=1 / 0.99))
