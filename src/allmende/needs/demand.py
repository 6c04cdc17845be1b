"""Need: people of an age on the key date times the quota of that age, scenario by scenario."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from allmende.errors import AllmendeError
from allmende.needs.services import Floats, Part, Quota, Service, Span


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Draws of a projection as needs want them.

    `value [S, Y, U, K]` persons at 31.12. of `years` (consecutive) in `units`, by `spans` (ages of one sex or of all).
    """

    value: Floats
    years: tuple[int, ...]
    units: tuple[str, ...]
    spans: tuple[Span, ...]

    def __post_init__(self) -> None:
        expected = (len(self.years), len(self.units), len(self.spans))
        if self.value.ndim != 4 or self.value.shape[1:] != expected:
            raise ValueError(f"people have shape {self.value.shape}; expected (draws, {', '.join(map(str, expected))})")

    def of(self, service: Service) -> People:
        """Return the people of the service's spans alone. Raises `AllmendeError` if some of its spans are lacking."""
        if service.spans() == self.spans:
            return self
        lacking = [span for span in service.spans() if span not in self.spans]
        if lacking:
            raise AllmendeError(
                f"The need for {service.id!r} cannot be computed: the projection lacks ages.",
                where=", ".join(map(str, lacking)),
                expected="people of every span of ages that has a quota",
                todo="Draw the spans that the service names.",
            )
        chosen = [self.spans.index(span) for span in service.spans()]
        return People(self.value[..., chosen], self.years, self.units, service.spans())


@dataclass(frozen=True, slots=True, eq=False)
class Catchments:
    """Areas that are planned together; `share [C, U]` says which part of a unit's people belongs to which."""

    names: tuple[str, ...]
    units: tuple[str, ...]
    share: Floats

    def __post_init__(self) -> None:
        if self.share.shape != (len(self.names), len(self.units)):
            raise ValueError(
                f"shares have shape {self.share.shape}; expected {len(self.names)} catchments by {len(self.units)} units"
            )
        if (self.share < 0).any() or not np.allclose(self.share.sum(axis=0), 1, atol=1e-9):
            unit = self.units[int(np.argmax(np.abs(self.share.sum(axis=0) - 1)))]
            raise AllmendeError(
                f"The people of {unit} are not shared out between the catchments.",
                expected="parts from 0 to 1 that sum to 1",
                todo="Give every unit a catchment.",
            )


def group_units(units: Sequence[str], catchment_of: Sequence[str]) -> Catchments:
    """Put every unit into one catchment by name, in the order in which the names come first.

    >>> group_units(["a1", "a2", "b"], ["A", "A", "B"]).share.tolist()
    [[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    """
    names = tuple(dict.fromkeys(catchment_of))
    share = np.zeros((len(names), len(units)))
    share[[names.index(name) for name in catchment_of], np.arange(len(units))] = 1
    return Catchments(names, tuple(units), share)


@dataclass(frozen=True, slots=True, eq=False)
class Need:
    """Need of a service: `value [S, Y, C, P]` for each draw, year, catchment and part it is told of (`Service.told`)."""

    service: Service
    years: tuple[int, ...]
    catchments: tuple[str, ...]
    value: Floats


def count_people(people: People, service: Service, catchments: Catchments) -> Floats:
    """Count the people of each of the service's spans of ages on its key date: `[S, Y, C, K]`, every year but the first.

    On a day when the part `f` of the year has passed, the people of age `a` are `(1 - f) P_a(t - 1) + f P_a(t)`: of those
    who complete `a` in year `t`, the part `f` has had its birthday, and of those a year older the part `1 - f` has none yet.
    (Birthdays spread evenly over the year; nobody dies or moves between.) So it is for spans of ages.

    Raises `AllmendeError` if the people lack ages that the service needs.
    """
    if people.units != catchments.units:
        raise ValueError("people and catchments name different units")
    chosen = people.of(service).value
    gathered = np.moveaxis(np.tensordot(catchments.share, chosen, axes=(1, 2)), 0, 2)
    passed = service.elapsed()
    on_day: Floats = (1 - passed) * gathered[:, :-1] + passed * gathered[:, 1:]
    return on_day


def compute_need(people: People, service: Service, catchments: Catchments, rng: np.random.Generator) -> Need:
    """Compute the need of every draw on the key date of every year but the first.

    A quota's level is drawn once a scenario, log-normal with mean 1, so that a quota that is wrong is wrong in all years.

    Raises `AllmendeError` if a quota is missing or the people lack ages that the service needs.
    """
    return apply_quotas(count_people(people, service, catchments), service, people.years[1:], catchments.names, rng)


def apply_quotas(
    counted: Floats, service: Service, years: tuple[int, ...], catchments: tuple[str, ...], rng: np.random.Generator
) -> Need:
    """Compute the need of people who were counted already (`count_people`), as `compute_need` does."""
    if service.missing():
        raise AllmendeError(
            f"The need for {service.id!r} cannot be computed: no source gives these quotas.",
            where="; ".join(service.missing()),
            expected="values with source and date",
            todo="Write them into the region's own service file.",
        )
    value = np.stack([_part_need(counted, service.spans(), part, years, rng) for part in service.parts], axis=-1)
    return Need(service, years, catchments, service.with_classes(value, up=True))


def _part_need(people: Floats, spans: tuple[Span, ...], part: Part, years: tuple[int, ...], rng: np.random.Generator) -> Floats:
    total = np.zeros(people.shape[:3])
    for quota in part.quotas:
        level = _levels(quota, len(people), rng)
        total += people[..., spans.index(quota.span)] * quota.at(years)[None, :, None] * level[:, None, None]
    return total


def _levels(quota: Quota, draws: int, rng: np.random.Generator) -> Floats:
    if not quota.spread:
        return np.ones(draws)
    sigma = np.sqrt(np.log1p(quota.spread**2))
    level: Floats = np.exp(sigma * rng.standard_normal(draws) - sigma**2 / 2)
    return level
