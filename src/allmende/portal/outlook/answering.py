"""What a scenario answers: its people beside those of the middle variant, future by future."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.outlook.folder import LEVELS
from allmende.outlook.moved_needs import MovedNeeds, move_needs, people_of_area
from allmende.outlook.needs import DISTRICT, MUNICIPALITY, REGION, ServiceNeeds
from allmende.portal.outlook.ahead import Ahead
from allmende.portal.places import Place
from allmende.projection.accounts import held_apart
from allmende.projection.draws import Draws, run_compiled
from allmende.projection.levers import Levers, read_levers, write_levers
from allmende.projection.moving import apply
from allmende.projection.step import beyond_everybody

Floats = NDArray[np.float64]

KEPT = 4
"""So many scenarios are kept drawn, so that another place or year costs nothing."""
ENDS = (0.1, 0.5, 0.9)
GEOGRAPHY = {"region": REGION, "municipality": MUNICIPALITY}
"""The geography of needs that a place of a kind belongs to; all others are districts."""


@dataclass(frozen=True, slots=True)
class Course:
    """One band of one place under a scenario.

    `quantiles` by probability, `more` the difference to the middle variant: low, middle and high (80 %), all by year.
    """

    quantiles: Mapping[float, Floats]
    more: tuple[Floats, Floats, Floats]


@dataclass(frozen=True, slots=True)
class Answer:
    """A scenario, drawn: futures [S, Y, M, K] and the central path [Y, M, 2, A].

    `beyond [T, M]`: by how many people the levers' demolition asks for more than live there, in the central path.
    """

    ahead: Ahead
    drawn: Draws
    central: Floats
    beyond: Floats

    def course(self, place: Place, band: str) -> Course:
        """Return a band of a place.

        The published quantiles of the middle variant, moved by what the levers change in the same futures: without levers
        the published ones. The difference is taken future by future, so that what is unknown to both falls out of it.
        """
        ahead, row = self.ahead, self.ahead.sums[self.ahead.row(place)]
        at = [each.name for each in self.drawn.bands].index(band)
        ours, middle = ((drawn.value[..., at] @ row.astype(np.float32)) for drawn in (self.drawn, ahead.middle))
        published = ahead.fan(place, band).quantiles
        moved = np.quantile(ours, LEVELS, axis=0) - np.quantile(middle, LEVELS, axis=0)
        ends = np.stack([published[level] for level in LEVELS]) + moved
        ordered = np.maximum(np.maximum.accumulate(ends, axis=0), 0)
        low, mid, high = np.quantile(ours - middle, ENDS, axis=0)
        return Course(dict(zip(LEVELS, ordered, strict=True)), (low, mid, high))

    def needs(self, place: Place) -> tuple[tuple[ServiceNeeds, MovedNeeds], ...]:
        """Return what the levers change in the need of every service that is planned for places of this kind."""
        ahead, geography, key = self.ahead, GEOGRAPHY.get(place.kind, DISTRICT), self.ahead.key(place)
        planned = [each for each in ahead.needs if geography in each.areas and key in each.areas[geography].balance.catchments]
        row, services = ahead.sums[ahead.row(place)].astype(np.float32), [each.service for each in planned]
        before, after = (people_of_area(drawn, row, ahead.outlook.widths, services) for drawn in (ahead.middle, self.drawn))
        seed = ahead.outlook.seed
        return tuple((each, move_needs(each, geography, key, before, after, seed=seed)) for each in planned)

    def people(self, place: Place, year: int) -> Floats:
        """Return the central path's people by sex and age [2, A]."""
        found: Floats = np.einsum(
            "m,msa->sa", self.ahead.sums[self.ahead.row(place)], self.central[self.ahead.outlook.years.index(year)]
        )
        return found

    def plain(self, places: Sequence[Place]) -> dict[str, Any]:
        """Return whole people for places and bands as plain data: what a scenario keeps when its outlook is gone."""
        found: dict[str, Any] = {"years": list(self.ahead.outlook.years), "areas": {}}
        for place in places:
            found["areas"][place.key] = {
                band.name: _plain(self.course(place, band.name)) for band in self.ahead.outlook.bands
            }  # fmt: skip
        return found


def answer(found: Ahead, levers: Levers) -> Answer:
    """Move the levers and draw.

    Raises AllmendeError where a lever goes further than the model can follow.
    """
    return _answer(found, json.dumps(write_levers(levers), sort_keys=True))


@lru_cache(maxsize=KEPT)
def _answer(found: Ahead, levers: str) -> Answer:
    model = apply(found.model, read_levers(json.loads(levers)))
    population = run_compiled(model)
    beyond = beyond_everybody(model, population - held_apart(model))
    return Answer(found, found.draw(model), population.sum(axis=1), beyond)


def _plain(course: Course) -> dict[str, list[int]]:
    named = {"middle": course.quantiles[0.5], "low": course.quantiles[0.1], "high": course.quantiles[0.9]}
    named |= dict(zip(("more_low", "more", "more_high"), course.more, strict=True))
    return {name: [round(float(value)) for value in values] for name, values in named.items()}
