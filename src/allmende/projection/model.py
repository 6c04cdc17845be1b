"""The model of a region: who lives there, at which rates they die, give birth and move, and where movers go."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError
from allmende.projection import soundness

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

FEMALE, MALE = 0, 1
INSIDE, COUNTRY, ABROAD = 0, 1, 2
"""Levels of migration: between units of the region, from and to the rest of the country, from and to abroad."""


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """Where movers inside the region go, as far as it is known by pairs of municipalities; the others go to the pool.

    Of the movers of class `x` who leave a unit of municipality `origin[i]`, the part `share[x, i]` goes to municipality
    `destination[i]` and settles there as the pool settles there. Origin and destination may be the same municipality: these
    are its moves between Ortsteile. What the shares of an origin leave over goes to the pool of the whole region.
    """

    origin: Ints  # [n] positions in `Model.municipalities`
    destination: Ints  # [n]
    share: Floats  # [X, n]

    def __post_init__(self) -> None:
        _freeze(self)


@dataclass(frozen=True, slots=True, eq=False)
class Builds:
    """New dwellings as people: who lives in them at the end of the year, and where these people lived before.

    The part `from_region[i]` of the arrivals is taken from people of the same age, sex and group who live in the municipalities
    `origins[i]` (weights that sum to 1); the others come from outside. `removed` people a year lose their home in
    the unit (demolition), in proportion to who lives there; the part `from_region[i]` of them moves inside the region.
    """

    unit: Ints  # [n] positions in `Model.units`
    arrivals: Floats  # [n, T, G, 2, A] persons by age at the start of the year
    removed: Floats  # [n, T] persons
    from_region: Floats  # [n]
    origins: Floats  # [n, Z] Z = len(Model.municipalities)

    def __post_init__(self) -> None:
        _freeze(self)


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """All that a regional projection needs, checked once when it is made.

    Axes: year `T`, group `G`, unit `M`, sex 2 (0 female, 1 male), age `A` (the last is open), class of ages `X`, level of
    migration (0 inside the region, 1 rest of the country, 2 abroad). Ages of rates are ages at the start of the year.
    Arrays are float64, C-contiguous and read-only. A wrong shape, NaN, a negative number, a probability above 1 or shares
    that do not sum to 1 raise `AllmendeError` naming the field and the place.
    """

    units: tuple[str, ...]  # M keys: Ortsteile, or a municipality that has none
    parents: tuple[str, ...]  # M: AGS of each unit's municipality; its first five digits are the district of the drivers
    groups: tuple[str, ...]
    base_year: int  # the stock is that of 31.12. of this year
    start: Floats  # [G, M, 2, A] persons, without those held apart
    start_variance: Floats  # [G, M, 2, A] variance of `start`, from the protection of the input; 0 where it is exact
    special_kinds: tuple[str, ...]  # H names: "students", "barracks", "homes", "asylum"
    special: Floats  # [H, G, M, 2, A] persons held apart: no rate acts on them
    special_share: Floats  # [T + 1, H, M] part of them that is there at the end of each year, the base year first
    death: Floats  # [T, G, 2, A] probability of dying before the next 31.12.
    newborn_death: Floats  # [T, G, 2] of dying before the first 31.12.
    death_factor: Floats  # [T, M]
    birth: Floats  # [T, G, A] births per woman and year
    birth_factor: Floats  # [T, M]
    boys_per_girl: float
    child_group: Floats  # [G, G] part of the children of mothers of group i who belong to group j
    age_class: Ints  # [A] class of each age for shares and leave factors, 0 … X - 1
    leave: Floats  # [T, 3, G, 2, A] probability of leaving; inside the region: of those who are alive and still there
    leave_factor: Floats  # [T, 3, X, M]
    arrive: Floats  # [T, 2, G, 2, A] persons who come into the region from the rest of the country and from abroad
    arrive_factor: Floats  # [T, 2, M] 1, unless a lever acts on one unit only
    share: Floats  # [T, 3, X, M] how movers inside, arrivals from the country and from abroad settle; sums to 1 over M
    flows: Flows
    change: Floats  # [T, G, G, 2, A] probability to change from group i to group j at the end of the year; diagonal 0
    builds: Builds
    trend_dwellings: Floats  # [M] new dwellings a year in the base period: their people are already in the rates
    classes: int = field(init=False)  # X

    def __post_init__(self) -> None:
        _freeze(self)
        object.__setattr__(self, "classes", self.share.shape[2] if self.share.ndim == 4 else 0)
        check(self)

    @property
    def steps(self) -> int:
        """The number of years the model can look ahead (T)."""
        return int(self.death.shape[0])

    @property
    def years(self) -> tuple[int, ...]:
        """The T + 1 years of the results, the base year first."""
        return tuple(range(self.base_year, self.base_year + self.steps + 1))

    @property
    def municipalities(self) -> tuple[str, ...]:
        """The Z municipalities of the units in the order of their keys: what `Flows` and `Builds.origins` point into."""
        return tuple(sorted(set(self.parents)))

    @property
    def home(self) -> Ints:
        """The position of each unit's municipality in `municipalities` [M]."""
        position = {ags: at for at, ags in enumerate(self.municipalities)}
        return np.array([position[ags] for ags in self.parents], dtype=np.int64)


