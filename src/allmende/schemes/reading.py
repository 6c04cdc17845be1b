"""Schemes read from TOML (docs/formats/scheme.md): the package's own by name, and anybody's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from allmende.errors import AllmendeError
from allmende.money import cents
from allmende.parameters import load
from allmende.schemes.document import Said, day, each_of, needed, only, quoted, said, sayings
from allmende.schemes.scheme import DIRECTIONS, FORMS, Index, Line, Membership, Parameter, Scheme, Term
from allmende.sharing.figures import number

SCHEMES = ("kif", "rendsburg", "zollernalb", "fiscal_disparities", "fpic", "verbandsumlage", "revolving")
"""The schemes of the package."""

TABLES = (
    *("id", "title", "sentence", "period", "sources", "assumptions", "unknown"),
    *("parameters", "measure", "index", "line", "membership", "example"),
)
KINDS = ("rate", "split", "sum")


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
    parameters = {key: _parameter(key, each, name) for key, each in table.get("parameters", {}).items()}
    indices = {each.id: each for each in each_of(table, "index", name, _index)}
    lines = each_of(table, "line", name, _line)
    if not lines:
        raise AllmendeError("The scheme moves no money.", where=name, expected="at least one [[line]]")
    for line in lines:
        _check_line(line, parameters, name)
    return Scheme(
        needed(table, "id", name),
        said(table, "title", name),
        said(table, "period", name),
        tuple(needed(table, "sources", name)),
        sayings(table, "assumptions", name),
        sayings(table, "unknown", name),
        said(table, "sentence", name),
        parameters,
        _measures(table.get("measure", {}), figures_needed(lines, indices), name),
        indices,
        lines,
        _membership(table.get("membership", {}), f"{name}, [membership]"),
        table.get("example", {}),
    )


def _membership(rules: Mapping[str, Any], where: str) -> Membership:
    only(rules, ("earliest_exit", "notice_months", "lock_in_years"), where)
    for key in ("notice_months", "lock_in_years"):
        if not (type(rules.get(key, 0)) is int and rules.get(key, 0) >= 0):
            raise AllmendeError(f"{key} is {rules[key]!r}.", where=where, expected="a whole number of 0 or more")
    return Membership(day(rules.get("earliest_exit"), where), rules.get("notice_months", 0), rules.get("lock_in_years", 0))


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
    by_year = {int(year): number(each, f"{where}, {year}") for year, each in part.get("by_year", {}).items()}
    required = said(part, "required", where) if "required" in part else None
    return Parameter(
        *(key, said(part, "title", where), said(part, "unit", where), quoted(part, "source", where)), value, by_year, required
    )


def _exact(given: Any, where: str) -> Fraction:
    """Return a number, or a ratio such as "25/7" that decimals cannot say."""
    top, slash, bottom = str(given).partition("/")
    return number(top, where) / number(bottom, where) if slash else number(given, where)


def _index(part: Mapping[str, Any], where: str) -> Index:
    only(part, ("id", "title", "times", "mean_weight", "terms", "lag", "best", "least"), where)
    terms = tuple(_term(term, where) for term in needed(part, "terms", where))
    least = part.get("least", {})
    return Index(
        needed(part, "id", where),
        said(part, "title", where),
        needed(part, "times", where),
        part.get("mean_weight", ""),
        terms,
        part.get("lag", 0),
        number(part.get("best", 1), f"{where}, best"),
        least.get("of", ""),
        number(least.get("value", 0), f"{where}, least"),
    )


def _term(term: Mapping[str, Any], where: str) -> Term:
    form = only(term, ("of", "form", "weight", "level"), where).get("form", "")
    if form not in FORMS:
        raise AllmendeError(f"There is no form {form!r}.", where=where, expected=", ".join(FORMS))
    level = number(term.get("level", 1), f"{where}, level")
    return Term(needed(term, "of", where), form, number(term.get("weight", 1), f"{where}, weight"), level)


def _line(part: Mapping[str, Any], where: str) -> Line:
    if part.get("kind") not in KINDS or part.get("direction") not in DIRECTIONS:
        raise AllmendeError(
            f"The line is of kind {part.get('kind')!r} and direction {part.get('direction')!r}.",
            where=where,
            expected=f"kind: {', '.join(KINDS)}; direction: {', '.join(DIRECTIONS)}",
        )
    only(part, tuple(sorted(Line.__dataclass_fields__)), where)
    round_up = cents(part.get("round_up", 0), where=f"{where}, round_up")
    given = {**part, "title": said(part, "title", where), "exempt": frozenset(part.get("exempt", ())), "round_up": round_up}
    return Line(**given)


_NEEDS = {"rate": ("measure",), "split": ("amount", "key"), "sum": ("amount",)}


def _check_line(line: Line, parameters: Mapping[str, Parameter], name: str) -> None:
    where = f"{name}, line {line.id}"
    for term in _NEEDS[line.kind]:
        if not getattr(line, term):
            raise AllmendeError(f"The line needs {term}.", where=where, expected=f"{term} = …", todo="Add it.")
    named = [line.factor, line.amount, line.cap_factor, line.rounded]
    unknown = [each for each in named if each and each not in {"pool", "base", "product"} and each not in parameters]
    if unknown:
        raise AllmendeError(
            f"There is no parameter {unknown[0]!r}.", where=where, expected=", ".join(sorted(parameters)), todo="Add it."
        )


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
