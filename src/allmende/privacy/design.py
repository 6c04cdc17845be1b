"""Design a p-table of largest entropy from its parameters, and say what had to give way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from allmende.errors import AllmendeError
from allmende.privacy.entropy import RowProblem, largest_entropy
from allmende.privacy.ptable import Ints, PTable, Row

LARGEST_DEVIATION = 50
TRIES = 20
STAY_STEP = 0.05
TOLERANCE = 5e-6
"""An achieved variance counts as the one asked for within this (persons²); reproduces the published retries."""


@dataclass(frozen=True, slots=True)
class Achieved:
    """What one row came to: `stay` as achieved, `stay_asked` as first asked, solver runs, and the variance."""

    n: int
    variance: float
    stay: float
    stay_asked: float
    tries: int
    as_asked: bool

    def warning(self) -> str:
        """Return a sentence on what differs from what was asked, "" if nothing does."""
        if not self.as_asked:
            return f"Row {self.n}: variance {self.variance:.5f} instead of the one asked for, after {self.tries} tries."
        if self.tries > 1:
            return f"Row {self.n}: stays with {self.stay:.5f} instead of {self.stay_asked:g}, after {self.tries} tries."
        return ""


@dataclass(frozen=True, slots=True)
class Design:
    """A designed table and, for each row from 1, what was achieved."""

    table: PTable
    achieved: tuple[Achieved, ...]

    def warnings(self) -> tuple[str, ...]:
        """Return one sentence for each row that is not as asked."""
        return tuple(text for row in self.achieved if (text := row.warning()))


def design_ptable(
    max_deviation: int,
    variance: float,
    *,
    block_small: int = 0,
    stay: float | Sequence[float] = 0.0,
    monotone: bool | Sequence[bool] = True,
) -> Design:
    """Design the p-table of largest entropy for counts (Giessing 2016, as the R package ptable 1.0.0 states it).

    Row n = 1 … D (D + js + 1 if 1 … js are blocked) maximises -Σ p log p over published counts in
    [max(0, n-D), n+D] without 1 … js, subject to Σ p = 1, Σ v p = 0, Σ v² p ≤ V, p ≥ 1e-8, p(v=0) ≥ stay, and, where
    `monotone`, p not falling from the left towards v = 0. If V is not achieved within 5e-6, the row's stay is lowered by
    0.05 and tried again, up to 20 tries; rows n ≤ js have no v = 0 and no second try.

    Parameters
    ----------
    max_deviation : D, largest |v| in persons, at least 1.
    variance : V in persons².
    block_small : js, the counts 1 … js are never published.
    stay : smallest probability to leave a count as it is; one number, or one for each row.
    monotone : one answer, or one for each row.

    Raises AllmendeError if the parameters contradict one another, with the smallest change that would do.

    >>> design = design_ptable(2, 0.9)
    >>> design.table.rows[1].p.round(4).tolist()
    [0.3625, 0.3625, 0.1875, 0.0875]
    >>> design_ptable(2, 1.0).warnings()
    ('Row 1: variance 0.93188 instead of the one asked for, after 20 tries.',)
    """
    _check(max_deviation, variance, block_small)
    count = row_count(max_deviation, block_small)
    stays, monotones = _per_row("stay", stay, count), _per_row("monotone", monotone, count)
    if not all(0 <= p < 1 for p in stays):
        raise AllmendeError("A probability to stay lies outside 0 … 1.", where=f"stay {stay}", expected="0 ≤ stay < 1")
    made = [
        _design_row(n, support(n, max_deviation, block_small), variance, float(p), bool(rising))
        for n, p, rising in zip(range(1, count + 1), stays, monotones, strict=True)
    ]
    zero = Row(np.zeros(1, dtype=np.int64), np.ones(1))
    return Design(PTable((zero, *(row for row, _ in made))), tuple(achieved for _, achieved in made))


def row_count(max_deviation: int, block_small: int) -> int:
    """Return the number of rows above 0: D, or D + js + 1 where small counts are blocked."""
    return max_deviation + block_small + 1 if block_small else max_deviation


def support(n: int, max_deviation: int, block_small: int) -> Ints:
    """Return the noise values that row n may draw, ascending."""
    published = np.arange(max(0, n - max_deviation), n + max_deviation + 1)
    kept: Ints = published[(published == 0) | (published > block_small)] - n
    return kept


def _design_row(n: int, noise: Ints, variance: float, stay: float, monotone: bool) -> tuple[Row, Achieved]:
    tries = TRIES if (noise == 0).any() else 1
    row = None
    for run in range(1, tries + 1):
        # the last tries drop below 0, where the condition says nothing
        p = largest_entropy(RowProblem(noise, variance, max(0.0, stay - (run - 1) * STAY_STEP), monotone))
        if p is None:
            continue
        row = Row(noise, p)
        if abs(row.variance() - variance) <= TOLERANCE:
            break
    if row is None:
        raise _infeasible(n, noise, variance, monotone)
    as_asked = abs(row.variance() - variance) <= TOLERANCE
    return row, Achieved(n, row.variance(), row.stay(), stay, run, as_asked)


def _infeasible(n: int, noise: Ints, variance: float, monotone: bool) -> AllmendeError:
    least = RowProblem(noise, np.inf, 0.0, monotone).least_variance()
    if least is None:
        return AllmendeError(
            f"No distribution has mean 0 in row {n}: it may only draw {noise.tolist()}.",
            expected="noise on both sides of 0, not falling towards 0" if monotone else "noise on both sides of 0",
            todo=f"Switch monotone off for row {n} or raise the largest deviation.",
        )
    return AllmendeError(
        f"Variance {variance:g} is too small for row {n}, which may only draw {noise.tolist()}.",
        where=f"row {n}",
        expected=f"a variance of at least {round(least, 4):g}",
        todo=f"Raise the variance to {round(least, 4):g}, or block fewer small counts.",
    )


def _check(max_deviation: int, variance: float, block_small: int) -> None:
    if max_deviation < 1 or block_small < 0 or not variance > 0:
        raise AllmendeError(
            "These are no parameters of a p-table.",
            where=f"max deviation {max_deviation}, variance {variance:g}, block small {block_small}",
            expected="a deviation of at least 1, a variance above 0, a blocked count of 0 or more",
        )
    if max_deviation > LARGEST_DEVIATION:
        raise AllmendeError(
            f"Deviations of up to {max_deviation} leave nothing of a small count.",
            expected=f"a largest deviation of at most {LARGEST_DEVIATION}",
            todo="Lower the largest deviation; published tables use 1 to 10.",
        )
    if block_small >= max_deviation:
        raise AllmendeError(
            f"Counts 1 to {block_small} cannot be blocked with deviations of at most {max_deviation}.",
            where="row 1, which must reach a count above the blocked ones",
            expected=f"a largest deviation of at least {block_small + 1}" if block_small else "",
            todo=f"Raise the largest deviation to {block_small + 1} or block at most {max_deviation - 1}.",
        )
    least = max((n * (block_small + 1 - n) for n in range(1, block_small + 1)), default=0)
    if variance < least - 1e-9:
        raise AllmendeError(
            f"Variance {variance:g} is too small to block the counts 1 to {block_small}.",
            expected=f"a variance of at least {least}, the largest n × ({block_small + 1} - n)",
            todo=f"Raise the variance to {least}, or block fewer small counts.",
        )
    if variance > max_deviation**2:
        raise AllmendeError(
            f"No noise of at most {max_deviation} has variance {variance:g}.",
            expected=f"a variance of at most {max_deviation**2}, and below it for an even spread",
            todo="Lower the variance or raise the largest deviation.",
        )


def _per_row(name: str, value: float | bool | Sequence[float] | Sequence[bool], count: int) -> list[float]:
    if isinstance(value, (bool, int, float)):
        return [value] * count
    if len(value) != count:
        raise AllmendeError(
            f"{len(value)} entries of {name} do not fit a table of {count} rows.",
            expected=f"one entry, or {count} (rows 1 to {count})",
        )
    return list(value)
