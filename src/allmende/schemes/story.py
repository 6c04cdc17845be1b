"""A scheme and its years told as data, as the command prints them and a page shows them."""

from __future__ import annotations

from typing import Any

from allmende.money import decimal
from allmende.schemes.reading import figures_needed
from allmende.schemes.scheme import Parameter, Scheme
from allmende.schemes.settling import Settlement
from allmende.schemes.years import Account


def scheme_story(scheme: Scheme) -> dict[str, Any]:
    """Tell what a scheme does, what it needs, where that is written, what is assumed, and what is not known."""
    needed = figures_needed(scheme.lines, scheme.indices)
    return {
        "id": scheme.id,
        "title": dict(scheme.title),
        "sentence": dict(scheme.sentence),
        "period": dict(scheme.period),
        "sources": list(scheme.sources),
        "assumptions": list(scheme.assumptions),
        "not_known": list(scheme.unknown),
        "parameters": {each.id: _parameter(each) for each in scheme.parameters.values()},
        "figures": {each: {"title": dict(scheme.measures[each]), "optional": optional} for each, optional in needed.items()},
        "indices": {each.id: dict(each.title) for each in scheme.indices.values()},
        "lines": [{"id": each.id, "title": dict(each.title), "direction": each.direction} for each in scheme.lines],
        "membership": {
            "earliest_exit": scheme.membership.earliest_exit,
            "notice_months": scheme.membership.notice_months,
            "lock_in_years": scheme.membership.lock_in_years,
            "on_exit": scheme.membership.on_exit and dict(scheme.membership.on_exit),
        },
        "example": dict(scheme.example["source"]) if scheme.example else None,
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    told: dict[str, Any] = {name: dict(getattr(parameter, name)) for name in ("title", "unit", "source")}
    if parameter.required is not None:
        return told | {"value": None, "required": dict(parameter.required)}
    if parameter.by_year:
        return told | {"by_year": {year: float(each) for year, each in parameter.by_year.items()}}
    return told | {"value": float(parameter.value or 0)}


def account_story(scheme: Scheme, account: Account) -> dict[str, Any]:
    """Tell the years: movements, net position by partner and year, cumulated, exits, and again what is not known."""
    lacking = {each.line for settled in account.settlements for each in settled.movements if each.without_figures}
    return {
        "scheme": scheme.id,
        "title": dict(scheme.title),
        "years": [_year(scheme, each) for each in account.settlements],
        "net": {name: [None if cents is None else decimal(cents) for cents in row] for name, row in account.net.items()},
        "cumulated": {name: [decimal(cents) for cents in row] for name, row in account.cumulated.items()},
        "exits": {name: _exit(scheme, account, name) for name in account.exits},
        "without_figures": [dict(line.title) for line in scheme.lines if line.id in lacking],
        "assumptions": list(scheme.assumptions),
        "not_known": list(scheme.unknown),
    }


def _exit(scheme: Scheme, account: Account, name: str) -> dict[str, Any]:
    """Tell when a partner leaves, what it has paid and got in the years that were run, and the rule for what it takes along."""
    places = [(each, each.partners.index(name)) for each in account.settlements if name in each.partners]
    return {
        "day": account.exits[name].isoformat(),
        "contributed": decimal(sum(each.contributed[k] for each, k in places)),
        "received": decimal(sum(each.received[k] for each, k in places)),
        "net": decimal(sum(each.net[k] for each, k in places)),
        "rule": scheme.membership.on_exit and dict(scheme.membership.on_exit),
    }


def _year(scheme: Scheme, settled: Settlement) -> dict[str, Any]:
    titles = {line.id: line.title for line in scheme.lines}
    return {
        "year": settled.year,
        "opening": decimal(settled.opening),
        "closing": decimal(settled.closing),
        "contributed": _by_partner(settled, settled.contributed),
        "received": _by_partner(settled, settled.received),
        "net": _by_partner(settled, settled.net),
        "lines": [
            {
                "line": each.line,
                "title": dict(titles[each.line]),
                "direction": each.direction,
                "by_partner": _by_partner(settled, each.cents),
                "outside": decimal(each.outside),
                "step": dict(each.step),
            }
            for each in settled.movements
        ],
    }


def _by_partner(settled: Settlement, amounts: tuple[int, ...]) -> dict[str, str]:
    return {name: decimal(cents) for name, cents in zip(settled.partners, amounts, strict=True)}
