"""Schemes read from TOML (docs/formats/scheme.md): the package's own by name, and anybody's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from allmende.errors import AllmendeError
from allmende.parameters import load
from allmende.schemes.document import (
    Said,
    day,
    each_of,
    needed,
    only,
    quoted,
    said,
    sayings,
    table_of,
    tables,
    text,
    texts,
    whole,
)  # fmt: skip
from allmende.schemes.lines import check_line, read_index, read_line
from allmende.schemes.scheme import Index, Line, Membership, Parameter, Scheme
from allmende.sharing.figures import number

SCHEMES = ("kif", "rendsburg", "zollernalb", "fiscal_disparities", "fpic", "verbandsumlage", "revolving")
"""The schemes of the package."""

TABLES = (
    *("id", "title", "sentence", "period", "sources", "assumptions", "unknown"),
    *("parameters", "measure", "index", "line", "membership", "example"),
)


def load_scheme(name: str) -> Scheme:
    """Return a scheme of the package.

    >>> load_scheme("rendsburg").membership.notice_months
    12
    """
    if name not in SCHEMES:
        raise AllmendeError(
            f"There is no scheme “{name}”.",
            where="scheme",
            expected=", ".join(SCHEMES),
            todo="Choose one, or give a file of your own.",
        )
    return read_scheme(load(f"schemes/{name}"), f"{name}.toml")


def read_scheme(table: Mapping[str, Any], name: str) -> Scheme:
    """Read the document of a scheme; raises `AllmendeError` with the file, the part and the value that does not fit."""
    only(table, TABLES, name)
    parameters = {key: _parameter(key, each, name) for key, each in tables(table, "parameters", name).items()}
    indices = {each.id: each for each in each_of(table, "index", name, read_index)}
    lines = each_of(table, "line", name, read_line)
    if not lines:
        raise AllmendeError("The scheme moves no money.", where=name, expected="at least one [[line]]", todo="Add one.")
    for line in lines:
        check_line(line, parameters, name)
    needed(table, "sources", name)
    return Scheme(
        text(table, "id", name),
        said(table, "title", name),
        said(table, "period", name),
        texts(table, "sources", name),
        sayings(table, "assumptions", name),
        sayings(table, "unknown", name),
        said(table, "sentence", name),
        parameters,
        _measures(tables(table, "measure", name), figures_needed(lines, indices), name),
        indices,
        lines,
        _membership(tables(table, "membership", name), f"{name}, [membership]"),
        _example(tables(table, "example", name), f"{name}, [example]"),
    )


def _membership(rules: Mapping[str, Any], where: str) -> Membership:
    only(rules, ("earliest_exit", "notice_months", "lock_in_years", "on_exit"), where)
    return Membership(
        earliest_exit=day(rules.get("earliest_exit"), where),
        notice_months=whole(rules, "notice_months", where),
        lock_in_years=whole(rules, "lock_in_years", where),
        on_exit=said(rules, "on_exit", where) if "on_exit" in rules else None,
    )


def _example(table: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    """Return a worked example, which says where its figures come from; whether they fit is seen when it is run."""
    if not table:
        return table
    only(table, ("source", "year", "partners", "choices", "figures", "expected", "opening"), where)
    if not whole(table, "year", where):
        needed(table, "year", where)
    for line, expected in tables(table, "expected", where).items():
        table_of(expected, f"{where}, expected.{line}")
    return {**table, "source": said(table, "source", where)}


def _measures(own: Mapping[str, Any], used: Iterable[str], name: str) -> dict[str, Said]:
    """Name every measure for people, as the scheme does or as keys do; raises `AllmendeError` for one that has no name."""
    known = {key: each["name"] for key, each in load("law_keys")["measure"].items()}
    given = {key: said(only(part, ("name",), name), "name", f"{name}, [measure.{key}]") for key, part in own.items()}
    names = known | given
    for each in used:
        if each not in names:
            raise AllmendeError(
                f"The measure {each} has no name for people.",
                where=f"{name}, [measure.{each}]",
                expected='name = { de = "…", en = "…" }',
                todo=f"Add it; these have one already: {', '.join(known)}.",
            )
    return {each: names[each] for each in used}


def figures_needed(lines: Sequence[Line], indices: Mapping[str, Index]) -> dict[str, bool]:
    """Return the measures whose figures partners bring, and whether it goes without them.

    >>> scheme = load_scheme("rendsburg")
    >>> figures_needed(scheme.lines, scheme.indices)["projects"]
    True
    """
    found: dict[str, bool] = {}
    for measure, optional in _measures_named(lines, indices):
        if measure and measure not in indices:
            found[measure] = found.get(measure, True) and optional
    return found


def _measures_named(lines: Sequence[Line], indices: Mapping[str, Index]) -> Iterator[tuple[str, bool]]:
    for line in lines:
        yield line.measure, line.optional
        yield line.cap_of, False
        yield from ((each, False) for each in line.key.get("weights", {}))
    for index in indices.values():
        yield from ((each, False) for each in (index.times, index.mean_weight, index.least_of, *(t.of for t in index.terms)))


def _parameter(key: str, part: Mapping[str, Any], name: str) -> Parameter:
    where = f"{name}, parameters.{key}"
    only(part, ("title", "unit", "source", "value", "by_year", "required"), where)
    given = [each for each in ("value", "by_year", "required") if each in part]
    if len(given) != 1:
        raise AllmendeError(
            f"The parameter {key} has {' and '.join(given) or 'no value'}.",
            where=where,
            expected="exactly one of value, by_year, required",
            todo="What the source does not say is required, with a sentence that asks for it.",
        )
    value = _exact(part["value"], where) if "value" in part else None
    by_year = {_year(year, where): number(each, f"{where}, {year}") for year, each in tables(part, "by_year", where).items()}
    required = said(part, "required", where) if "required" in part else None
    return Parameter(
        *(key, said(part, "title", where), said(part, "unit", where), quoted(part, "source", where)), value, by_year, required
    )


def _exact(given: Any, where: str) -> Fraction:
    """Return a number, or a ratio such as "25/7" that decimals cannot say."""
    top, slash, bottom = str(given).partition("/")
    if slash and not number(bottom, where):
        raise AllmendeError(f"{given!r} divides by 0.", where=where, expected="a ratio as 25/7", todo="Correct it.")
    return number(top, where) / number(bottom, where) if slash else number(given, where)


def _year(given: str, where: str) -> int:
    if not given.isdigit():
        raise AllmendeError(f"{given!r} is no year.", where=f"{where}, by_year", expected="a year as 2026", todo="Correct it.")
    return int(given)


def value(scheme: Scheme, parameter: str, year: int, choices: Mapping[str, Any]) -> Fraction:
    """Return a parameter's value of a year: the user's choice, else the scheme's; years that `by_year` does not name are 0.

    Raises `AllmendeError` if it is required and was not chosen.
    """
    known = scheme.parameters[parameter]
    if parameter in choices:
        chosen = choices[parameter]
        if isinstance(chosen, Mapping):
            found = {str(each): amount for each, amount in chosen.items()}
            if str(year) not in found:
                raise _missing(scheme, known, year)
            chosen = found[str(year)]
        return number(chosen, f"choices.{parameter}")
    if known.required:
        raise _missing(scheme, known, year)
    return known.value if known.value is not None else known.by_year.get(year, Fraction(0))


def _missing(scheme: Scheme, parameter: Parameter, year: int) -> AllmendeError:
    return AllmendeError(
        f"{parameter.id} is not given for {year}, and no source says it.",
        where=f"scheme {scheme.id}, [choices]",
        expected=f"{(parameter.required or parameter.source)['en']} ({parameter.unit['en']})",
        todo=f"Write {parameter.id} = … under [choices]; it is yours to decide, there is no usual value.",
    )
