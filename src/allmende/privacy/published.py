"""Published numbers of disclosure control, small enough to quote, and the same numbers computed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from allmende.comparison import Comparison
from allmende.privacy.attacks import assess_margins, assess_stock_flow, cube_margins, design_matrix
from allmende.privacy.design import design_ptable
from allmende.privacy.lookup import KEY_SPACE, lay_out
from allmende.privacy.magnitudes import perturb_magnitudes
from allmende.privacy.protection import Protection
from allmende.privacy.ptable import PTable, Row, table_from
from allmende.privacy.utility import clustering_loss, hellinger, morans_i

R_PTABLE = "R package ptable 1.0.0, vignette (2023)"
GEO = "Möhler et al. 2024, Geospatial guidelines (CC BY-SA 4.0)"
HANDBOOK = "SDC Handbook (CC BY-SA 4.0)"

D2_V1: Mapping[int, tuple[float, ...]] = {
    1: (0.36648551, 0.3664855, 0.1675725, 0.09945652),
    2: (0.06382714, 0.2446915, 0.3829628, 0.24469145, 0.06382714),
}
D2_V09: Mapping[int, tuple[float, ...]] = {
    1: (0.3625, 0.3625, 0.1875, 0.0875),
    2: (0.05154609, 0.24381564, 0.40927654, 0.24381564, 0.05154609),
}
HANDBOOK_TABLE: tuple[Mapping[int, float], ...] = ({0: 0.5, 2: 0.5}, {2: 0.8, 3: 0.2}, {2: 0.3, 3: 0.4, 4: 0.3})

MAP = np.array([0, 0, 0, 0, 0, 4, 1, 0, 0, 4, 1, 0, 0, 0, 0, 0])
BLURRED = np.array([0, 0, 0, 0, 0, 5, 1, 0, 0, 3, 1, 0, 0, 0, 0, 0])
SQUARES = np.array(
    [[2, 4, 0, 0, 0, 0], [4, 2, 0, 0, 0, 0], [0, 0, 2, 3, 2, 0], [0, 0, 0, 5, 4, 1], [0, 0, 3, 4, 2, 0], [0, 0, 0, 4, 0, 2]]
)
EVENED = np.array([[3, 3, 0, 0, 0, 0]] * 2 + [[0, 0, 2, 2, 2, 2]] * 4)


def comparisons() -> tuple[Comparison, ...]:
    """Compare p-tables, lookups, distances and attack figures with what was printed."""
    return (*_tables(), *_retries(), *_lookups(), *_distances(), *_attacks())


def _tables() -> tuple[Comparison, ...]:
    found = []
    for variance, printed in ((1.0, D2_V1), (0.9, D2_V09)):
        table = design_ptable(2, variance).table
        for n, row in printed.items():
            for v, p, ours in zip(table.rows[n].noise.tolist(), row, table.rows[n].p.tolist(), strict=True):
                found.append(Comparison(f"p-table D2 V{variance:g}: P({n} → {n + v})", R_PTABLE, p, ours, 1e-6))
    return tuple(found)


def _retries() -> tuple[Comparison, ...]:
    rows = design_ptable(4, 1.5, stay=(0.8, 0.9, 0.9, 0.9)).achieved
    name = "p-table D4 V1.5 stay .8/.9/.9/.9"
    tries = [
        Comparison(f"{name}: tries of row {row.n}", R_PTABLE, asked, row.tries, 0)
        for row, asked in zip(rows, (20, 7, 5, 3), strict=True)
    ]
    return (
        *tries,
        Comparison(
            "p-table D2 V1: variance that row 1 achieves", R_PTABLE, 0.93188, design_ptable(2, 1).achieved[0].variance, 5e-6
        ),
        Comparison(f"{name}: variance of row 1", R_PTABLE, 1.22497, rows[0].variance, 5e-6),
        Comparison(f"{name}: stay of row 1", R_PTABLE, 0.38585, rows[0].stay, 5e-6),
    )


def _lookups() -> tuple[Comparison, ...]:
    handbook = lay_out(table_from(HANDBOOK_TABLE), None)
    just_below = np.array([int((0.8 - 1e-9) * KEY_SPACE)], dtype=np.uint32)
    found = [Comparison("three persons with keys .9, .3, .6", f"{HANDBOOK} 5.4", 4, _published(handbook.table, 3, 0.8), 0)]
    for share, printed in ((0.5, 400), (0.6, 360)):
        moved = perturb_magnitudes(np.array([300.0]), np.array([200.0]), just_below, handbook, share=share)
        found.append(Comparison(f"magnitude 300, largest 200, δ {share}", f"{HANDBOOK} 4.6", printed, float(moved[0]), 1e-9))
    for deviation, variance, blocked in ((4, 1.8, 1), (6, 2.5, 2)):
        table = design_ptable(deviation, variance, block_small=blocked).table
        found.append(Comparison(f"41 with key .285, D{deviation} V{variance}", GEO, 40, _published(table, 41, 0.285), 0))
    return tuple(found)


def _published(table: PTable, n: int, share: float) -> int:
    key = np.array([round(share * KEY_SPACE)], dtype=np.uint32)
    return n + int(lay_out(table, None).draw(np.array([n]), key)[0])


def _distances() -> tuple[Comparison, ...]:
    return (
        Comparison("Hellinger distance of counts, map 3", GEO, 0.25, hellinger(MAP, BLURRED), 5e-3),
        Comparison("Hellinger distance of shares, map 3", GEO, 0.08, hellinger(MAP, BLURRED, shares=True), 5e-3),
        Comparison("Moran's I of the example grid", GEO, 0.288, morans_i(SQUARES), 5e-4),
        Comparison("Moran's I after evening out", GEO, 0.502, morans_i(EVENED), 5e-4),
        Comparison("loss of clustering", GEO, 0.107, clustering_loss(SQUARES, EVENED), 5e-4),
    )


def _attacks() -> tuple[Comparison, ...]:
    noise = table_from([{0: 0.5, 2: 0.5}])
    some = Protection("any", lay_out(PTable((noise.rows[0], Row(np.array([-1, 0, 1]), np.array([0.25, 0.5, 0.25])))), None))
    one_way = design_matrix(cube_margins((20, 2, 2, 2), [(), (0,), (1,), (2,), (3,)]))
    trial = "trial on one synthetic town, Allmende's reference of 2026-11"
    return (
        Comparison(
            "least squares, one-way margins of 20×2×2×2: total", trial, 0.39, assess_margins(one_way, some).least_share, 5e-3
        ),
        Comparison("stock-flow identity of one year", trial, 0.83, float(assess_stock_flow(1).stocks[0]), 5e-3),
    )
