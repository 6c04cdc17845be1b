"""Schemes read from TOML (docs/formats/scheme.md): the package's own by name, and anybody's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any, TypeVar

from allmende.errors import AllmendeError
from allmende.money import cents
from allmende.parameters import load
from allmende.schemes.scheme import DIRECTIONS, FORMS, Index, Line, Membership, Parameter, Scheme, Term
from allmende.sharing.figures import number

SCHEMES = ("kif", "rendsburg", "zollernalb", "fiscal_disparities", "fpic", "verbandsumlage", "revolving")
"""The schemes of the package."""

TABLES = (
    *("id", "title", "sentence", "period", "sources", "assumptions", "unknown"),
    *("parameters", "index", "line", "membership", "example"),
)
KINDS = ("rate", "split", "sum")
Read = TypeVar("Read")


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
    indices = {each.id: each for each in _each(table, "index", name, _index)}
    lines = _each(table, "line", name, _line)
    if not lines:
        raise AllmendeError("The scheme moves no money.", where=name, expected="at least one [[line]]")
    for line in lines:
        _check_line(line, parameters, name)
    rules = only(table.get("membership", {}), ("earliest_exit", "notice_months", "lock_in_years"), f"{name}, [membership]")
    return Scheme(
        _text(table, "id", name),
        _text(table, "title", name),
        _text(table, "period", name),
        tuple(_text(table, "sources", name)),
        _sayings(table, "assumptions", name),
        _sayings(table, "unknown", name),
        _text(table, "sentence", name),
        parameters,
        indices,
        lines,
        Membership(_date(rules.get("earliest_exit"), name), rules.get("notice_months", 0), rules.get("lock_in_years", 0)),
        table.get("example", {}),
    )


def only(table: Mapping[str, Any], keys: tuple[str, ...], where: str) -> Mapping[str, Any]:
    """Return the table; raises `AllmendeError` for a key that is none of these, so that nothing misspelt is lost."""
    strange = sorted(table.keys() - set(keys))
    if strange:
        raise AllmendeError(
            f"{strange[0]} is not known here.", where=where, expected=", ".join(keys), todo="Correct or remove it."
        )
    return table


def _text(table: Mapping[str, Any], key: str, where: str) -> Any:
    if not table.get(key):
        raise AllmendeError(f"{key} is missing.", where=where, expected=f"{key} = …", todo="Add it.")
    return table[key]


def _sayings(table: Mapping[str, Any], key: str, name: str) -> tuple[Mapping[str, str], ...]:
    """Return sentences in both languages; one that is only text is said in both."""
    said = table.get(key, [])
    if not isinstance(said, list) or not all(
        isinstance(one, str) or (isinstance(one, Mapping) and one.keys() == {"de", "en"}) for one in said
    ):
        raise AllmendeError(f"{key} cannot be read.", where=name, expected='a list of texts, or of { de = "…", en = "…" }')
    return tuple({"de": one, "en": one} if isinstance(one, str) else one for one in said)


def _each(table: Mapping[str, Any], key: str, name: str, read: Callable[[Mapping[str, Any], str], Read]) -> tuple[Read, ...]:
    parts = table.get(key, [])
    ids = [part.get("id", "") for part in parts]
    twice = [each for each in ids if ids.count(each) > 1]
    if twice:
        raise AllmendeError(f"The id {twice[0]!r} is given twice.", where=f"{name}, [[{key}]]", expected="ids that differ")
    return tuple(read(part, f"{name}, {key} {part.get('id', '')}") for part in parts)


def _date(value: object, name: str) -> date | None:
    if value is None or isinstance(value, date):
        return value
    raise AllmendeError(f"{value!r} is no date.", where=f"{name}, earliest_exit", expected="a date as 2019-12-31")


def _parameter(key: str, part: Mapping[str, Any], name: str) -> Parameter:
    where = f"{name}, parameters.{key}"
    only(part, ("unit", "source", "value", "by_year", "required"), where)
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
    return Parameter(key, _text(part, "unit", where), _text(part, "source", where), value, by_year, part.get("required", ""))


def _exact(given: Any, where: str) -> Fraction:
    """Return a number, or a ratio such as "25/7" that decimals cannot say."""
    top, slash, bottom = str(given).partition("/")
    return number(top, where) / number(bottom, where) if slash else number(given, where)


def _index(part: Mapping[str, Any], where: str) -> Index:
    only(part, ("id", "times", "mean_weight", "terms", "lag", "best", "least"), where)
    terms = tuple(_term(term, where) for term in _text(part, "terms", where))
    least = part.get("least", {})
    return Index(
        _text(part, "id", where),
        _text(part, "times", where),
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
    return Term(_text(term, "of", where), form, number(term.get("weight", 1), f"{where}, weight"), level)


def _line(part: Mapping[str, Any], where: str) -> Line:
    if part.get("kind") not in KINDS or part.get("direction") not in DIRECTIONS:
        raise AllmendeError(
            f"The line is of kind {part.get('kind')!r} and direction {part.get('direction')!r}.",
            where=where,
            expected=f"kind: {', '.join(KINDS)}; direction: {', '.join(DIRECTIONS)}",
        )
    only(part, tuple(sorted(Line.__dataclass_fields__)), where)
    round_up = cents(part.get("round_up", 0), where=f"{where}, round_up")
    given = {**part, "title": _text(part, "title", where), "exempt": frozenset(part.get("exempt", ())), "round_up": round_up}
    return Line(**given)


_NEEDS = {"rate": ("measure", "factor"), "split": ("amount", "key"), "sum": ("amount",)}


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
            found = {int(each): amount for each, amount in chosen.items()}
            if year not in found:
                raise _missing(scheme, known, year)
            chosen = found[year]
        return number(chosen, f"choices.{parameter}")
    if known.required:
        raise _missing(scheme, known, year)
    return known.value if known.value is not None else known.by_year.get(year, Fraction(0))


def _missing(scheme: Scheme, parameter: Parameter, year: int) -> AllmendeError:
    return AllmendeError(
        f"{parameter.id} is not given for {year}, and no source says it.",
        where=f"scheme {scheme.id}, [choices]",
        expected=f"{parameter.required or parameter.source} ({parameter.unit})",
        todo=f"Write {parameter.id} = … under [choices]; it is yours to decide, there is no usual value.",
    )
