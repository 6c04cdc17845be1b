"""Numbers of plain tables, laid into arrays over the population's axes; what is missing or impossible is found."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from allmende.outlook.plain_rows import ORDER, Frame, Ints, Member, Places
from allmende.outlook.plain_tables import SEXES, Finding, PlainTable, Series

Floats = NDArray[np.float64]

RATE = (0.0, 1.0, "a rate from 0 to 1")
PERSONS = (0.0, math.inf, "a number of persons, 0 or more")
LIMITS: Mapping[str, tuple[float, float, str]] = {
    "population": PERSONS,
    "survival": (0.0, 1.0, "a survival ratio from 0 to 1"),
    "q": (0.0, 1.0, "a probability from 0 to 1"),
    "nLx": (0.0, math.inf, "years lived, 0 or more"),
    "lx": (0.0, math.inf, "survivors, 0 or more"),
    "mx": (0.0, math.inf, "a death rate, 0 or more"),
    "qx": (0.0, 1.0, "a probability from 0 to 1"),
    "ax": (0.0, math.inf, "years, 0 or more"),
    "asfr": (0.0, 1.0, "births per woman and year from 0 to 1 (not per thousand)"),
    "srb": (0.8, 1.5, "boys per girl, about 1.05 (not per hundred, not a share)"),
    "net": (-math.inf, math.inf, "a number of persons"),
    "net_rate": (-1.0, math.inf, "a proportion of the stock, -1 or more"),
    "in": PERSONS,
    "out": PERSONS,
    "out_rate": RATE,
    "acquisition": RATE,
    "child_share": (0.0, 1.0, "a share from 0 to 1"),
    "pool_out_rate": RATE,
    "pool_share": (0.0, 1.0, "a share from 0 to 1"),
    "moves": PERSONS,
    "move_rate": (0.0, 1.0, "a proportion of the stock from 0 to 1"),
    "first_row": (0.0, math.inf, "newborn per woman, 0 or more"),
    "subdiagonal": (0.0, math.inf, "who is alive at the end of the step, per person, 0 or more"),
}
"""Least and largest value of every column, and the words for what is expected."""

OPTIONAL = ("asfr", "acquisition", "child_share", "first_row")
"""Columns in which an empty or absent cell means 0 (`asfr`: not between two ages with births); in all others it is found."""

ALL = 1 + 1e-9
"""No more than everybody can leave, but for rounding."""

COUNTED = ("population", "net", "in", "out", "moves")
THOUSANDS = re.compile(r"-?\d{1,3}(\.\d{3})+")
"""Numbers of persons, in which 1.100 is eleven hundred where commas are decimal."""

LIFE = ("survival", "q", "nLx", "lx", "mx", "qx", "ax")
"""Columns that may have one row more than there are ages: the open group's own survival."""

CONSTANT: Mapping[str, tuple[str, ...]] = {
    "population": ("year",),
    "asfr": ("sex",),
    "child_share": ("sex",),
    "srb": ("sex", "age"),
}
"""Axes over which a column does not vary; what its rows say there must agree."""


def lay_out(table: PlainTable, name: str, frame: Frame, places: Places) -> Floats:
    """Lay the columns of one field into an array over ORDER; axes that the table does not have get length 1.

    Parts of one sum are added, columns of two sexes put beside one another; empty cells are NaN.
    """
    parts: list[tuple[Series, Floats]] = []
    by_sex: dict[str | None, Floats] = {}
    for series in (each for each in table.series if each.field == name):
        values = _numbers(table, series)
        parts.append((series, values))
        part = _scatter(table, series, values, frame, places)
        by_sex[series.sex] = by_sex[series.sex] + part if series.sex in by_sex else part
    if name == "out_rate":
        _find_too_many(table, parts)
    first, *others = by_sex.values()
    for other in others:
        first = np.where(np.isnan(first), other, first)
    return first


def find_impossible(table: PlainTable) -> None:
    """Find every number of a table that is none, or cannot be what its column says."""
    for series in table.series:
        _numbers(table, series)


def _find_too_many(table: PlainTable, parts: Sequence[tuple[Series, Floats]]) -> None:
    """Find rows whose parts (emi_int, emi_nat) of one sex let more leave than are there."""
    for sex in {series.sex for series, _ in parts}:
        headers = " + ".join(series.header for series, _ in parts if series.sex == sex)
        sums = np.sum([np.nan_to_num(values) for series, values in parts if series.sex == sex], axis=0)
        for row in np.flatnonzero(sums > ALL):
            table.findings.append(
                Finding(table.name, table.lines[row], headers, f"{sums[row]:g}", "rates that sum to 1 at most")
            )


def fill_gaps(table: PlainTable, name: str, laid: Floats, frame: Frame) -> Floats:
    """Return the array with empty cells as 0; unless the column allows that, they are found, and so is a year without any."""
    gaps = np.isnan(laid)
    misplaced = any(found.field in (*ORDER, "(row)") for found in table.findings)
    if gaps.any() and not misplaced:  # rows that found no place would be told a second time
        header = next(series.header for series in table.series if series.field == name)
        table.findings.extend(_gaps_found(table, header, name, gaps, _missing(name, laid), frame))
    return np.where(gaps, 0.0, laid)


