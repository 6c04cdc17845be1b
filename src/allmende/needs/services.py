"""A service as data: who needs it, how much of it, as of which day, and in which steps it is offered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

KINDS = ("places", "classes", "people", "doctors", "reach")
"""Places are offered one by one, classes as wholes; people are cared for; doctors serve so many inhabitants each; what has
to be there in time (a fire engine) has a norm and no quotas."""

SEXES = ("all", "f", "m")
WHOLE = "all"
"""Id of all grades of a school together."""

OLDEST = 100
"""The last age, which is open: 100 and older."""

Words = Mapping[str, str]
"""The same words by language: de and en."""

ASSUMPTION: Words = {"de": "Annahme", "en": "assumption"}
"""How a source begins that is none, in each language."""


def is_assumption(source: Words) -> bool:
    """Say whether a source is an assumption.

    >>> is_assumption({"de": "Annahme: eigene Schätzung", "en": "assumption: own guess"}), is_assumption({})
    (True, False)
    """
    return source.get("en", "").startswith(ASSUMPTION["en"])


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """People of ages `low` to `high`, both inclusive (`OLDEST` is open), of one sex or of all."""

    low: int
    high: int
    sex: str = "all"

    def __str__(self) -> str:
        sex = "" if self.sex == "all" else f" ({self.sex})"
        return f"ages {self.low}-{self.high}{sex}" if self.high > self.low else f"age {self.low}{sex}"

    def overlaps(self, other: Span) -> bool:
        """Say whether somebody can belong to both.

        >>> Span(0, 2).overlaps(Span(2, 5, "f")), Span(0, 2, "m").overlaps(Span(2, 5, "f"))
        (True, False)
        """
        together = self.sex == other.sex or "all" in (self.sex, other.sex)
        return together and self.low <= other.high and other.low <= self.high


@dataclass(frozen=True, slots=True)
class Quota:
    """How much of the service a person of these ages needs: units per person, dated and with its source.

    `by_year` holds known values; years between them are interpolated, years outside take the nearest. `spread` is the
    relative standard deviation of its level, drawn once a scenario. A quota without values is one that no source gives:
    `required` says what the user must find out. Words (`source`, `required`) stand by language, de and en; none are empty.
    """

    span: Span
    by_year: tuple[tuple[int, float], ...]
    source: Words
    spread: float = 0.0
    required: Words = field(default_factory=dict)

    def at(self, years: Sequence[int]) -> Floats:
        """Return the quota of each year.

        >>> Quota(Span(1, 1), ((2020, 0.3), (2030, 0.5)), ASSUMPTION).at([2015, 2025, 2040]).tolist()
        [0.3, 0.4, 0.5]
        """
        known = np.array(self.by_year, dtype=np.float64)
        return np.interp(np.asarray(years, dtype=np.float64), known[:, 0], known[:, 1])


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a service that is offered by itself: the under-threes of a Kita, the first grade of a school.

    `step` is the size of what is added or closed at once (a group, a class, a practice), 1 if places come singly. `unit`
    is what it is counted in, None for the service's own.
    """

    id: str
    title: Words
    quotas: tuple[Quota, ...]
    step: float = 1.0
    step_name: Words | None = None
    step_source: Words = field(default_factory=dict)
    unit: Words | None = None


@dataclass(frozen=True, slots=True)
class Norm:
    """A time within which the service shall be reached, and what it counts from."""

    minutes: float
    source: Words
    start: str = ""
    before_driving: float = 0.0
    target: float = 1.0


@dataclass(frozen=True, slots=True)
class Service:
    """A service with its parts; ages are completed on `key_date` (month, day) of each year."""

    id: str
    kind: str
    title: Words
    unit: Words
    key_date: tuple[int, int]
    parts: tuple[Part, ...]
    norm: Norm | None = None
    notes: Words | None = None
    thresholds: tuple[tuple[str, float, Words], ...] = ()

    def whole(self) -> Part | None:
        """Return all grades of a school together, counted in classes; None for what has no several parts offered in classes."""
        if self.kind != "classes" or len(self.parts) < 2:
            return None
        quotas = tuple(quota for part in self.parts for quota in part.quotas)
        return Part(WHOLE, {"de": "alle Klassenstufen", "en": "all grades"}, quotas, unit={"de": "Klassen", "en": "classes"})

    def told(self) -> tuple[Part, ...]:
        """Return what needs are told of: every part, and after them the whole if there is one."""
        whole = self.whole()
        return (*self.parts, whole) if whole else self.parts

    def with_classes(self, value: Floats, *, up: bool) -> Floats:
        """Return values `[…, parts]` with the whole's classes after them: every grade rounded to whole ones, then summed.

        `up`: children who need a class open it; else places that do not fill a class are none.
        """
        if self.whole() is None:
            return value
        classes = value / np.array([part.step for part in self.parts])
        rounded = np.ceil(classes - 1e-9) if up else np.floor(classes + 1e-9)
        return np.concatenate([value, rounded.sum(axis=-1, keepdims=True)], axis=-1)

    def spans(self) -> tuple[Span, ...]:
        """Return the ages and sexes whose numbers the need is computed from, sorted, each once."""
        return tuple(sorted({quota.span for part in self.parts for quota in part.quotas}))

    def elapsed(self) -> float:
        """Return the part of a year that has passed at the end of the key date."""
        return date(2001, *self.key_date).timetuple().tm_yday / 365

    def missing(self) -> tuple[str, ...]:
        """Return what a user must still find out, in words; empty if the service can be computed."""
        return tuple(
            f"{part.id}, {quota.span}: {quota.required['en']}"
            for part in self.parts
            for quota in part.quotas
            if not quota.by_year
        )

    def assumptions(self) -> tuple[str, ...]:
        """Return the parts and ages whose quota or step rests on an assumption."""
        found = [f"{p.id}, {q.span}" for p in self.parts for q in p.quotas if is_assumption(q.source)]
        return tuple(found + [f"{p.id}, step" for p in self.parts if is_assumption(p.step_source)])
