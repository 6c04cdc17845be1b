"""Where rows are marked: each finding of a table's rows, and which rows must be set aside."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from allmende.register.findings import Finding
from allmende.register.reading import Table

Flags = NDArray[np.bool_]


class Marks:
    """Collects the findings of one table; `bad` says which rows an error keeps out."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.findings: list[Finding] = []
        self.bad: Flags = np.zeros(len(table), dtype=bool)

    def flag(self, rows: Flags, code: str, field: str = "", detail: str | NDArray[np.int64] = "") -> None:
        """Note a finding for each of the rows; `detail` is one text for all or one per row of the table."""
        hit = np.flatnonzero(rows)
        if not len(hit):
            return
        column = self.table[field]
        for row in hit.tolist():
            text = detail if isinstance(detail, str) else str(detail[row])
            value = column.text(row) if field else ""
            self.findings.append(Finding(code, self.table.file, int(self.table.lines[row]), field, value, text))
        if self.findings[-1].severity == "error":
            self.bad |= rows
