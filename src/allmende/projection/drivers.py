"""What nobody knows: how fertility, mortality and migration of nation, district, municipality and unit will wander."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from allmende.errors import AllmendeError
from allmende.projection.chance import place_key, scenario_keys
from allmende.projection.layout import Chances
from allmende.projection.model import Floats, Model

COMPONENTS = ("fertility", "mortality", "leaving", "arriving")
LEVELS = ("nation", "district", "municipality", "unit")


@dataclass(frozen=True, slots=True, eq=False)
class Drivers:
    """How the rates of a scenario wander around the central ones.

    The log of the factor on a component's rates in unit u is a sum over the nation, u's district (the first five digits of its
    municipality), its municipality and u itself. Each term is an AR(1) that starts at 0 in the base year:

        x(t) = persistence · x(t - 1) + spread · innovation,  innovations of the four components correlated

    so the median factor is 1. To this comes what is not known of the levels that rates start from: a term for each
    municipality and each unit that stays the same in all years. Probabilities above 1 stop at 1. `noise` adds what chance
    does to few people, and the variance of a protected start. "Arriving" acts on arrivals from outside and on the unit's
    share of the pool, whose sum stays.
    """

    spread: Floats  # [4 levels, 4 components] standard deviation of a year's innovation of the log
    persistence: Floats  # [4 levels, 4 components] 0 … 1; 1 is a random walk
    correlation: Floats  # [4 components, 4 components]
    noise: bool = True
    town_level: Floats = field(default_factory=lambda: np.zeros((0, 4)))
    """[Z or 0, 4 components] standard deviation of the log of a municipality's level, in the model's order; 0 rows: known."""
    unit_level: Floats = field(default_factory=lambda: np.zeros((0, 4)))
    """[M or 0, 4 components] the same for each unit within its municipality."""

    def __post_init__(self) -> None:
        for name in ("spread", "persistence", "correlation"):
            array = np.array(getattr(self, name), dtype=np.float64)
            if array.shape != (4, 4) or not np.isfinite(array).all():
                raise AllmendeError(f"The drivers' {name} has the shape {array.shape}.", where=name, expected="4 × 4 numbers")
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        for name in ("town_level", "unit_level"):
            array = np.array(getattr(self, name), dtype=np.float64).reshape(-1, 4)
            if not (array >= 0).all():
                raise AllmendeError(
                    "What is not known of a level cannot be below 0.", where=name, expected="deviations of 0 or more"
                )
            array.flags.writeable = False
            object.__setattr__(self, name, array)
        _check_drivers(self)


def still_drivers() -> Drivers:
    """Return drivers that move nothing: every draw is the central path."""
    return Drivers(np.zeros((4, 4)), np.zeros((4, 4)), np.eye(4), noise=False)


def drivers(
    spread: Mapping[str, Mapping[str, float]],
    persistence: Mapping[str, Mapping[str, float]],
    correlation: Mapping[str, float] | None = None,
    *,
    levels: Mapping[str, Sequence[Sequence[float]]] | None = None,
    noise: bool = True,
) -> Drivers:
    """Make drivers from tables by name, as they stand in a parameter file; what is not named is 0.

    `correlation` names pairs: {"leaving-arriving": 0.4}. `levels` has a row of four deviations for every municipality
    ("municipality") and for every unit ("unit") of a model, in its order.

    >>> drivers({"nation": {"fertility": 0.03}}, {"nation": {"fertility": 0.9}}).spread[0].tolist()
    [0.03, 0.0, 0.0, 0.0]
    """
    matrix = np.eye(4)
    for pair, value in (correlation or {}).items():
        one, _, other = pair.partition("-")
        i, j = _position(one, COMPONENTS), _position(other, COMPONENTS)
        matrix[i, j] = matrix[j, i] = value
    rows = {level: np.array((levels or {}).get(level, ()), dtype=np.float64).reshape(-1, 4) for level in LEVELS[2:]}
    return Drivers(_table(spread), _table(persistence), matrix, noise, rows["municipality"], rows["unit"])


def chances(model: Model, drivers: Drivers, seed: int, draws: int) -> Chances:
    """Lay drivers out for the kernel: keys of scenarios and places, and how innovations mix.

    Raises `AllmendeError` for levels of another number of places than the model has.
    """
    towns = model.municipalities
    for rows, places in ((drivers.town_level, towns), (drivers.unit_level, model.units)):
        if len(rows) not in (0, len(places)):
            raise AllmendeError(f"There are levels of {len(rows)} places for {len(places)}.", expected="one row a place")
    districts = tuple(sorted({ags[:5] for ags in towns}))
    root = np.linalg.cholesky(drivers.correlation)

    def keys(level: str, names: tuple[str, ...]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
        return np.array([place_key(level, name) for name in names], dtype=np.uint64)

    return Chances(
        scenarios=scenario_keys(seed, draws),
        nation=keys("nation", ("",)),
        districts=keys("district", districts),
        municipalities=keys("municipality", towns),
        units=keys("unit", model.units),
        district_of=np.array([districts.index(ags[:5]) for ags in towns], dtype=np.int64),
        active=np.array([row.any() for row in drivers.spread], dtype=np.int64),
        mix=drivers.spread[:, :, None] * root[None],
        persistence=np.array(drivers.persistence),
        town_level=np.array(drivers.town_level),
        unit_level=np.array(drivers.unit_level),
    )


def _table(named: Mapping[str, Mapping[str, float]]) -> Floats:
    table = np.zeros((4, 4))
    for level, row in named.items():
        for component, value in row.items():
            table[_position(level, LEVELS), _position(component, COMPONENTS)] = value
    return table


def _position(name: str, names: tuple[str, ...]) -> int:
    if name not in names:
        raise AllmendeError(f"Drivers know no {name!r}.", expected=f"one of {', '.join(names)}")
    return names.index(name)


def _check_drivers(drivers: Drivers) -> None:
    for at, (level, component) in enumerate((level, component) for level in LEVELS for component in COMPONENTS):
        spread, kept = drivers.spread.flat[at], drivers.persistence.flat[at]
        if spread < 0 or not 0 <= kept <= 1:
            raise AllmendeError(
                f"The drivers of {component} have spread {spread:g} and persistence {kept:g}.",
                where=level,
                expected="a spread of at least 0 and a persistence from 0 to 1",
            )
    matrix = drivers.correlation
    if not np.allclose(matrix, matrix.T) or not np.allclose(np.diag(matrix), 1):
        raise AllmendeError("The correlation of the components is not symmetric with ones on its diagonal.")
    if np.linalg.eigvalsh(matrix).min() < 1e-9:
        raise AllmendeError("The correlation of the components contradicts itself.", expected="a positive definite matrix")
