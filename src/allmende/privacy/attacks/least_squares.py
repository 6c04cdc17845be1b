"""Attack A2, least squares: what averaging over all published margins leaves of the noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from allmende.privacy.attacks.checks import Check, Limits
from allmende.privacy.attacks.noise import exact_by_rounding
from allmende.privacy.protection import Protection
from allmende.privacy.ptable import Floats, Ints

_TINY = 1e-9

Margin = Sequence[Ints]
"""One published margin: for each dimension, the group of every base member (-1: in no published group)."""


@dataclass(frozen=True, slots=True)
class MarginRisk:
    """What least squares makes of the published cells.

    `variance_share` (one per published cell, in the order of the margins): Var_eff / V, 1 means that the other cells
    say nothing. `exact`: chance that the best estimate, rounded, is the true count; the larger of the single published
    value and least squares. `single` the chance of the published value alone. `equations` cells with different members;
    `published` all cells.
    """

    variance_share: Floats
    exact: Floats
    single: float
    equations: int
    published: int

    @property
    def least_share(self) -> float:
        """The lowest Var_eff / V."""
        return float(self.variance_share.min(initial=1.0))

    @property
    def uplift(self) -> float:
        """The largest gain over the single value (probability)."""
        return float((self.exact - self.single).max(initial=0.0))

    def checks(self, limits: Limits) -> tuple[Check, ...]:
        """Hold the lowest variance share and the largest uplift against the gate's limits."""
        return (
            Check(
                "least squares", "variance left of one value's", self.least_share, limits.least_variance_share, at_least=True
            ),
            Check("least squares", "gain in the chance to be exact", self.uplift, limits.exact_uplift),
        )


def cube_margins(sizes: Sequence[int], published: Sequence[Sequence[int]]) -> list[Margin]:
    """Return margins of a cube: each entry of `published` lists the dimensions shown in detail, the others are summed.

    >>> [[groups.tolist() for groups in margin] for margin in cube_margins((2, 3), [(0,), ()])]
    [[[0, 1], [0, 0, 0]], [[0, 0], [0, 0, 0]]]
    """
    detail = [np.arange(size, dtype=np.int64) for size in sizes]
    total = [np.zeros(size, dtype=np.int64) for size in sizes]
    return [[detail[d] if d in shown else total[d] for d in range(len(sizes))] for shown in published]


def design_matrix(margins: Sequence[Margin]) -> sparse.csr_array:
    """Return the 0/1 matrix published cells × base cells (base cells in C order of the dimensions).

    A geography of several levels is one dimension whose margins group its finest areas.
    """
    blocks = []
    for margin in margins:
        block = sparse.csr_array(np.ones((1, 1)))
        for groups in margin:
            block = sparse.csr_array(sparse.kron(block, _indicator(groups), format="csr"))
        blocks.append(block)
    return sparse.csr_array(sparse.vstack(blocks, format="csr"))


def assess_margins(
    design: sparse.csr_array | NDArray[np.float64], protection: Protection, *, known_zero: NDArray[np.bool_] | None = None
) -> MarginRisk:
    """Compute Var_eff / V = a (A'A)⁺ a' and the chance to be exact for every published cell.

    `design` published cells × base cells (`design_matrix`); `known_zero` marks base cells that the attacker knows to
    be empty (worst case: the true zeros). Cells with the same members left carry the same key, hence the same
    noise, and are one equation; cells with none left are exactly 0 for everybody and leave no variance to defend: they get
    share 1. P(exact) of least squares is that of a normal error, erf(0.5 / √(2 Var_eff)).
    """
    matrix = sparse.csr_array(design)
    if known_zero is not None:
        matrix = sparse.csr_array(matrix[:, np.flatnonzero(~known_zero)])
    distinct, equation = _distinct_rows(matrix)
    filled = np.asarray(distinct.sum(axis=1)).ravel() > 0
    share = np.ones(distinct.shape[0])
    share[filled] = _leverage(distinct[np.flatnonzero(filled)])
    single = float(np.mean([row.stay() for row in protection.table.tail()]))
    chance = np.array([exact_by_rounding(value * protection.table.variance()) for value in share])
    chance = np.where(filled, np.maximum(chance, single), single)
    return MarginRisk(share[equation], chance[equation], single, int(filled.sum()), int(matrix.shape[0]))


def _indicator(groups: Ints) -> sparse.csr_array:
    members = np.flatnonzero(groups >= 0)
    height = int(groups.max(initial=-1)) + 1
    return sparse.csr_array((np.ones(len(members)), (groups[members], members)), shape=(height, len(groups)))


def _distinct_rows(matrix: sparse.csr_array) -> tuple[sparse.csr_array, Ints]:
    """Return the rows without repeats, and for each row which of them it is."""
    matrix.sort_indices()
    seen: dict[bytes, int] = {}
    first: list[int] = []
    which = np.zeros(matrix.shape[0], dtype=np.int64)
    for i in range(matrix.shape[0]):
        members = matrix.indices[matrix.indptr[i] : matrix.indptr[i + 1]].tobytes()
        if members not in seen:
            seen[members] = len(first)
            first.append(i)
        which[i] = seen[members]
    return sparse.csr_array(matrix[np.array(first, dtype=np.int64)]), which


def _leverage(matrix: sparse.csr_array) -> Floats:
    """Return diag A (A'A)⁺ A', by the eigenvectors of the smaller of A'A and AA'."""
    tall = matrix.shape[0] >= matrix.shape[1]
    gram = (matrix.T @ matrix if tall else matrix @ matrix.T).toarray()
    values, vectors = np.linalg.eigh(gram)
    kept = values > _TINY * values[-1]
    shares = (matrix @ vectors[:, kept]) ** 2 / values[kept] if tall else vectors[:, kept] ** 2
    leverage: Floats = shares.sum(axis=1)
    return leverage