def no_flows(classes: int) -> Flows:
    """Return flows for a region whose movers all go through the pool."""
    return Flows(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((classes, 0)))


def no_builds(steps: int, groups: int, ages: int, municipalities: int) -> Builds:
    """Return the builds of a region where nobody builds beyond the trend."""
    empty = np.zeros(0)
    arrivals = np.zeros((0, steps, groups, 2, ages))
    return Builds(np.zeros(0, np.int64), arrivals, np.zeros((0, steps)), empty, np.zeros((0, municipalities)))


def still_model(
    start: Floats,
    *,
    units: tuple[str, ...],
    parents: tuple[str, ...],
    groups: tuple[str, ...] = ("all",),
    base_year: int,
    steps: int,
) -> Model:
    """Return a region where nobody dies, gives birth or moves; `dataclasses.replace` puts in what is known.

    `start` is [G, M, 2, A]. All ages are of one class, and movers would settle evenly.

    >>> model = still_model(np.ones((1, 2, 2, 101)), units=("a.1", "a.2"), parents=("a", "a"), base_year=2024, steps=30)
    >>> model.years[-1], model.municipalities, model.share.shape
    (2054, ('a',), (30, 3, 1, 2))
    """
    g, m, _, a = start.shape
    return Model(
        units=units,
        parents=parents,
        groups=groups,
        base_year=base_year,
        start=start,
        start_variance=np.zeros_like(start),
        special_kinds=(),
        special=np.zeros((0, g, m, 2, a)),
        special_share=np.zeros((steps + 1, 0, m)),
        death=np.zeros((steps, g, 2, a)),
        newborn_death=np.zeros((steps, g, 2)),
        death_factor=np.ones((steps, m)),
        birth=np.zeros((steps, g, a)),
        birth_factor=np.ones((steps, m)),
        boys_per_girl=1.05,
        child_group=np.eye(g),
        age_class=np.zeros(a, np.int64),
        leave=np.zeros((steps, 3, g, 2, a)),
        leave_factor=np.ones((steps, 3, 1, m)),
        arrive=np.zeros((steps, 2, g, 2, a)),
        arrive_factor=np.ones((steps, 2, m)),
        share=np.full((steps, 3, 1, m), 1 / m),
        flows=no_flows(1),
        change=np.zeros((steps, g, g, 2, a)),
        builds=no_builds(steps, g, a, len(set(parents))),
        trend_dwellings=np.zeros(m),
    )


def check(model: Model) -> None:
    """Raise `AllmendeError` unless every array has its shape and every number can be what it says."""
    if model.start.ndim != 4 or model.start.shape[2] != 2 or model.death.ndim != 4:
        raise AllmendeError(
            "The start of a projection has the wrong axes.",
            where=f"start {model.start.shape}, death {model.death.shape}",
            expected="start [group, unit, 2 sexes, age] and death [year, group, 2 sexes, age]",
        )
    names = soundness.Names(model.units, model.groups, model.base_year)
    soundness.check_places(model.units, model.parents, model.groups)
    for name, (axes, array) in _arrays(model).items():
        soundness.check_shape(name, array, axes, _sizes(model))
        soundness.check_numbers(name, array, axes, names)
    _check_probabilities(model, names)
    _check_shares(model, names)
    _check_places_of_flows(model)


def _sizes(model: Model) -> dict[str, int]:
    groups, units, _, ages = model.start.shape
    return {
        "T": model.death.shape[0],
        "T+1": model.death.shape[0] + 1,
        "G": groups,
        "M": units,
        "sex": 2,
        "A": ages,
        "H": len(model.special_kinds),
        "X": model.classes,
        "L": 3,
        "W": 2,
        "Z": len(set(model.parents)),
        "n flows": len(model.flows.origin),
        "n builds": len(model.builds.unit),
        "len units": len(model.units),
    }


