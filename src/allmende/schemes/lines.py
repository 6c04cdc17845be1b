"""What moves money in a scheme's document: lines, and the indices that split amounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allmende.errors import AllmendeError
from allmende.money import cents
from allmende.schemes.document import listed, needed, only, said, table_of, tables, text, texts, whole
from allmende.schemes.scheme import DIRECTIONS, FORMS, Index, Line, Parameter, Term
from allmende.sharing.figures import number

KINDS = ("rate", "split", "sum")
"""Forms of a line."""


def read_index(part: Mapping[str, Any], where: str) -> Index:
    """Read an index; raises `AllmendeError` with the part and the value that does not fit."""
    only(part, ("id", "title", "times", "mean_weight", "terms", "lag", "best", "least"), where)
    needed(part, "terms", where)
    least = only(tables(part, "least", where), ("of", "value"), f"{where}, least")
    return Index(
        text(part, "id", where),
        said(part, "title", where),
        text(part, "times", where),
        text(part, "mean_weight", where, ""),
        tuple(_term(table_of(term, where), where) for term in listed(part, "terms", where)),
        whole(part, "lag", where),
        number(part.get("best", 1), f"{where}, best"),
        text(least, "of", f"{where}, least", ""),
        number(least.get("value", 0), f"{where}, least"),
    )


def _term(term: Mapping[str, Any], where: str) -> Term:
    form = text(only(term, ("of", "form", "weight", "level"), where), "form", where)
    if form not in FORMS:
        raise AllmendeError(f"There is no form {form!r}.", where=where, expected=", ".join(FORMS), todo="Choose one.")
    level = number(term.get("level", 1), f"{where}, level")
    return Term(text(term, "of", where), form, number(term.get("weight", 1), f"{where}, weight"), level)


def read_line(part: Mapping[str, Any], where: str) -> Line:
    """Read a line; raises `AllmendeError` with the part and the value that does not fit."""
    if part.get("kind") not in KINDS or part.get("direction") not in DIRECTIONS:
        raise AllmendeError(
            f"The line is of kind {part.get('kind')!r} and direction {part.get('direction')!r}.",
            where=where,
            expected=f"kind: {', '.join(KINDS)}; direction: {', '.join(DIRECTIONS)}",
            todo="Choose one of each.",
        )
    only(part, tuple(sorted(Line.__dataclass_fields__)), where)
    key = tables(part, "key", where)
    tables(key, "weights", f"{where}, key")
    return Line(
        id=text(part, "id", where),
        title=said(part, "title", where),
        direction=part["direction"],
        kind=part["kind"],
        measure=text(part, "measure", where, ""),
        factor=text(part, "factor", where, ""),
        amount=text(part, "amount", where, ""),
        lag=whole(part, "lag", where),
        growth_since=whole(part, "growth_since", where),
        exempt=frozenset(texts(part, "exempt", where)),
        key=key,
        cap_of=text(part, "cap_of", where, ""),
        cap_factor=text(part, "cap_factor", where, ""),
        round_up=cents(part.get("round_up", 0), where=f"{where}, round_up"),
        rounded=text(part, "rounded", where, ""),
        optional=bool(part.get("optional", False)),
    )


_NEEDS = {"rate": ("measure",), "split": ("amount", "key"), "sum": ("amount",)}


def check_line(line: Line, parameters: Mapping[str, Parameter], name: str) -> None:
    """Raise `AllmendeError` for what a line of its kind lacks, and for parameters that there are not."""
    where = f"{name}, line {line.id}"
    for term in _NEEDS[line.kind]:
        if not getattr(line, term):
            raise AllmendeError(f"The line needs {term}.", where=where, expected=f"{term} = …", todo="Add it.")
    if line.cap_of and not line.cap_factor:
        raise AllmendeError("The line needs cap_factor.", where=where, expected="cap_factor = …", todo="Add it.")
    named = [line.factor, line.amount, line.cap_factor, line.rounded]
    unknown = [each for each in named if each and each not in {"pool", "base", "product"} and each not in parameters]
    if unknown:
        raise AllmendeError(
            f"There is no parameter {unknown[0]!r}.",
            where=where,
            expected=", ".join(sorted(parameters)) or "[parameters.NAME]",
            todo="Add it.",
        )
