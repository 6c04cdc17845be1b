"""Numbers that lead from an area `to` another: entries of a printed projection matrix, moves."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from allmende.outlook.plain_fields import Floats, fill_gaps, lay_out
from allmende.outlook.plain_rows import Frame, Places
from allmende.outlook.plain_tables import PlainTable

MATRIX = ("first_row", "subdiagonal")
"""Fields that are entries of a matrix, by the age at the start of the step."""

MOVES = ("moves", "move_rate")
"""Fields that are moves between areas: persons, and proportions of the stock."""


def lay_out_moves(table: PlainTable, name: str, frame: Frame, places: Places) -> Floats:
    """Lay proportions into [year, group, to, from, sex, age]; of persons return the balance of each area, without axis `to`."""
    moves = np.nan_to_num(np.stack(_towards_all(table, name, frame, places), axis=2))
    return moves if name == "move_rate" else moves.sum(axis=3) - moves.sum(axis=2)


def lay_out_matrix(table: PlainTable, name: str, frame: Frame, places: Places) -> Floats:
    """Lay entries into an array [year, group, to, from, sex, age]; axes but `to` and `from` may have length 1.

    Without a column `to` everybody stays. Between areas an entry that is not there is 0; within an area it is found.
    """
    areas = len(frame.areas)
    if "to" not in places.codes:
        within = fill_gaps(table, name, lay_out(table, name, frame, places), frame)
        entries = np.zeros((*within.shape[:2], areas, areas, *within.shape[3:]))
        own = np.arange(areas)
        entries[:, :, own, own] = within
        return entries
    towards = _towards_all(table, name, frame, places)
    fill_gaps(table, name, np.stack([each[:, :, to] for to, each in enumerate(towards)], axis=2), frame)
    return np.nan_to_num(np.stack(towards, axis=2))


def _towards_all(table: PlainTable, name: str, frame: Frame, places: Places) -> list[Floats]:
    """Lay out what leads to each area [year, group, from, sex, age]; without a column of origins it is the same from all."""
    areas = len(frame.areas)
    each = (_towards(table, name, frame, places, to) for to in range(areas))
    return [np.broadcast_to(part, (*part.shape[:2], areas, *part.shape[3:])) for part in each]


def _towards(table: PlainTable, name: str, frame: Frame, places: Places, to: int) -> Floats:
    rows = np.flatnonzero(places.codes["to"] == to).tolist()

    def kept(texts: list[str]) -> list[str]:
        return [texts[row] for row in rows]

    part = replace(
        table,
        lines=[table.lines[row] for row in rows],
        axes={axis: kept(texts) for axis, texts in table.axes.items()},
        series=tuple(replace(series, texts=kept(series.texts)) for series in table.series),
    )
    return lay_out(part, name, frame, Places({axis: code[rows] for axis, code in places.codes.items()}))
