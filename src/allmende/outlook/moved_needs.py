"""What levers do to the need of one area: the needs of the look ahead, moved as far as the same futures move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from allmende.needs.balance import LEVELS, quantiles
from allmende.needs.demand import People, compute_need, group_units
from allmende.needs.services import Floats, Service
from allmende.outlook.fans import stretch
from allmende.outlook.needs import ServiceNeeds, quota_generator
from allmende.outlook.services import needed_bands
from allmende.outlook.weighing import band_of
from allmende.projection.draws import Draws
from allmende.projection.widths import Widths

DIFFERENCE = (0.1, 0.5, 0.9)
"""Quantiles of the difference that levers make."""
EQUAL = 1e-9
HERE = ("here",)


@dataclass(frozen=True, slots=True, eq=False)
class MovedNeeds:
    """Need of a service in one area under levers, for years `Y` and parts `P`, in the service's unit.

    `before` and `need` are the quantiles `[Q, Y, P]` (`LEVELS`) without and with the levers, `more [3, Y, P]` the difference
    (`DIFFERENCE`), `capacity [Y, P]`; `short_before` and `short [Y, P]` the probability that the capacity does not do.
    """

    years: tuple[int, ...]
    before: Floats
    need: Floats
    more: Floats
    capacity: Floats
    short_before: Floats
    short: Floats


def people_of_area(drawn: Draws, row: NDArray[np.float32], widths: Widths, services: Sequence[Service]) -> People:
    """Return the people of one area in every future, by the ages that services ask for, as widely spread as the past taught.

    `row [M]` says which units the area is made of.
    """
    spans, names = needed_bands(services), [band.name for band in drawn.bands]
    chosen = [names.index(band_of(span).name) for span in spans]
    return People(stretch(drawn, widths, row[None, :])[..., chosen].astype(np.float64), drawn.years, HERE, spans)


def move_needs(needs: ServiceNeeds, geography: str, area: str, before: People, after: People, *, seed: int) -> MovedNeeds:
    """Move the needs of an area by what levers change, from its people without and with them in the same futures.

    Published needs rest on more futures than a page can draw, so quantiles and probabilities are the published ones plus the
    difference in these futures: without levers exactly the published ones.
    """
    balance = needs.areas[geography].balance
    at = balance.catchments.index(area)
    need_before, need_after = (_need(needs.service, people, seed) for people in (before, after))
    moved = quantiles(need_after, LEVELS) - quantiles(need_before, LEVELS)
    capacity, published = balance.capacity[:, at], balance.need[:, :, at]
    shorter = (need_after > capacity + EQUAL).mean(axis=0) - (need_before > capacity + EQUAL).mean(axis=0)
    return MovedNeeds(
        years=balance.years,
        before=published,
        need=np.maximum(np.maximum.accumulate(published + moved), 0),
        more=quantiles(need_after - need_before, DIFFERENCE),
        capacity=capacity,
        short_before=balance.probability[:, at],
        short=np.clip(balance.probability[:, at] + shorter, 0, 1),
    )


def _need(service: Service, people: People, seed: int) -> Floats:
    """Return the need of every future `[S, Y, P]`, on the key dates of every year but the first."""
    return compute_need(people, service, group_units(HERE, HERE), quota_generator(seed, service)).value[:, :, 0]
