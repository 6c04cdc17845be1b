"""What texts mean: each distinct value of a column is understood once, then spread over the rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import date
from functools import partial

import numpy as np
from numpy.typing import NDArray

from allmende.areas.keys import FICTIONAL_LAENDER, LAENDER
from allmende.register.profile import Citizenships, Profile
from allmende.register.reading import Coded

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

MISSING = -(10**12)
WRONG = MISSING - 1
"""Stand for an empty and for an impossible value; everything readable is greater."""

SEXES = ("m", "w", "d", "x")
NATIONALITIES = ("german", "other")
RESIDENCES = ("main", "secondary")
EVENTS = ("birth", "in", "nationality", "residence", "move", "out", "death")
"""Events in the order in which those of one day are taken to have happened."""

_EPOCH = date(1970, 1, 1).toordinal()
_PARTS = {"TT": r"(?P<day>\d{1,2})", "MM": r"(?P<month>\d{1,2})", "JJJJ": r"(?P<year>\d{4})"}
_UNCLEAR_STATES = ("997", "998", "999")


def days(day: date) -> int:
    """Return a day as days since 1970-01-01."""
    return day.toordinal() - _EPOCH


def years(day: Ints) -> Ints:
    """Return the calendar year of days since 1970-01-01."""
    return day.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def completed_years(birth: Ints, at: date) -> Ints:
    """Return the age in completed years on a day; below 0 for who is not born yet.

    Whoever is born on 29 February completes a year on 1 March of other years.

    >>> completed_years(np.array([days(date(2000, 2, 29)), days(date(2023, 12, 31))]), date(2024, 2, 28)).tolist()
    [23, 0]
    """
    months = birth.astype("datetime64[D]").astype("datetime64[M]")
    day = birth - months.astype("datetime64[D]").astype(np.int64) + 1
    ordinal = months.astype(np.int64) % 12 * 31 + day
    return at.year - years(birth) - (ordinal > (at.month - 1) * 31 + at.day)


def spread(column: Coded, meaning: Callable[[str], int]) -> Ints:
    """Return the meaning of each row, asking once per distinct value."""
    return np.array([meaning(value) for value in column.values], dtype=np.int64)[column.codes]


def read_dates(column: Coded, formats: Sequence[str]) -> Ints:
    """Return days since 1970, `MISSING` or `WRONG`; an unknown day counts as the 15th, an unknown month as 1 July."""
    return spread(column, partial(_date, patterns=_patterns(formats)))


def are_partial(column: Coded, formats: Sequence[str]) -> Flags:
    """Return which rows hold a date whose day or month is unknown (00)."""
    patterns = _patterns(formats)

    def partial_date(text: str) -> int:
        match = next((m for pattern in patterns if (m := pattern.fullmatch(text))), None)
        return bool(match and int(match["year"]) and (int(match["month"]) == 0 or int(match["day"]) == 0))

    return spread(column, partial_date).astype(bool)


def _patterns(formats: Sequence[str]) -> list[re.Pattern[str]]:
    patterns = []
    for form in formats:
        pattern = re.escape(form)
        tight = not re.search(r"[^TMJ]", form)
        for part, group in _PARTS.items():
            pattern = pattern.replace(part, group.replace("{1,2}", "{2}") if tight else group)
        patterns.append(re.compile(pattern))
    return patterns


def _date(text: str, patterns: Sequence[re.Pattern[str]]) -> int:
    match = next((m for pattern in patterns if (m := pattern.fullmatch(text))), None)
    if match is None:
        return WRONG if text else MISSING
    year, month, day = int(match["year"]), int(match["month"]), int(match["day"])
    if year == 0:
        return MISSING
    try:
        return days(date(year, month or 7, (day or 15) if month else 1))
    except ValueError:
        return WRONG


def read_codes(column: Coded, codes: dict[str, int]) -> Ints:
    """Return the member each code stands for, `MISSING` for an empty one that stands for none, `WRONG` for an unknown one."""
    return spread(column, lambda text: codes.get(text, WRONG if text else MISSING))


def members(profile: Profile, name: str, places: Sequence[str], alias: dict[str, str] | None = None) -> dict[str, int]:
    """Return a profile's codes as positions in `places`; `alias` folds members (sole into main)."""
    alias = alias or {}
    return {code: places.index(alias.get(member, member)) for code, member in profile.codes[name].items()}


def read_nationality(column: Coded, rule: Citizenships) -> Ints:
    """Return 0 (German: any citizenship is 000) or 1 (other), `MISSING` or `WRONG`."""

    def meaning(text: str) -> int:
        states = split_states(text, rule)
        if not states:
            return MISSING
        return WRONG if "" in states else int("000" not in states)

    return spread(column, meaning)


def are_unclear(column: Coded, rule: Citizenships) -> Flags:
    """Return which rows hold nothing but stateless, unclear or not stated (997, 998, 999), counted as other."""
    return spread(column, lambda text: bool(s := split_states(text, rule)) and s <= set(_UNCLEAR_STATES)).astype(bool)


def split_states(text: str, rule: Citizenships) -> set[str]:
    """Return the three-digit states in a text; "" among them stands for what is none.

    >>> sorted(split_states("0/163", Citizenships("/", 0, True, {})))
    ['000', '163']
    """
    if rule.width:
        parts = [text[i : i + rule.width] for i in range(0, len(text), rule.width)]
    else:
        parts = text.split(rule.separator) if rule.separator else [text]
    return {_state(part.strip(), rule) for part in parts if part.strip()}


def _state(text: str, rule: Citizenships) -> str:
    code = rule.codes.get(text, text.zfill(3) if rule.pad and text.isascii() and text.isdigit() else text)
    return code if re.fullmatch(r"[0-9]{3}", code) else ""


def counterpart_of(text: str, own: str, region: Collection[str], codes: dict[str, str]) -> str:
    """Return an AGS of the region, a Land, "abroad", "unknown", or "" for what cannot be understood.

    >>> counterpart_of("033610012012", "03361001", {"03361012"}, {}), counterpart_of("04011000", "03361001", set(), {})
    ('03361012', '04')
    """
    if text in codes:
        return codes[text]
    ags = text[:5] + text[9:] if len(text) == 12 else text
    if not re.fullmatch(r"[0-9]{8}", ags) or ags == own:
        return ""
    if ags in region:
        return ags
    return ags[:2] if ags[:2] in LAENDER or ags[:2] in FICTIONAL_LAENDER else ""
