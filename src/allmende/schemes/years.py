"""A scheme over years: who is a member when, what each paid and got, and what that adds up to."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from allmende.errors import AllmendeError
from allmende.schemes.scheme import Membership, Scheme
from allmende.schemes.settling import Settlement, settle
from allmende.sharing.figures import Figures


@dataclass(frozen=True, slots=True)
class Stay:
    """One partner's membership: the first year, and the day on which it gives notice (None: stays)."""

    first: int
    notice: date | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """Settlements of all years, and for each partner the net position by year and cumulated, in cents (None: no member)."""

    settlements: tuple[Settlement, ...]
    net: Mapping[str, tuple[int | None, ...]]
    cumulated: Mapping[str, tuple[int, ...]]
    exits: Mapping[str, date]


def exit_day(rules: Membership, stay: Stay) -> date | None:
    """Return the day on which a notice takes effect: notice period, lock-in and earliest exit over, at the end of that year.

    >>> exit_day(Membership(date(2019, 12, 31), 12), Stay(2004, date(2018, 6, 30)))
    datetime.date(2019, 12, 31)
    >>> exit_day(Membership(date(2019, 12, 31), 12), Stay(2004, date(2019, 1, 15)))
    datetime.date(2020, 12, 31)
    """
    if stay.notice is None:
        return None
    over = [_months_later(stay.notice, rules.notice_months), date(stay.first + max(rules.lock_in_years, 1) - 1, 12, 31)]
    over += [rules.earliest_exit] if rules.earliest_exit else []
    return date(max(over).year, 12, 31)


def _months_later(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def run_years(
    scheme: Scheme,
    figures: Figures,
    years: Sequence[int],
    *,
    stays: Mapping[str, Stay] | None = None,
    choices: Mapping[str, Any] | None = None,
    opening: int = 0,
) -> Account:
    """Settle year after year, the pool carried on; only members pay and get.

    Raises `AllmendeError` for a stay of somebody who is no partner, and when a year has no members.
    """
    known = {name: (stays or {}).get(name, Stay(min(years))) for name in figures.partners}
    strangers = sorted((stays or {}).keys() - known.keys())
    if strangers:
        raise AllmendeError(
            f"There is no partner {strangers[0]!r}.",
            where="[stays]",
            expected=", ".join(figures.partners),
            todo="Correct the name.",
        )
    leaves = {name: exit_day(scheme.membership, stay) for name, stay in known.items()}
    settlements: list[Settlement] = []
    for year in years:
        members = [n for n, stay in known.items() if stay.first <= year and year <= (leaves[n] or date.max).year]
        if not members:
            raise AllmendeError(
                f"Nobody is a member in {year}.",
                where="[stays]",
                expected="at least one member every year",
                todo="Correct first and notice, or the years.",
            )
        settled = settle(scheme, among(figures, members), year, choices=choices, opening=opening)
        settlements.append(settled)
        opening = settled.closing
    net = {name: tuple(_net(each, name) for each in settlements) for name in figures.partners}
    return Account(tuple(settlements), net, {name: _cumulated(row) for name, row in net.items()}, _days(leaves))


def among(figures: Figures, members: Sequence[str]) -> Figures:
    """Keep the figures of some partners, in the order of all."""
    places = [k for k, name in enumerate(figures.partners) if name in set(members)]
    rows = {key: tuple(row[k] for k in places) for key, row in figures.values.items()}
    return Figures(tuple(figures.partners[k] for k in places), rows)


def _net(settled: Settlement, name: str) -> int | None:
    return settled.net[settled.partners.index(name)] if name in settled.partners else None


def _cumulated(row: Sequence[int | None]) -> tuple[int, ...]:
    total, sums = 0, []
    for amount in row:
        total += amount or 0
        sums.append(total)
    return tuple(sums)


def _days(leaves: Mapping[str, date | None]) -> dict[str, date]:
    return {name: day for name, day in leaves.items() if day is not None}
