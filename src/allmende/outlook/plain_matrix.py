"""Entries of a printed projection matrix from plain tables: within an area, or from an area `to` another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from allmende.outlook.plain_fields import Floats, fill_gaps, lay_out
from allmende.outlook.plain_rows import Frame, Places
from allmende.outlook.plain_tables import PlainTable

MATRIX = ("first_row", "subdiagonal")
"""Fields that are entries of a matrix, by the age at the start of the step."""


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
    towards = [_towards(table, name, frame, places, to) for to in range(areas)]
    within = np.concatenate([each[:, :, [min(to, each.shape[2] - 1)]] for to, each in enumerate(towards)], axis=2)
    fill_gaps(table, name, within, frame)
    return np.nan_to_num(
        np.stack([np.broadcast_to(each, (*each.shape[:2], areas, *each.shape[3:])) for each in towards], axis=2)
    )


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