def _arrays(model: Model) -> dict[str, tuple[str, NDArray[np.float64] | NDArray[np.int64]]]:
    return {
        "start": ("G M sex A", model.start),
        "start_variance": ("G M sex A", model.start_variance),
        "special": ("H G M sex A", model.special),
        "special_share": ("T+1 H M", model.special_share),
        "death": ("T G sex A", model.death),
        "newborn_death": ("T G sex", model.newborn_death),
        "death_factor": ("T M", model.death_factor),
        "birth": ("T G A", model.birth),
        "birth_factor": ("T M", model.birth_factor),
        "child_group": ("G G", model.child_group),
        "age_class": ("A", model.age_class),
        "leave": ("T L G sex A", model.leave),
        "leave_factor": ("T L X M", model.leave_factor),
        "arrive": ("T W G sex A", model.arrive),
        "arrive_factor": ("T W M", model.arrive_factor),
        "share": ("T L X M", model.share),
        "flows.origin": ("n_flows", model.flows.origin),
        "flows.destination": ("n_flows", model.flows.destination),
        "flows.share": ("X n_flows", model.flows.share),
        "change": ("T G G sex A", model.change),
        "builds.unit": ("n_builds", model.builds.unit),
        "builds.arrivals": ("n_builds T G sex A", model.builds.arrivals),
        "builds.removed": ("n_builds T", model.builds.removed),
        "builds.from_region": ("n_builds", model.builds.from_region),
        "builds.origins": ("n_builds Z", model.builds.origins),
        "trend_dwellings": ("M", model.trend_dwellings),
    }


def _check_probabilities(model: Model, names: soundness.Names) -> None:
    most = soundness.check_at_most_one
    most("newborn_death", model.newborn_death, "T G sex", names)
    worst_death = model.death * model.death_factor.max(axis=1, initial=0)[:, None, None, None]
    most("death × the largest death_factor", worst_death, "T G sex A", names)
    worst = model.leave * model.leave_factor.max(axis=3, initial=0)[:, :, model.age_class][:, :, None, None]
    most("leave inside the region × the largest leave_factor", worst[:, INSIDE], "T G sex A", names)
    most("leave to the country and abroad × the largest leave_factor", worst[:, 1:].sum(axis=1), "T G sex A", names)
    most("change to all other groups", model.change.sum(axis=2), "T G sex A", names)
    most("special_share", model.special_share, "T+1 H M", names)
    most("builds.from_region", model.builds.from_region, "n_builds", names)
    if not model.boys_per_girl > 0:
        raise AllmendeError(f"boys_per_girl is {model.boys_per_girl}.", expected="a number above 0, about 1.05")
    if np.einsum("tiisa->", model.change):
        raise AllmendeError("Somebody changes to the group they belong to.", where="change", expected="0 on the diagonal")


def _check_shares(model: Model, names: soundness.Names) -> None:
    soundness.check_sums_to_one("share", model.share, "T L X M", names)
    soundness.check_sums_to_one("child_group", model.child_group, "G G", names)
    if model.builds.from_region.any():
        soundness.check_sums_to_one("builds.origins", model.builds.origins, "n_builds Z", names)
    direct = np.zeros((len(set(model.parents)), model.classes))
    np.add.at(direct, model.flows.origin, model.flows.share.T)
    soundness.check_at_most_one("flows.share of one origin", direct, "Z X", names)


def _check_places_of_flows(model: Model) -> None:
    inside = {
        "age_class": (model.age_class, model.classes),
        "flows.origin": (model.flows.origin, len(set(model.parents))),
        "flows.destination": (model.flows.destination, len(set(model.parents))),
        "builds.unit": (model.builds.unit, len(model.units)),
    }
    for name, (positions, size) in inside.items():
        if positions.size and positions.max() >= size:
            raise AllmendeError(f"{name} points to {positions.max()}.", where=name, expected=f"a position from 0 to {size - 1}")
    room = np.zeros((len(set(model.parents)), model.steps, model.classes))
    np.add.at(room, model.home, np.moveaxis(model.share[:, INSIDE], -1, 0))
    for at in np.unique(model.flows.destination[(model.flows.share > 0).any(axis=0)]):
        if (room[at] <= 0).any():
            raise AllmendeError(
                f"Movers go to {model.municipalities[at]}, where no unit takes a share of the pool.",
                where="flows.destination",
                expected="a share above 0 in every year and class of ages for some unit of a municipality that movers go to",
            )


def _freeze(owner: object) -> None:
    """Hold every array as a read-only, C-contiguous one of float64 or int64."""
    for entry in fields(owner):  # type: ignore[arg-type]
        value = getattr(owner, entry.name, None)
        if isinstance(value, np.ndarray):
            kind = np.int64 if np.issubdtype(value.dtype, np.integer) else np.float64
            array = np.ascontiguousarray(value, dtype=kind)
            if array.flags.writeable:
                array = array.copy() if array is value else array
                array.flags.writeable = False
            object.__setattr__(owner, entry.name, array)
