"""What a planner can move: rates, life expectancy, the split between places, new estates, places that close.

Levers are plain data: `read_levers` takes the dictionary that travels as JSON, `write_levers` gives it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from typing import Any, get_type_hints

from allmende.errors import AllmendeError

RATES = ("fertility", "mortality", "leave_inside", "leave_country", "leave_abroad", "arrive_country", "arrive_abroad")


@dataclass(frozen=True, slots=True)
class Change:
    """Multiply a rate, from `first_year` on more and more until `full_year`, in some units (all if none is named)."""

    rate: str  # one of RATES
    factor: float
    first_year: int
    full_year: int
    units: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Longevity:
    """Let life expectancy at birth (mean of women and men) be `years` longer than in the model, from `full_year` on."""

    years: float
    first_year: int
    full_year: int


@dataclass(frozen=True, slots=True)
class Split:
    """Make a unit more or less attractive: multiply its share of those who come, and let the other shares give way."""

    unit: str
    factor: float
    first_year: int
    full_year: int


@dataclass(frozen=True, slots=True)
class Estate:
    """New dwellings, or (with a negative number) dwellings that are torn down.

    `pattern` says how old the people of a new dwelling are: the share of ages from `low` to the next `low`, women and men
    alike (the last share runs to the open age; end it with a pair of share 0); without a pattern they are as old as the
    people of the unit. `from_region` of them move there from inside the region.
    """

    unit: str
    first_year: int
    last_year: int
    dwellings: float  # a year
    occupancy: float  # persons per dwelling
    from_region: float
    pattern: tuple[tuple[int, float], ...] = ()  # (lowest age, share of the people); shares sum to 1


@dataclass(frozen=True, slots=True)
class Closing:
    """A special population leaves a unit: what `kind` names is not there any more at the end of `year`."""

    unit: str
    kind: str
    year: int
    part: float = 1.0


@dataclass(frozen=True, slots=True)
class Levers:
    """Everything that one scenario moves; `apply` makes the model that follows."""

    changes: tuple[Change, ...] = ()
    longevity: tuple[Longevity, ...] = ()
    splits: tuple[Split, ...] = ()
    estates: tuple[Estate, ...] = ()
    closings: tuple[Closing, ...] = ()


_KINDS: dict[str, type[Any]] = {
    "changes": Change,
    "longevity": Longevity,
    "splits": Split,
    "estates": Estate,
    "closings": Closing,
}


def read_levers(data: Any) -> Levers:
    """Read levers from a dictionary as JSON holds it; whatever it does not know is an error in words.

    >>> levers = read_levers({"estates": [{"unit": "07131001", "first_year": 2027, "last_year": 2030, "dwellings": 20,
    ...                                    "occupancy": 2.6, "from_region": 0.5}]})
    >>> levers.estates[0].dwellings
    20.0
    >>> read_levers(write_levers(levers)) == levers
    True
    """
    if not isinstance(data, Mapping) or not set(data) <= set(_KINDS):
        unknown = ", ".join(sorted(map(str, set(data) - set(_KINDS)))) if isinstance(data, Mapping) else type(data).__name__
        raise AllmendeError(f"Levers know no {unknown}.", expected=f"a dictionary of {', '.join(_KINDS)}")
    return Levers(**{name: tuple(_entry(name, at, entry) for at, entry in enumerate(_list(name, data[name]))) for name in data})


def write_levers(levers: Levers) -> dict[str, list[dict[str, Any]]]:
    """Return levers as plain data for JSON; kinds that move nothing are left out."""
    return {name: [asdict(entry) for entry in getattr(levers, name)] for name in _KINDS if getattr(levers, name)}


def _list(name: str, value: Any) -> Sequence[Any]:
    if isinstance(value, list | tuple):
        return value
    raise AllmendeError(f"{name} is {type(value).__name__}.", where=name, expected="a list")


def _entry(name: str, at: int, entry: Any) -> Any:
    kind, where = _KINDS[name], f"{name}, number {at + 1}"
    wanted = {field.name for field in fields(kind)}
    needed = {field.name for field in fields(kind) if field.default is MISSING}
    if not isinstance(entry, Mapping) or not needed <= set(entry) <= wanted:
        told = ", ".join(sorted(map(str, entry))) if isinstance(entry, Mapping) else repr(entry)
        raise AllmendeError(f"This is not one of the {name}: {told}.", where=where, expected=f"{', '.join(sorted(needed))}")
    types = get_type_hints(kind)
    return kind(**{field: _value(entry[field], types[field], f"{where}, {field}") for field in entry})


def _value(value: Any, kind: Any, where: str) -> Any:
    if kind is float and isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf"):
        return float(value)
    if kind is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if kind is str and isinstance(value, str):
        return value
    if kind == tuple[str, ...] and isinstance(value, list | tuple) and all(isinstance(part, str) for part in value):
        return tuple(value)
    if kind == tuple[tuple[int, float], ...] and isinstance(value, list | tuple) and all(map(_is_pair, value)):
        return tuple((_value(low, int, where), _value(share, float, where)) for low, share in value)
    raise AllmendeError(f"{value!r} does not fit here.", where=where, expected=getattr(kind, "__name__", str(kind)))


def _is_pair(value: Any) -> bool:
    return isinstance(value, list | tuple) and len(value) == 2
