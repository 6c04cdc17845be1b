"""Numbers and dates as people read them, in German and English."""

from __future__ import annotations

from datetime import date
from math import ceil, floor, log10, sqrt

from django.utils import formats
from django.utils.translation import get_language, gettext

from allmende.cubes.publication import Accuracy

THIN = "\u202f"
MINUS = "\u2212"
HARD = "\u00a0"
"""A space at which no line breaks."""


def language() -> str:
    """Return "de" or "en", the language of the page being made."""
    return "en" if (get_language() or "de").startswith("en") else "de"


def number(value: float, digits: int = 0) -> str:
    """Write a number: "1 240" with a narrow space and a comma in German, "1,240" in English.

    >>> from django.utils.translation import override
    >>> with override("de"):
    ...     number(12345), number(-0.52, 1)
    ('12\u202f345', '\u22120,5')
    >>> with override("en"):
    ...     number(12345.5, 1)
    '12,345.5'
    """
    written = f"{abs(value):,.{digits}f}"
    if language() == "de":
        written = written.replace(",", THIN).replace(".", ",")
    return f"{MINUS}{written}" if round(value, digits) < 0 else written


def signed(value: float, digits: int = 0) -> str:
    """Write a change with its sign; none for nothing."""
    return f"+{number(value, digits)}" if round(value, digits) > 0 else number(value, digits)


def percent(share: float, digits: int = 1) -> str:
    """Write a share (0 … 1) in per cent."""
    return per_cent(number(100 * share, digits))


def part(share: float) -> str:
    """Write a part of a whole in full per cent: all or nothing only where it is all or nothing.

    >>> from django.utils.translation import override
    >>> with override("de"):
    ...     part(0.981), part(0.9953), part(1.0), part(0.002), part(0.0)
    ('98\u202f%', 'über 99\u202f%', '100\u202f%', 'unter 1\u202f%', '0\u202f%')
    """
    if 0.995 <= share < 1 - 1e-9:
        return gettext("über %(share)s") % {"share": percent(0.99, 0)}
    if 1e-9 < share < 0.005:
        return gettext("unter %(share)s") % {"share": percent(0.01, 0)}
    return percent(share, 0)


def per_cent(written: str) -> str:
    """Put the per cent sign after a written number, as the language has it."""
    return f"{written}{THIN if language() == 'de' else ''}%"


def about(value: int, plus_minus: int) -> str:
    """Write a figure rounded to what its uncertainty supports, with "rund"; an exact one as it is.

    >>> from django.utils.translation import override
    >>> with override("de"):
    ...     about(1243, 3), about(1243, 0), about(41, 3)
    ('rund 1\u202f240', '1\u202f243', 'rund 40')
    """
    if plus_minus < 1:
        return number(value)
    step = 10 ** max(floor(log10(plus_minus)), 1)
    return gettext("rund %(number)s") % {"number": number(round(value / step) * step)}


def sentence(words: str) -> str:
    """Begin with a capital letter."""
    return words[:1].upper() + words[1:]


def day(when: date) -> str:
    """Write a date in full: "31. Dezember 2024", "31 December 2024"; day and month stay on one line."""
    return str(formats.date_format(when, f"j.{HARD}F Y" if language() == "de" else f"j{HARD}F Y"))


def key_day(rule: str, year: int) -> str:
    """Write the key date of a year; `rule` is MM-DD."""
    month, number_of_day = (int(part) for part in rule.split("-"))
    return day(date(year, month, number_of_day))


def day_of_year(rule: str) -> str:
    """Write a day that comes every year, MM-DD: "1. August", "1 August"."""
    month, number_of_day = (int(part) for part in rule.split("-"))
    return str(formats.date_format(date(2000, month, number_of_day), f"j.{HARD}F" if language() == "de" else f"j{HARD}F"))


def uncertainty(accuracy: Accuracy, parts: int, *, exact: bool = False) -> int:
    """Return the ± of a figure made of `parts` protected ones: twice its standard deviation, rounded up.

    The deviations of a table are close to normal, so their standard deviation is their mean size times √(π/2); deviations
    of independent figures add up by their squares. 0 for a table whose totals are exact.
    """
    if exact:
        return 0
    return ceil(2 * 1.2533 * accuracy.mean_deviation * sqrt(parts) - 1e-9)


def band(label: str) -> str:
    """Write an age band: "0 bis 17 Jahre", "65 Jahre und älter", "unter 1 Jahr"."""
    if label.endswith("+"):
        return gettext("%(age)s Jahre und älter") % {"age": label[:-1]}
    if label.startswith("<"):
        return gettext("unter %(age)s Jahre") % {"age": label[1:]}
    first, _, last = label.partition("-")
    if not last:
        return gettext("unter 1 Jahr") if first == "0" else gettext("%(age)s Jahre") % {"age": first}
    return gettext("%(first)s bis %(last)s Jahre") % {"first": first, "last": last}
