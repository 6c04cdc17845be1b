"""Years that are not like others, left out in sight."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class BaseYears:
    """The years whose events make the rates: `kept` and `left_out`, with positions `at` [kept] in the given years."""

    kept: tuple[int, ...]
    left_out: tuple[int, ...]
    at: NDArray[np.int64]


def base_years(years: Sequence[int], window: int, left_out: Collection[int] = ()) -> BaseYears:
    """Choose the last `window` years but for those left out; these do not stretch the window, they thin it.

    >>> base_years(range(2018, 2026), 5, (2022,)).kept
    (2021, 2023, 2024, 2025)

    Raises
    ------
    AllmendeError
        If a year to leave out is not there (a slip of the pen would go unseen), or no year is left.
    """
    unknown = sorted(set(left_out) - set(years))
    if unknown:
        raise AllmendeError(
            f"The year {unknown[0]} cannot be left out: there are no events of it.",
            expected=f"years of {min(years)} to {max(years)}",
        )
    chosen = sorted(years)[-window:]
    kept = tuple(year for year in chosen if year not in left_out)
    if not kept:
        raise AllmendeError(
            "Every year is left out, so there is nothing to take rates from.", expected="at least one year of events"
        )
    place = {year: at for at, year in enumerate(years)}
    return BaseYears(kept, tuple(year for year in chosen if year in left_out), np.array([place[year] for year in kept]))


def unusual(years: Sequence[int], totals: Floats, *, limit: float = 3.5) -> tuple[int, ...]:
    """Name years whose total is far from the others' (modified z-score above `limit`; Iglewicz and Hoaglin 1993).

    A hint to look at, never a decision: nothing is left out because of it. At least five years are needed.

    >>> unusual(range(2018, 2026), np.array([900.0, 910, 905, 915, 1900, 930, 920, 925]))
    (2022,)
    """
    if len(totals) < 5:
        return ()
    logs = np.log(np.maximum(totals, 1.0))
    distance = np.abs(logs - np.median(logs))
    # 2 % is what a quiet series moves anyhow; without it a series that hardly moves would call every step unusual
    spread = max(float(np.median(distance)), 0.02)
    return tuple(year for year, far in zip(years, distance, strict=True) if 0.6745 * far / spread > limit)
