"""The result of a published projection as a table, one row per year, area, group, sex and age, and as one document."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from allmende.errors import AllmendeError
from allmende.projection.conventions import NEWBORN, Axes, Projection

ENDINGS = (".csv", ".parquet", ".json")

FLOWS = ("deaths", "came", "left", "net", "changed", "raised")
"""Components by the age that a cohort has at the end of the step, in the order of the table's columns."""


def as_table(projection: Projection) -> pa.Table:
    """Lay a projection out in rows; components are those of the step that ends in the row's year, empty for the first year.

    `births` are those of mothers of the row's age (rows of women), `born` the newborn of the row's sex and group (age 0).
    """
    axes, stock = projection.axes, projection.population
    shape = stock.shape
    place = np.indices(shape).reshape(len(shape), -1)
    names = {
        "year": np.array(projection.years)[place[0]],
        "area": pa.array(axes.areas).take(pa.array(place[2])),
        "group": pa.array(axes.groups).take(pa.array(place[1])),
        "sex": pa.array(axes.sexes).take(pa.array(place[3])),
        "age": np.array(axes.ages)[place[4]],
    }
    births, born = (np.full(shape, np.nan) for _ in range(2))
    births[1:, :, :, 0] = projection.births
    born[1:, ..., NEWBORN] = projection.born
    flows = {name: np.concatenate([np.full_like(stock[:1], np.nan), getattr(projection, name)]) for name in FLOWS}
    values = {"population": stock, "births": births, "born": born} | flows
    return pa.table(names | {name: pa.array(array.reshape(-1), from_pandas=True) for name, array in values.items()})


def totals(projection: Projection) -> list[dict[str, float]]:
    """Sum each year over everybody: the stock, and the components of the step that led there."""
    rows: list[dict[str, float]] = []
    for t, year in enumerate(projection.years):
        row: dict[str, float] = {"year": year, "population": float(projection.population[t].sum())}
        if t:
            parts = {name: getattr(projection, name)[t - 1].sum() for name in ("births", *FLOWS) if name != "changed"}
            row |= {name: float(part) for name, part in parts.items()}
        rows.append(row)
    return rows


def as_data(projection: Projection, notes: tuple[str, ...]) -> dict[str, Any]:
    """Return what is said of a projection beside its cells: axes, totals, accounts, notes."""
    axes: Axes = projection.axes
    said = [f"{note.what} ({note.cells} cells, {note.amount:.6g})" for note in projection.notes]
    return {
        "convention": projection.convention,
        "years": list(projection.years),
        "step": axes.width,
        "areas": list(axes.areas),
        "groups": list(axes.groups),
        "sexes": list(axes.sexes),
        "ages": list(axes.ages),
        "totals": totals(projection),
        "accounts": {
            "identity": "start + births - deaths + came - left + net + changed + raised = end, in every cell",
            "largest_residual": projection.largest_residual,
        },
        "notes": [*notes, *said],
    }


def as_document(projection: Projection, notes: tuple[str, ...]) -> dict[str, Any]:
    """Return the whole result: what `as_data` says, and every cell in `rows`."""
    return as_data(projection, notes) | {"rows": as_table(projection).to_pylist()}


def write_result(projection: Projection, notes: tuple[str, ...], path: Path) -> None:
    """Write the rows as CSV or Parquet, or the document as JSON, by the file's ending.

    Raises
    ------
    AllmendeError
        If the ending is another one.
    """
    if path.suffix not in ENDINGS:
        raise AllmendeError("The ending of the file says no known format.", where=str(path), expected=" or ".join(ENDINGS))
    if path.suffix == ".json":
        path.write_text(json.dumps(as_document(projection, notes), ensure_ascii=False), encoding="utf-8")
    elif path.suffix == ".parquet":
        pq.write_table(as_table(projection), path)
    else:
        table = as_table(projection)
        with path.open("wb") as file:  # Arrow would put its header in quotes
            file.write((",".join(table.column_names) + "\n").encode())
            pacsv.write_csv(table, file, pacsv.WriteOptions(include_header=False))
