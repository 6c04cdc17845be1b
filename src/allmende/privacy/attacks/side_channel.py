"""Attack A4, the consistency side channel: a published difference between two areas proves that a sliver is inhabited."""

from __future__ import annotations

from dataclasses import dataclass

from allmende.privacy.attacks.noise import add, spread
from allmende.privacy.protection import Protection


@dataclass(frozen=True, slots=True)
class SideChannel:
    """Chances that two large areas that differ by k persons are published with the same value, for k from 1.

    Areas of the same people always are: a difference of 0 leaves doubt only as far as these chances go. This is the price of
    consistency; the remedy is to publish no two nearly equal areas.
    """

    unseen: tuple[float, ...]


def assess_side_channel(protection: Protection, *, largest: int = 5) -> SideChannel:
    """Compute P(difference 0 | sliver of k) = Σ p_i p_j over v_i - v_j = k, for k = 1 … largest, from the last row."""
    row = protection.table.rows[-1]
    difference = add([spread(row), spread(row, -1)])
    return SideChannel(tuple(difference.at(k) for k in range(1, largest + 1)))
