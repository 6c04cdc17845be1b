"""The cells of all grids ahead: followed, measured by the past, and told of as far as the rule lets."""

from __future__ import annotations

from collections.abc import Sequence

from allmende.outlook.cells.course import follow
from allmende.outlook.cells.file import CellsAhead
from allmende.outlook.cells.grids import Grid
from allmende.outlook.cells.lesson import learn, relative
from allmende.outlook.cells.rule import tell, the_rule
from allmende.outlook.folder import Statement
from allmende.outlook.track import BackTest
from allmende.parameters import load
from allmende.projection.accounts import Path
from allmende.projection.draws import Draws, quantiles


def cell_statements(cells: Sequence[CellsAhead]) -> tuple[Statement, ...]:
    """Say what cells rest on, if there are any."""
    chosen = load("cells_ahead")
    de, en = (chosen["words"][language].format(least=chosen["least"]) for language in ("de", "en"))
    return (Statement("cells", de, en, "assumption"),) if cells else ()


def look_at_cells(grids: Sequence[Grid], path: Path, drawn: Draws, test: BackTest) -> tuple[CellsAhead, ...]:
    """Say what becomes of cells along the central path; `drawn` are its draws, everybody first, `test` the back-test.

    A grid that does not know the base year, or of whose cells nothing can be told, is left out.
    """
    rule = the_rule()
    spread = relative(*(values[..., 0] for values in quantiles(drawn, [0.1, 0.5, 0.9])))
    known = [grid for grid in grids if path.model.base_year in grid.years]
    told = []
    for grid in known:
        lesson = learn(grid, test, rule)
        course = follow(grid, path, spread[: max(rule.horizons) + 1])
        told.append(tell(grid, course, lesson.widths, lesson.tried, rule))
    return tuple(each for each in told if each)
