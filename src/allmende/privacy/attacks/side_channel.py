"""Attack A4, the consistency side channel: a published difference between two areas proves that a sliver is inhabited."""

from __future__ import annotations

from dataclasses import dataclass

from allmende.privacy.attacks.noise import add, spread
from allmende.privacy.protection import Protection
from allmende.privacy.ptable import PTable


@dataclass(frozen=True, slots=True)
class SideChannel:
    """Chances that two large areas that differ by k persons are published with the same value, for k from 1.

    Areas of the same people always are: a difference of 0 leaves doubt only as far as these chances go. This is the price of
    consistency; the remedy is to publish no two nearly equal areas.
    """

    unseen: tuple[float, ...]


def assess_side_channel(protection: Protection, *, largest: int = 5) -> SideChannel:
    """Compute P(difference 0 | sliver of k) = Σ p_i p_j over v_i - v_j = k, for k = 1 … largest, for large areas.

    Where rows repeat (rounding), the average over the larger area's place in the period.
    """
    table = protection.table
    sizes = range(len(table.rows), len(table.rows) + table.period)
    return SideChannel(tuple(sum(_unseen(table, n, k) for n in sizes) / table.period for k in range(1, largest + 1)))


def _unseen(table: PTable, n: int, k: int) -> float:
    smaller, larger = spread(table.row(n)), spread(table.row(n + k), -1)
    return add([smaller, larger]).at(k)
