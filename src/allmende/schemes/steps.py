"""How a line came to its amounts: one phrase in each language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from allmende.money import show
from allmende.schemes.document import LANGUAGES, Said
from allmende.schemes.scheme import Line, Scheme
from allmende.sharing.keys import Key, Split

PHRASES: Mapping[str, Said] = {
    "measure": {"de": "{name} {year}", "en": "{name} {year}"},
    "growth": {"de": "Zuwachs {name} {since}-{year}", "en": "growth of {name} {since}-{year}"},
    "times": {"de": "{factor} × {what}", "en": "{factor} × {what}"},
    "exempt": {"de": "befreit: {names}", "en": "exempt: {names}"},
    "pool": {"de": "alles, was im Topf ist", "en": "all of the pool"},
    "base_up": {"de": "Basis auf volle {unit} aufgerundet", "en": "base up to full {unit}"},
    "product_up": {"de": "auf volle {unit} aufgerundet", "en": "up to full {unit}"},
    "no_figures": {"de": "keine Angaben zu „{name}“: 0", "en": "no figures of {name}: 0"},
    "nothing": {"de": "nichts zu verteilen", "en": "nothing to split"},
    "by": {"de": "nach {names}", "en": "by {names}"},
    "cap": {"de": "an der Obergrenze: {names}", "en": "at the cap: {names}"},
    "floor": {"de": "an der Untergrenze: {names}", "en": "at the floor: {names}"},
    "largest-remainder": {"de": "gerundet nach größten Resten", "en": "rounded by largest remainder"},
    "largest-share": {"de": "Restcents an die größten Anteile", "en": "cents left to the largest shares"},
    "last-bears-rest": {"de": "Rest beim letzten Partner", "en": "the last partner bears the rest"},
}
"""What a step may say."""


def phrase(code: str, **parts: object) -> Said:
    """Return a phrase with its parts filled in; a part that is said in both languages is said in each.

    >>> phrase("measure", name={"de": "Fläche", "en": "area"}, year=2026)["en"]
    'area 2026'
    """
    spoken = {
        language: {key: part[language] if isinstance(part, Mapping) else part for key, part in parts.items()}
        for language in LANGUAGES
    }
    return {language: PHRASES[code][language].format(**spoken[language]) for language in LANGUAGES}


def joined(phrases: Iterable[Said]) -> Said:
    """Return phrases one after another."""
    listed = list(phrases)
    return {language: "; ".join(each[language] for each in listed) for language in LANGUAGES}


def figure(value: Fraction) -> Said:
    """Return a number as each language writes it.

    >>> figure(Fraction(3, 200)), figure(Fraction(2500))
    ({'de': '0,015', 'en': '0.015'}, {'de': '2.500', 'en': '2,500'})
    """
    text = f"{float(value):,.15g}" if value.denominator == 1 else f"{float(value):.6g}"
    return {"de": text.translate(str.maketrans(",.", ".,")), "en": text}


def name_of(scheme: Scheme, what: str) -> Said:
    """Return how people call a parameter, a measure or an index of the scheme."""
    if what in scheme.parameters:
        return scheme.parameters[what].title
    return scheme.indices[what].title if what in scheme.indices else scheme.measures[what]


def of_rate(scheme: Scheme, line: Line, factor: Fraction | None, year: int, exempt: Iterable[str]) -> Said:
    """Say that a line is a factor times a measure, or times its growth."""
    kind = "growth" if line.growth_since else "measure"
    base = phrase(kind, name=name_of(scheme, line.measure), since=line.growth_since, year=year)
    said = base if factor is None else phrase("times", factor=figure(factor), what=base)
    free = ", ".join(exempt)
    return joined([said, phrase("exempt", names=free)] if free else [said])


def of_amount(scheme: Scheme, line: Line, factor: Fraction | None, year: int, rounded: str) -> Said:
    """Say which amount a line moves or splits; `rounded` is "base", "product" or ""."""
    if line.amount == "pool":
        return phrase("pool")
    base = phrase("measure", name=name_of(scheme, line.amount), year=year)
    said = [base if factor is None else phrase("times", factor=figure(factor), what=base)]
    if rounded:
        said.append(phrase(f"{rounded}_up", unit={each: show(line.round_up, each) for each in LANGUAGES}))
    return joined(said)


def of_split(scheme: Scheme, amount: Said, split: Split, key: Key) -> Said:
    """Say by what an amount was split, who stands at a bound, and how it was rounded."""
    parts = {each: phrase("measure", name=name_of(scheme, each), year=split.base_year) for each in key.measures}
    if len(parts) > 1:
        parts = {each: phrase("times", factor=figure(Fraction(key.measures[each])), what=part) for each, part in parts.items()}
    by = {language: " + ".join(each[language] for each in parts.values()) for language in LANGUAGES}
    told = [amount, phrase("by", names=by)]
    for side in ("floor", "cap"):
        held = [name for name, where in split.bound.items() if where == side]
        told += [phrase(side, names=", ".join(held))] if held else []
    return joined([*told, phrase(key.rounding)])
