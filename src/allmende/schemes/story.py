"""A scheme and its years told as data, as the command prints them and a page shows them."""

from __future__ import annotations

from typing import Any

from allmende.money import decimal
from allmende.schemes.scheme import Parameter, Scheme
from allmende.schemes.settling import Settlement
from allmende.schemes.years import Account


def scheme_story(scheme: Scheme) -> dict[str, Any]:
    """Tell what a scheme does, where that is written, what is assumed, and what is not known."""
    return {
        "id": scheme.id,
        "title": dict(scheme.title),
        "sentence": dict(scheme.sentence),
        "period": scheme.period,
        "sources": list(scheme.sources),
        "assumptions": list(scheme.assumptions),
        "not_known": list(scheme.unknown),
        "parameters": {each.id: _parameter(each) for each in scheme.parameters.values()},
        "lines": [{"id": each.id, "title": dict(each.title), "direction": each.direction} for each in scheme.lines],
        "membership": {
            "earliest_exit": scheme.membership.earliest_exit,
            "notice_months": scheme.membership.notice_months,
            "lock_in_years": scheme.membership.lock_in_years,
        },
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    told: dict[str, Any] = {"unit": parameter.unit, "source": parameter.source}
    if parameter.required:
        return told | {"value": None, "required": parameter.required}
    if parameter.by_year:
        return told | {"by_year": {year: float(each) for year, each in parameter.by_year.items()}}
    return told | {"value": float(parameter.value or 0)}


def account_story(scheme: Scheme, account: Account) -> dict[str, Any]:
    """Tell the years: movements, net position by partner and year, cumulated, exits, and again what is not known."""
    return {
        "scheme": scheme.id,
        "years": [_year(each) for each in account.settlements],
        "net": {name: [None if cents is None else decimal(cents) for cents in row] for name, row in account.net.items()},
        "cumulated": {name: [decimal(cents) for cents in row] for name, row in account.cumulated.items()},
        "exits": {name: day.isoformat() for name, day in account.exits.items()},
        "assumptions": list(scheme.assumptions),
        "not_known": list(scheme.unknown),
    }


def _year(settled: Settlement) -> dict[str, Any]:
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
                "direction": each.direction,
                "by_partner": _by_partner(settled, each.cents),
                "outside": decimal(each.outside),
                "step": each.step,
            }
            for each in settled.movements
        ],
    }


def _by_partner(settled: Settlement, amounts: tuple[int, ...]) -> dict[str, str]:
    return {name: decimal(cents) for name, cents in zip(settled.partners, amounts, strict=True)}
