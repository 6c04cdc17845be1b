"""Keys: rules that split an amount between partners by what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from allmende.errors import AllmendeError
from allmende.money import round_shares
from allmende.sharing.bounds import Bound, Clipped, clipped
from allmende.sharing.figures import Figures

EVERYBODY = "*"
"""Stands for all partners in floors and caps."""


@dataclass(frozen=True, slots=True)
class Transition:
    """From an old key to the new one: the part of the new key by year, 0 before the first and 1 after the last."""

    before: Key
    new_part: Mapping[int, Fraction]

    def part(self, year: int) -> Fraction:
        """Return which part of the amount the new key splits in a year.

        >>> Transition(Key({"equal": 1}), {2026: Fraction(1, 3), 2027: Fraction(2, 3)}).part(2028)
        Fraction(1, 1)
        """
        begun = [step for step in self.new_part if step <= year]
        if not begun:
            return Fraction(0)
        return Fraction(1) if year > max(self.new_part) else Fraction(self.new_part[max(begun)])


@dataclass(frozen=True, slots=True)
class Key:
    """A rule that splits an amount.

    `measures` are weights by measure that sum to 1: inhabitants, tax_strength, levy_base, use, area, points, equal, or a
    measure of one's own. `base_year` is the year whose figures count (None: the year that is split). `exempt` partners bear
    nothing. `floors` and `caps` are by partner, or for everybody under "*": a minimum share is a floor for everybody.
    `pre_shares` go to a host before the rest is split. `rounding` is a rule of `allmende.money.RULES`.
    """

    measures: Mapping[str, Fraction | int | float]
    base_year: int | None = None
    exempt: frozenset[str] = frozenset()
    floors: Mapping[str, Bound] = field(default_factory=dict)
    caps: Mapping[str, Bound] = field(default_factory=dict)
    pre_shares: Mapping[str, Fraction] = field(default_factory=dict)
    transition: Transition | None = None
    rounding: str = "largest-remainder"

    def __post_init__(self) -> None:
        weights = {measure: Fraction(str(weight)) for measure, weight in self.measures.items()}
        total = sum(weights.values())
        if total != 1 or min(weights.values()) < 0:
            raise AllmendeError(
                f"The weights of the key sum to {float(total):g}.",
                where=", ".join(f"{measure} {float(weight):g}" for measure, weight in weights.items()),
                expected="weights of 0 or more that sum to 1",
                todo="Change one of them.",
            )
        object.__setattr__(self, "measures", weights)

    @property
    def plain(self) -> bool:
        """Whether nothing but the measures decides: no exemption, bound, pre-share or transition."""
        return not (self.exempt or self.floors or self.caps or self.pre_shares or self.transition)

    def in_force(self, year: int) -> tuple[Key, ...]:
        """Return the keys that split in a year: this one, the old one, or both while a transition lasts.

        >>> staged = Key({"use": 1}, transition=Transition(Key({"equal": 1}), {2027: Fraction(1, 2)}))
        >>> [[*key.measures] for key in staged.in_force(2027)], [[*key.measures] for key in staged.in_force(2026)]
        ([['use'], ['equal']], [['equal']])
        """
        if self.transition is None:
            return (self,)
        part = self.transition.part(year)
        return ((self,) if part else ()) + (self.transition.before.in_force(year) if part < 1 else ())


@dataclass(frozen=True, slots=True)
class Split:
    """An amount split: cents that sum to it, the exact shares before rounding, and how they came about.

    `parts` has for each measure the partners' part of the sum of its figures, `bound` who stands at a floor or cap,
    `base_year` the year whose figures counted. `measured` is the part of the amount that each measure split in this year, of
    the old key too while a transition lasts; pre-shares and bounds fixed the rest.
    """

    partners: tuple[str, ...]
    cents: tuple[int, ...]
    shares: tuple[Fraction, ...]
    parts: Mapping[str, tuple[Fraction, ...]]
    bound: Mapping[str, str]
    base_year: int
    measured: Mapping[str, Fraction]
    steps: tuple[str, ...]

    def by_partner(self) -> dict[str, int]:
        """Return the cents by partner."""
        return dict(zip(self.partners, self.cents, strict=True))


def split_by(key: Key, amount: int, figures: Figures, year: int) -> Split:
    """Split cents by a key for a year.

    Pre-shares come off first; the rest is split in proportion to the weighted measures, then raised to floors and cut to
    caps, each time with the remainder split again in proportion, until no bound is broken; a transition mixes the result with
    the old key's; last the cents are rounded. Raises `AllmendeError` for missing figures, figures that sum to nothing, and
    bounds that contradict one another.

    >>> from allmende.sharing.figures import figures_of
    >>> known = figures_of(["A", "B", "C"], {"inhabitants": {"A": 600, "B": 300, "C": 100}})
    >>> split_by(Key({"inhabitants": 1}), 1000, known, 2026).cents
    (600, 300, 100)
    >>> split_by(Key({"inhabitants": 1}, caps={"A": Bound(share=Fraction(1, 2))}), 1000, known, 2026).cents
    (500, 375, 125)
    """
    _check_names(key, figures.partners)
    base_year = year if key.base_year is None else key.base_year
    parts = {measure: _parts(key, measure, figures, base_year) for measure in key.measures}
    steps = [f"{measure} {base_year} × {float(weight):g}" for measure, weight in key.measures.items()]
    ahead = [amount * key.pre_shares.get(name, Fraction(0)) for name in figures.partners]
    rest = amount - sum(ahead, Fraction(0))
    if any(ahead):
        steps.append("pre-share: " + ", ".join(f"{name} {float(p):.2%}" for name, p in key.pre_shares.items()))
    weights = [sum((Fraction(w) * parts[m][i] for m, w in key.measures.items()), Fraction(0)) for i in range(len(ahead))]
    wanted = clipped(
        weights,
        rest,
        _bounds(key.floors, key, figures, amount),
        _bounds(key.caps, key, figures, amount),
        ahead,
        figures.partners,
    )
    shares = [first + then for first, then in zip(ahead, wanted.shares, strict=True)]
    steps += [f"{name}: {word}" for name, word in wanted.bound.items()]
    measured, bound = _measured(key, parts, wanted, figures.partners, amount), wanted.bound
    part = Fraction(1) if key.transition is None else key.transition.part(year)
    if key.transition is not None and part < 1:
        steps.append(f"transition {year}: {float(part):.2%} by the new key, the rest by the old one")
        old = split_by(key.transition.before, amount, figures, year)
        shares = [part * new + (1 - part) * before for new, before in zip(shares, old.shares, strict=True)]
        measured = _mixed(part, measured, old.measured)
        bound = {**old.bound, **(bound if part else {})}
    cents = round_shares(shares, amount, key.rounding)
    steps.append(f"rounded: {key.rounding}")
    return Split(figures.partners, tuple(cents), tuple(shares), parts, bound, base_year, measured, tuple(steps))


def _check_names(key: Key, partners: tuple[str, ...]) -> None:
    named = key.exempt | key.floors.keys() | key.caps.keys() | key.pre_shares.keys()
    unknown = sorted(named - {*partners, EVERYBODY})
    if unknown:
        raise AllmendeError(
            f"The key names {unknown[0]!r}, who is no partner.",
            where="key",
            expected=", ".join(partners),
            todo="Correct the name.",
        )
    if sum(key.pre_shares.values(), Fraction(0)) > 1:
        raise AllmendeError(
            f"The pre-shares are more than the whole: {float(sum(key.pre_shares.values())):.0%}.",
            where=f"pre_share, {', '.join(key.pre_shares)}",
            expected="at most 100 % together",
            todo="Lower one of them.",
        )


def _parts(key: Key, measure: str, figures: Figures, year: int) -> tuple[Fraction, ...]:
    values = figures.of(measure, year)
    counted = [Fraction(0) if name in key.exempt else value for name, value in zip(figures.partners, values, strict=True)]
    whole = sum(counted, Fraction(0))
    if not whole:
        raise AllmendeError(
            f"The figures of {measure} sum to nothing.",
            where=f"{measure} {year}: {', '.join(figures.partners)}",
            expected="a figure above 0 for at least one partner who is not exempt",
            todo="Check the figures, or choose another key.",
        )
    return tuple(value / whole for value in counted)


def _bounds(bounds: Mapping[str, Bound], key: Key, figures: Figures, amount: int) -> list[Fraction | None]:
    found = [bounds.get(name, None if name in key.exempt else bounds.get(EVERYBODY)) for name in figures.partners]
    return [None if bound is None else bound.of(amount) for bound in found]


def _measured(
    key: Key, parts: Mapping[str, tuple[Fraction, ...]], wanted: Clipped, partners: tuple[str, ...], amount: int
) -> dict[str, Fraction]:
    """Return which part of the amount each measure splits: nothing of what is fixed by a pre-share, a floor or a cap."""
    free = [i for i, name in enumerate(partners) if name not in wanted.bound]
    left = sum((wanted.shares[i] for i in free), Fraction(0)) / amount if amount else 1 - sum(key.pre_shares.values())
    by = {measure: Fraction(weight) * sum(parts[measure][i] for i in free) for measure, weight in key.measures.items()}
    whole = sum(by.values(), Fraction(0))
    return {measure: left * one / whole for measure, one in by.items() if one}


def _mixed(part: Fraction, new: Mapping[str, Fraction], old: Mapping[str, Fraction]) -> dict[str, Fraction]:
    mixed = {m: part * new.get(m, Fraction(0)) + (1 - part) * old.get(m, Fraction(0)) for m in (*new, *old)}
    return {measure: one for measure, one in mixed.items() if one}
