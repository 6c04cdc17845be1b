"""A network from a list of edges: `from to cost` a line, or the layout of the OR-Library."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from allmende.areas.roads import Roads
from allmende.errors import AllmendeError

EDGE = "from to cost, one edge a line"


@dataclass(frozen=True, slots=True)
class Row:
    """One line: its number, both nodes as they are written, the cost."""

    line: int
    ends: tuple[str, str]
    cost: float


@dataclass(frozen=True, slots=True)
class Header:
    """First line of the OR-Library's layout."""

    nodes: int
    edges: int
    p: int


def read_edges(path: Path, *, layout: str = "auto") -> Roads:
    """Read an undirected edge list: `from to cost` a line, or the layout of the OR-Library (first line `nodes edges p`).

    Fields are apart by blanks, tabs, commas or semicolons (then the cost may have a decimal comma); `#` begins a comment. Nodes
    are whole numbers from 0 or, if most are not numbers, names. If an edge is listed twice, the last cost counts. `layout`:
    "plain", "orlib", or "auto", which takes the first line for a header if as many edges follow as it says and none names a
    higher node. In a plain list the nodes are those that occur; with a header they are 1 … n.

    Raises `AllmendeError` with the line for costs that cannot be, numbers that are no nodes, and files without an edge.
    """
    rows = _rows(path)
    header = _header(rows, path, sure=layout == "orlib") if layout != "plain" else None
    listed = rows[1:] if header else rows
    if not listed:
        raise AllmendeError("The file lists no edge.", where=path.name, expected=EDGE)
    if not header and sum(_number(end) is None for row in listed for end in row.ends) > len(listed):
        names = tuple(dict.fromkeys(end for row in listed for end in row.ends))
        number = {name: k for k, name in enumerate(names)}
        return _undirected(listed, [(number[a], number[b]) for a, b in (row.ends for row in listed)], None, names)
    return _undirected(listed, [_nodes(row, path, header) for row in listed], header, ())


def _rows(path: Path) -> list[Row]:
    try:
        texts = path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise AllmendeError(
            "The file is no text in UTF-8.", where=path.name, expected=EDGE, todo="Save it as UTF-8."
        ) from error
    rows: list[Row] = []
    for line, text in enumerate(texts, 1):
        words = _words(text)
        if not words or (not rows and len(words) == 3 and all(_cost(word) is None for word in words)):
            continue  # nothing, or a line of headings
        where = f"{path.name}, line {line}"
        cost = _cost(words[2]) if len(words) == 3 else None
        if cost is None:
            raise AllmendeError(
                f"{text.strip()[:60]!r} is no edge.", where=where, expected="from to cost: two nodes and a number"
            )
        if not (math.isfinite(cost) and cost >= 0):
            raise AllmendeError(f"The cost {cost:g} cannot be used.", where=where, expected="a finite number of at least 0")
        rows.append(Row(line, (words[0], words[1]), cost))
    if not rows:
        raise AllmendeError("The file is empty.", where=path.name, expected=EDGE)
    return rows


def _words(text: str) -> list[str]:
    """Split a line into its fields.

    >>> _words("10 20  3 # minutes"), _words('"Bad Zwischenahn";Rastede;12,5')
    (['10', '20', '3'], ['Bad Zwischenahn', 'Rastede', '12.5'])
    """
    plain = text.partition("#")[0].strip()
    for delimiter in (";", ","):
        if delimiter in plain:
            words = [word.strip().strip('"') for word in plain.rstrip(delimiter).split(delimiter)]
            return [*words[:-1], words[-1].replace(",", ".")] if delimiter == ";" else words
    words = [word.strip().strip('"') for word in plain.split("\t") if word.strip()]
    return words if len(words) == 3 else plain.split()


def _cost(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None


def _number(word: str) -> float | None:
    """Return a node that is written as a number; nan and inf are names."""
    value = _cost(word)
    return value if value is not None and math.isfinite(value) else None


def _header(rows: Sequence[Row], path: Path, *, sure: bool) -> Header | None:
    first, rest = rows[0], rows[1:]
    values = [_number(first.ends[0]), _number(first.ends[1]), first.cost]
    whole = [int(value) for value in values if value is not None and value.is_integer()]
    if len(whole) < 3:
        if sure:
            where = f"{path.name}, line {first.line}"
            raise AllmendeError("The first line is no header.", where=where, expected="nodes edges p, three whole numbers")
        return None
    header = Header(*whole)
    ends = [_number(end) for row in rest for end in row.ends]
    fits = (
        abs(header.edges - len(rest)) <= 0.01 * len(rest)  # some published files list an edge more or less than they say
        and 1 <= header.p <= header.nodes
        and all(end is not None and 1 <= end <= header.nodes for end in ends)
    )
    return header if sure or (rest and fits) else None


def _nodes(row: Row, path: Path, header: Header | None) -> tuple[int, int]:
    where, lowest = f"{path.name}, line {row.line}", 1 if header else 0
    numbers = [_number(end) for end in row.ends]
    whole = [int(value) for value in numbers if value is not None and value.is_integer() and value >= lowest]
    if len(whole) < 2:
        expected = f"whole numbers from {lowest}" + ("" if header else ", or names for all nodes")
        raise AllmendeError(f"{' '.join(row.ends)[:60]} are no nodes.", where=where, expected=expected)
    if header and max(whole) > header.nodes:
        raise AllmendeError(f"Node {max(whole)} is above the {header.nodes} nodes of the header.", where=where)
    return whole[0], whole[1]


def _undirected(rows: Sequence[Row], ends: Sequence[tuple[int, int]], header: Header | None, names: tuple[str, ...]) -> Roads:
    last: dict[tuple[int, int], float] = {}
    for row, (a, b) in zip(rows, ends, strict=True):
        last[min(a, b), max(a, b)] = row.cost
    pairs, costs = np.array(list(last), dtype=np.int64), np.array(list(last.values()))
    ids = np.arange(1, header.nodes + 1) if header else np.unique(pairs)
    at = np.searchsorted(ids, pairs)
    nowhere = np.full(len(ids), np.nan)
    return Roads(
        ids,
        nowhere,
        nowhere,
        np.concatenate([at[:, 0], at[:, 1]]),
        np.concatenate([at[:, 1], at[:, 0]]),
        np.concatenate([costs, costs]),
        _notes(rows, last, header),
        header.p if header else None,
        names,
    )


def _notes(rows: Sequence[Row], last: dict[tuple[int, int], float], header: Header | None) -> tuple[str, ...]:
    notes: list[str] = []
    if header:
        notes.append(f"first line read as header: {header.nodes} nodes, {header.edges} edges, p = {header.p}")
        if header.edges != len(rows):
            notes.append(f"the header says {header.edges} edges, {len(rows)} are listed")
    if len(rows) > len(last):
        notes.append(f"{len(rows) - len(last)} edges are listed again; the last cost counts")
    if loops := sum(a == b for a, b in last):
        notes.append(f"{loops} edges lead from a node to itself and change nothing")
    return tuple(notes)
