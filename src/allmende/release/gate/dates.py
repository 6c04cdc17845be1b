"""Two key dates of a year: totals of nearly the same people, each with noise of its own, tell more together than alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from allmende.cubes import Cells
from allmende.privacy.attacks import Check, Limits, left_by_dates
from allmende.privacy.protection import Protection
from allmende.privacy.ptable import Floats
from allmende.release.catalogue import Table
from allmende.release.gate.finding import Finding
from allmende.release.geographies import ADMINISTRATIVE
from allmende.release.protect import Protected
from allmende.release.tabulate import Counted

EXACT = 1e-6
"""Variance of an exact total (persons²): none, as far as numbers go."""

Date = tuple[int, str]
"""Year and series."""

Total = tuple[int, str, int, int, float]
"""Year, series, count, key and noise variance of one area's total."""


def date_groups(tables: Sequence[Table]) -> list[tuple[Table, ...]]:
    """Group stock tables of administrative areas and one residence that count at more than one key date a year.

    Two geographies may have areas in common: a municipality that is not divided, a district that is not divided further.
    """
    groups: dict[str, list[Table]] = {}
    for table in tables:
        if table.cube == "stock" and table.geography in ADMINISTRATIVE:
            groups.setdefault(table.residence, []).append(table)
    return [tuple(group) for group in groups.values() if len({table.series for table in group}) > 1]


def find_dates(
    tables: Sequence[Protected],
    counted: Sequence[Counted],
    shares: Sequence[float],
    protection: Protection,
    limits: Limits,
    alike: Mapping[str, str],
) -> tuple[Finding, ...]:
    """Hold what all key dates together leave of the worst total against the limit of least squares.

    `counted` holds the tables' exact cells, `shares` what least squares at a table's own date leaves of a value's variance.
    The attacker is given how much each area changes from one key date to the next, on average over all years that were
    counted: those published may be few, and by chance alike. Unchanged people have unchanged
    values: such a figure tells nothing new and counts once. `alike` gives areas of the same people one name.
    """
    variance = protection.table.variance()
    left = {}
    drifts = _drifts(counted, alike)
    for area, totals in _totals(tables, shares, variance, alike).items():
        dates = [totals[0], *(b for a, b in pairwise(totals) if a[2:4] != b[2:4])]
        noise = np.array([date[4] for date in dates])
        if len(dates) > 1 and (noise > EXACT).any():
            left[area] = float(left_by_dates(_changes(drifts[area], dates), noise)[noise > EXACT].min()) / variance
    if not left:
        return ()
    worst = min(left, key=lambda area: left[area])
    check = Check("least squares", "variance left by all key dates", left[worst], limits.least_variance_share, at_least=True)
    first = sorted(tables, key=lambda each: worst not in {alike.get(area, area) for area in each.areas})
    return (Finding(tuple(each.table.id for each in first), check, f"worst of {len(left)} areas: {worst}"),)


def _totals(
    tables: Sequence[Protected], shares: Sequence[float], variance: float, alike: Mapping[str, str]
) -> dict[str, list[Total]]:
    """Return each area's totals in the order of their dates, those that are published in detail; one for a date."""
    found: dict[str, dict[tuple[int, str], Total]] = {}
    for protected, share in zip(tables, shares, strict=True):
        noise = EXACT if protected.table.exact_totals else share * variance
        for area, year, n, key in _cells(protected[()].cells):
            if year in protected.areas.get(area, ()):
                date = (year, protected.table.series)
                own = found.setdefault(alike.get(area, area), {})
                if date not in own or noise < own[date][4]:
                    own[date] = (*date, n, key, noise)
    return {area: [totals[date] for date in sorted(totals)] for area, totals in found.items()}


def _cells(cells: Cells) -> Iterator[tuple[str, int, int, int]]:
    columns = (cells["area"].values(), cells["year"].codes.tolist(), cells.n.tolist(), cells.key.tolist())
    for area, year, n, key in zip(*columns, strict=True):
        yield str(area), year, n, key


def _drifts(counted: Sequence[Counted], alike: Mapping[str, str]) -> dict[str, dict[Date, float]]:
    """Return for each area how much (persons²) it changed from its first key date to each: steps add up.

    A step has the mean squared change of its pair of series, a half where that was 0.
    """
    totals: dict[str, dict[Date, int]] = {}
    for each in counted:
        for area, year, n, _ in _cells(each.margins[()]):
            totals.setdefault(alike.get(area, area), {})[year, each.table.series] = n
    return {area: _drift(of_area) for area, of_area in totals.items()}


def _drift(totals: Mapping[Date, int]) -> dict[Date, float]:
    steps = list(pairwise(sorted(totals)))
    squares: dict[tuple[str, str], list[int]] = {}
    for a, b in steps:
        squares.setdefault((a[1], b[1]), []).append((totals[b] - totals[a]) ** 2)
    sizes = [max(float(np.mean(squares[a[1], b[1]])), 0.5) for a, b in steps]
    return dict(zip(sorted(totals), np.append(0.0, np.cumsum(sizes)).tolist(), strict=True))


def _changes(drift: Mapping[Date, float], dates: Sequence[Total]) -> Floats:
    return np.diff([drift[date[:2]] for date in dates])
