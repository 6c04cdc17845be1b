"""The step of the Swiss Federal Statistical Office, as the cantons repeat it: groups, naturalisation, immigrant numbers."""

from __future__ import annotations

import numpy as np

from allmende.projection.conventions.accounting import NEWBORN, Floats, Step, aged, by_sex

UNDER_ONE = 2 / 3
"""Share of their first months that newborn movers are exposed to death; deaths under one year come early."""


def step_fso(
    start: Floats,
    death: Floats,
    fertility: Floats,
    boys_per_girl: Floats,
    come: Floats,
    leave: Floats,
    acquire: Floats,
    child_share: Floats,
    net: Floats,
    pool_leave: Floats,
    pool_share: Floats,
    *,
    nationals: int | None,
    fertile: slice,
) -> Step:
    """Move groups one year ahead by rates for those who leave and numbers for those who come.

    Row a is the age reached on 31 December; N_a are those aged a - 1 before (the open row collects the last two), q death,
    e out-rate, c rate of becoming a national, I immigrants. For the group of nationals (c = 0) and every other one::

        D      = N (q - (e + c) q/2)  and, for nationals, + sum over groups of N c q_nationals/2
        D_imm  = I q_{a+1}/2          immigrants at the NEXT row's q, the open row at its own
        N'     = N - D - D_imm - N e +/- N c + I
        B      = sum over fertile rows of F (N + N')/2;  `child_share` of the other groups' children are nationals
        D_0    = q_0 [B (1 - 2/3 (e + c)) + 2/3 (I + c)],   N'_0 = B - D_0 - B e +/- B c + I

    The `+ c` in the last bracket adds a rate to persons. It has no meaning (at most q_0 · 2/3 persons per cell), but propop
    computes so, and equality with its output to 1e-9 needs it.

    Between areas of one region: `net` persons are added (propop `subregional = "net"`), and N pool_leave (1 - q/2) leave into a
    pool that is handed back by `pool_share` (`subregional = "rate"`); newborn do not take part in the pool.

    Source: R package propop 2.1.0 of Statistik Aargau; FSO, model of 2025, which it repeats within 0.6 persons a cell.

    Axes: arrays [G, M, S, A], `fertility` and `child_share` [G, M, A], `boys_per_girl` [G, M].
    """
    stock = aged(start)
    natural = stock * acquire
    changed = _change(natural, nationals)
    deaths = stock * (death - (leave + acquire) * death / 2) + come * _next_row(death) / 2
    if nationals is not None:
        deaths[nationals] += natural.sum(axis=0) * death[nationals] / 2
    out, moved_out = stock * leave, stock * pool_leave * (1 - death / 2)
    moved_in = pool_share * moved_out.sum(axis=1, keepdims=True)
    end = stock - deaths - out + changed + come + net - moved_out + moved_in

    births = np.zeros_like(fertility)
    births[..., fertile] = (fertility * (stock + end)[:, :, 0] / 2)[..., fertile]
    born = by_sex(_children(births, child_share, nationals), boys_per_girl, start.shape[-2])
    newborn, q, c = (array[..., NEWBORN] for array in (end, death, acquire))
    lost = born * leave[..., NEWBORN]
    moved = _change(born * c, nationals)
    early = q * (born * (1 - UNDER_ONE * (leave[..., NEWBORN] + c)) + UNDER_ONE * (come[..., NEWBORN] + c))
    deaths[..., NEWBORN], out[..., NEWBORN], changed[..., NEWBORN] = early, lost, moved
    newborn[...] = born - early - lost + moved + come[..., NEWBORN] + net[..., NEWBORN]
    return Step(end, births, born, deaths, come + moved_in, out + moved_out, net, changed, np.zeros_like(start))


def _next_row(death: Floats) -> Floats:
    return np.concatenate([death[..., 1:], death[..., -1:]], axis=-1)


def _change(leaving: Floats, nationals: int | None) -> Floats:
    changed: Floats = -leaving
    if nationals is not None:
        changed[nationals] += leaving.sum(axis=0)
    return changed


def _children(births: Floats, child_share: Floats, nationals: int | None) -> Floats:
    """Sum births [G, M, A] to children by their own group [G, M]."""
    given = births * child_share if nationals is not None else np.zeros_like(births)
    if nationals is not None:
        given[nationals] = 0
    children: Floats = (births - given).sum(axis=-1)
    if nationals is not None:
        children[nationals] += given.sum(axis=(0, -1))
    return children