def _missing(name: str, laid: Floats) -> NDArray[np.bool_]:
    """Return which empty cells are faults: all, but where empty means 0; there those between two ages with births."""
    gaps = np.isnan(laid)
    if name not in OPTIONAL:
        return gaps
    if name != "asfr":
        return np.zeros_like(gaps)
    births = laid > 0
    births |= ~births.any(axis=-1, keepdims=True) & births.any(axis=(0, 1, 2, 3))  # a row of its own without any: as the others
    begun, to_come = (np.logical_or.accumulate(part, axis=-1) for part in (births, births[..., ::-1]))
    return gaps & begun & to_come[..., ::-1]


def _numbers(table: PlainTable, series: Series) -> Floats:
    """Read a column; empty cells become NaN, what is no number or impossible is found and becomes 0."""
    low, high, words = LIMITS[series.field]
    values = np.full(len(series.texts), np.nan)
    pointed = [text for text in series.texts if "." in text] if table.decimal_comma and series.field in COUNTED else []
    if pointed and all(THOUSANDS.fullmatch(text) for text in pointed):
        line = table.lines[series.texts.index(pointed[0])]
        expected = "1100 without points, or 1,1 with a decimal comma: with three digits after every point both could be meant"
        table.findings.append(Finding(table.name, line, series.header, pointed[0], expected))
    for row, text in enumerate(series.texts):
        if text in ("", "NA"):
            continue
        try:
            value = float(text.replace(",", ".") if table.decimal_comma else text)
        except ValueError:
            value = math.nan
        if not (low <= value <= high and math.isfinite(value)):
            table.findings.append(Finding(table.name, table.lines[row], series.header, text, words))
            value = 0.0
        values[row] = value
    return values


def _scatter(table: PlainTable, series: Series, values: Floats, frame: Frame, places: Places) -> Floats:
    constant = CONSTANT.get(series.field, ())
    axes = [axis for axis in ORDER if axis not in constant]
    if places.codes:
        index, shape = places.flat(axes, frame, series.sex, longer=series.field in LIFE)
    else:
        index, shape = np.zeros(len(values), dtype=np.int64), (1, 1, 1, 1, 1)
    if series.field == "asfr":
        values = _of_women(table, series, values)
    if frame.beyond is not None and series.field not in LIFE and "age" in places.codes:
        for row in np.flatnonzero((places.codes["age"] == len(frame.ages)) & (np.nan_to_num(values) != 0)):
            expected = "nothing in the row of the open group's own survival"
            table.findings.append(Finding(table.name, table.lines[row], series.header, series.texts[row], expected))
    flat = np.full(math.prod(shape), np.nan)
    rows = np.flatnonzero((index >= 0) & ~np.isnan(values))
    flat[index[rows][::-1]] = values[rows][::-1]
    if constant and series.field != "population":
        for row in rows[flat[index[rows]] != values[rows]]:
            expected = f"{flat[index[row]]:g} as in an earlier row"
            table.findings.append(Finding(table.name, table.lines[row], series.header, series.texts[row], expected))
    return flat.reshape(shape)


def _of_women(table: PlainTable, series: Series, values: Floats) -> Floats:
    if "sex" not in table.axes:
        return values
    men = np.array([text.lower() in SEXES["m"] for text in table.axes["sex"]], dtype=bool)
    for row in np.flatnonzero(men & (values > 0)):
        table.findings.append(
            Finding(table.name, table.lines[row], series.header, series.texts[row], "no births in a row of men")
        )
    return np.where(men, np.nan, values)


def _gaps_found(
    table: PlainTable, header: str, name: str, gaps: NDArray[np.bool_], missing: NDArray[np.bool_], frame: Frame
) -> Iterable[Finding]:
    """Yield one finding for each year without any row, else one for each year, group, area and sex with the ages that lack."""
    words = LIMITS[name][2]
    whole = gaps.all(axis=(1, 2, 3, 4)) if "year" in table.axes and name != "population" else np.zeros(len(gaps), dtype=bool)
    for t in np.flatnonzero(np.asarray(whole)):
        yield Finding(
            table.name,
            0,
            header,
            f"no row for {frame.years[t]}",
            "a row for every step; without a column year the rates hold for all",
        )
    left = missing & ~np.reshape(whole, (-1, 1, 1, 1, 1))
    for spot in np.argwhere(left.any(axis=-1)):
        who = [str(frame.members(axis)[i]) for axis, i, n in zip(ORDER, spot, left.shape, strict=False) if n > 1]
        if left.shape[-1] > 1:
            ages = frame.members("age", longer=name in LIFE)
            who.append(f"age {_ranges(np.flatnonzero(left[tuple(spot)]), ages)}")
        yield Finding(table.name, 0, header, f"no number for {', '.join(who) or 'a row'}", words)


def _ranges(positions: Ints, ages: Sequence[Member]) -> str:
    """Shorten a list of ages.

    >>> _ranges(np.array([0, 1, 2, 7]), range(9))
    '0–2, 7'
    """
    runs: list[list[int]] = []
    for position in positions.tolist():
        if runs and position == runs[-1][1] + 1:
            runs[-1][1] = position
        else:
            runs.append([position, position])
    return ", ".join(f"{ages[a]}" if a == b else f"{ages[a]}–{ages[b]}" for a, b in runs)
