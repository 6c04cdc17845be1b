"""Tables of flows from origin to destination that fit their margins."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError

Floats = NDArray[np.float64]


def fit_margins(
    seed: Floats,
    rows: Floats,
    columns: Floats,
    *,
    names: Sequence[str] = (),
    tolerance: float = 1e-12,
    sweeps: int = 10_000,
) -> Floats:
    """Fit M = seed · a_i · b_j to row and column totals (iterative proportional fitting with an offset).

    `seed` [I, J] holds what is known of the pattern (past flows, distance); its zeros stay zero. Source: Willekens 1999.

    >>> fit_margins(np.array([[5.0, 2], [1, 7]]), np.array([18.0, 20]), np.array([16.0, 22])).round(4).tolist()
    [[13.2502, 4.7498], [2.7498, 17.2502]]

    Raises
    ------
    AllmendeError
        If the totals contradict one another or the zeros of the seed, naming the row or column that cannot be met.
    """
    _check(seed, rows, columns, names)
    fitted = seed.astype(np.float64, copy=True)
    for _ in range(sweeps):
        by_row = _factors(rows, fitted.sum(axis=1))
        fitted *= by_row[:, None]
        by_column = _factors(columns, fitted.sum(axis=0))
        fitted *= by_column
        if max(np.abs(by_row - 1).max(), np.abs(by_column - 1).max()) < tolerance:
            return fitted
    gaps = np.abs(fitted.sum(axis=1) - rows)
    if gaps.max() <= 1e-9 * max(1.0, float(rows.sum())):
        return fitted
    worst = int(gaps.argmax())
    raise AllmendeError(
        f"No table fits these totals: row {_name(worst, names)} stays {gaps[worst]:g} away from its {rows[worst]:g}.",
        expected="totals that flows along the filled cells of the seed can reach",
        todo="Fill the empty cells that may have flows with a small number, or correct the totals.",
    )


def _factors(wanted: Floats, have: Floats) -> Floats:
    return np.divide(wanted, have, out=np.ones_like(have), where=have > 0)


def _check(seed: Floats, rows: Floats, columns: Floats, names: Sequence[str]) -> None:
    if seed.shape != (len(rows), len(columns)):
        raise AllmendeError(
            f"The seed has shape {seed.shape} for {len(rows)} row and {len(columns)} column totals.",
            expected="one total for each row and each column",
        )
    for what, values in (("seed", seed), ("row total", rows), ("column total", columns)):
        if not np.all(np.isfinite(values)) or (values < 0).any():
            raise AllmendeError(f"A {what} is negative or missing.", expected="numbers of 0 or more")
    if abs(rows.sum() - columns.sum()) > 1e-9 * max(1.0, float(rows.sum())):
        raise AllmendeError(
            f"The row totals add up to {rows.sum():g}, the column totals to {columns.sum():g}.",
            expected="the same sum of both",
            todo="Scale one of them, or find the flows that are missing.",
        )
    for what, wanted, have in (("row", rows, seed.sum(axis=1)), ("column", columns, seed.sum(axis=0))):
        empty = np.flatnonzero((wanted > 0) & (have == 0))
        if len(empty):
            raise AllmendeError(
                f"The {what} {_name(int(empty[0]), names)} shall total {wanted[empty[0]]:g}, but the seed is empty there.",
                expected="a filled cell of the seed in each row and column that has a total",
            )


def _name(place: int, names: Sequence[str]) -> str:
    return names[place] if place < len(names) else str(place)
