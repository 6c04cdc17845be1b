"""Move shares so that some of these coalitions are better off and none worse, or prove that nothing does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from allmende.sharing.games import Floats
from allmende.sharing.growing import Programme

NOTHING = 1e-6
"""Moves are at most 1 a player; a best move that helps by less than this helps by nothing."""
ROWS = 256
"""Coalitions added to the programme at a time."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A move that helps, or (None) the weights that show there is none: duals of coalitions and of held players."""

    move: Floats | None
    weights: dict[int, float]
    held: Floats


def find_direction(n: int, coalitions: NDArray[np.int64], settled: Sequence[int], held: Sequence[int]) -> Proof:
    """Maximise Σ d(S) over the coalitions, d(S) ≥ 0, d = 0 on settled ones, d_i ≥ 0 for held players, |d_i| ≤ 1."""
    member = (coalitions[:, None] >> np.arange(n) & 1).astype(np.float64)
    gain = member.sum(axis=0)
    lower = np.full(n, -1.0)
    lower[list(held)] = 0.0
    programme = Programme(lower, level=False)
    programme.set_gain(gain, upper=1.0)
    programme.require(list(settled), [0.0] * len(settled), [0.0] * len(settled), exactly=True)
    todo = np.arange(min(ROWS, len(coalitions)))
    while len(todo):
        chosen = coalitions[todo].tolist()
        programme.require(chosen, [0.0] * len(chosen), [0.0] * len(chosen))
        move, _ = programme.solve()
        if gain @ move <= NOTHING:
            break
        broken = np.flatnonzero(member @ move < -NOTHING * 1e-2)
        broken = broken[~np.isin(coalitions[broken], programme.rows)]
        if not len(broken):
            return Proof(move / np.abs(move).max(), {}, np.zeros(n))
        todo = broken[np.argsort((member @ move)[broken], kind="stable")][:ROWS]
    return Proof(None, dict(programme.binding()), programme.bounded())


def proved(n: int, coalitions: NDArray[np.int64], settled: Sequence[int], held: Sequence[int], found: Proof) -> bool:
    """Prove in fractions that no move helps: Σ (1 + y_S) 1_S + Σ ν_i e_i lies in the span of the settled, y and ν ≥ 0."""
    total = [Fraction(0)] * n
    for s in coalitions.tolist():
        weight = 1 + _rational(found.weights.get(s, 0.0))
        total = [entry + weight * (s >> i & 1) for i, entry in enumerate(total)]
    for i in held:
        total[i] += _rational(max(float(found.held[i]), 0.0))
    return _in_span([[Fraction(s >> i & 1) for i in range(n)] for s in settled], total)


def _rational(number: float) -> Fraction:
    return max(Fraction(number).limit_denominator(100_000), Fraction(0))


def _in_span(rows: list[list[Fraction]], vector: list[Fraction]) -> bool:
    basis: list[tuple[int, list[Fraction]]] = []
    for row in [*rows, vector]:
        for pivot, known in basis:
            factor = row[pivot] / known[pivot]
            row = [a - factor * b for a, b in zip(row, known, strict=True)] if factor else row
        pivot = next((i for i, entry in enumerate(row) if entry), -1)
        if pivot >= 0:
            basis.append((pivot, row))
    return pivot < 0
