"""A key in one sentence, as councils would say it, in German and English."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from allmende.money import show
from allmende.parameters import load
from allmende.sharing.bounds import Bound
from allmende.sharing.figures import EQUAL
from allmende.sharing.keys import EVERYBODY, Key, Split
from allmende.sharing.law import NO_OWN, Measure, measure, measure_name


def key_sentence(key: Key, language: str, own: Mapping[str, Measure] = NO_OWN, *, cost: bool = True) -> str:
    r"""Return what a key does: by what it splits, and every exception from that.

    >>> key_sentence(Key({"inhabitants": 1}), "de")
    'Verteilt nach Einwohnerzahl: Wer die doppelte Zahl hat, zahlt das Doppelte.'
    >>> key_sentence(Key({"equal": "0.25", "use": "0.75"}, caps={"A": Bound(share=Fraction(17, 200))}), "en", cost=False)
    '25% in equal parts, 75% by use. A gets at most 8.5%.'
    """
    words = load("sharing_keys")[language]
    does = words["pays" if cost else "gets"]
    sentences = [
        _split(key, language, words, own, does),
        *(words["exempt"].format(name=name, does=does) for name in sorted(key.exempt)),
        *(words["pre_share"].format(name=n, part=percent(p, language), does=does) for n, p in key.pre_shares.items()),
    ]
    for rule, bounds in (("floor", key.floors), ("cap", key.caps)):
        for name, bound in bounds.items():
            who = words["everybody"] if name == EVERYBODY else name
            sentences.append(words[rule].format(name=who, does=does, bound=_bound(bound, language)))
    if key.transition:
        steps = ", ".join(f"{percent(part, language)} ({year})" for year, part in sorted(key.transition.new_part.items()))
        old = key_sentence(key.transition.before, language, own, cost=cost)
        sentences.append(words["transition"].format(steps=steps, old=old))
    return " ".join(sentences)


def benefit_part(split: Split, own: Mapping[str, Measure] = NO_OWN) -> Fraction:
    """Return the part of an amount that was split by measures that follow the benefit.

    >>> from allmende.sharing.figures import figures_of
    >>> from allmende.sharing.keys import split_by
    >>> known = figures_of(["A", "B"], {"use": {"A": 1, "B": 3}})
    >>> benefit_part(split_by(Key({"use": 1}, pre_shares={"A": Fraction(4, 5)}), 1000, known, 2027))
    Fraction(1, 5)
    """
    return sum((part for name, part in split.measured.items() if measure(name, own).kind == "benefit"), Fraction(0))


def percent(part: Fraction, language: str) -> str:
    r"""Return a part as a percentage, exactly: thirds as a fraction.

    >>> percent(Fraction("0.4365"), "de"), percent(Fraction("0.0004"), "en"), percent(Fraction(1, 3), "en")
    ('43,65\u202f%', '0.04%', '33 1/3%')
    """
    hundredths = 100 * part
    exact = Decimal(hundredths.numerator) / hundredths.denominator
    if Fraction(exact) == hundredths:
        text = f"{exact:f}"
    else:
        text = f"{hundredths.numerator // hundredths.denominator} {hundredths % 1}".removeprefix("0 ")
    return f"{text.replace('.', ',')}\u202f%" if language == "de" else f"{text}%"


def _split(key: Key, language: str, words: Mapping[str, str], own: Mapping[str, Measure], does: str) -> str:
    if len(key.measures) == 1:
        (only,) = key.measures
        if only == EQUAL:
            return words["equal" if key.plain else "equal_but"].format(do=words["pay" if does == words["pays"] else "get"])
        return words["single" if key.plain else "single_but"].format(measure=measure_name(only, language, own), does=does)
    parts = [
        words["part_equal" if one == EQUAL else "part"].format(
            weight=percent(Fraction(weight), language), measure=measure_name(one, language, own)
        )
        for one, weight in key.measures.items()
    ]
    return ", ".join(parts) + "."


def _bound(bound: Bound, language: str) -> str:
    return percent(bound.share, language) if bound.share is not None else show(bound.cents or 0, language)
