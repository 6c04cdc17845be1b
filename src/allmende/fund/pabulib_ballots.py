"""The ballots of a `.pb` file: who supports which project with how many points."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from allmende.errors import AllmendeError
from allmende.fund.pabulib_lines import Line, amount
from allmende.fund.pabulib_notes import Note, note

NOBODY = "none"
"""What some files write for a ballot that names nothing."""


@dataclass(frozen=True, slots=True)
class Support:
    """(project, voter, points) of everything supported, points in whole numbers; projects named by each ballot; notes."""

    given: list[tuple[int, int, int]]
    lengths: tuple[int, ...]
    notes: tuple[Note, ...]


def support(votes: Sequence[Line], kind: str, ranks: int, position: Mapping[str, int], name: str) -> Support:
    """Read every ballot.

    `ranks` is how many projects an ordinal ballot may order at most: its first project gets so many points, each that follows
    one less. Raises `AllmendeError` for a project that is not listed and for points that do not fit the projects named.
    """
    given: list[tuple[int, int, Fraction]] = []
    repeated = worthless = 0
    named = [_named(line, position) for line in votes]
    ranks = max([ranks, *map(len, named)])
    for voter, (line, ids) in enumerate(zip(votes, named, strict=True)):
        where = f"{name}, line {line.number}"
        seen: set[str] = set()
        for project, value in zip(ids, _points(line, ids, kind, ranks, where), strict=True):
            if project not in position:
                raise _unknown(project, where)
            repeated += project in seen
            worthless += value <= 0
            if project not in seen and value > 0:
                given.append((position[project], voter, value))
            seen.add(project)
    scale = math.lcm(1, *(value.denominator for _, _, value in given))
    empty = len(votes) - len({voter for _, voter, _ in given})
    counted = {"twice": repeated, "no_points": worthless, "empty": empty}
    notes = tuple(note(code, count=count) for code, count in counted.items() if count)
    whole = [(project, voter, int(value * scale)) for project, voter, value in given]
    return Support(whole, tuple(map(len, named)), notes)


def _named(line: Line, position: Mapping[str, int]) -> list[str]:
    ids = _split(line.fields.get("vote", ""))
    return [] if [each.lower() for each in ids] == [NOBODY] and ids[0] not in position else ids


def _points(line: Line, ids: Sequence[str], kind: str, ranks: int, where: str) -> list[Fraction]:
    if kind == "ordinal":
        return [Fraction(ranks - rank) for rank in range(len(ids))]
    if kind not in ("cumulative", "scoring") or "points" not in line.fields:
        return [Fraction(1)] * len(ids)
    points = [amount(text, f"{where}, points") for text in _split(line.fields["points"])] if ids else []
    if len(points) != len(ids):
        raise AllmendeError(
            f"The ballot names {len(ids)} projects and gives {len(points)} times points.",
            where=where,
            expected="one number of points for each project",
            todo="Correct the columns vote and points.",
        )
    return points


def _split(text: str) -> list[str]:
    return [part for part in map(str.strip, text.split(",")) if part]


def _unknown(project: str, where: str) -> AllmendeError:
    return AllmendeError(
        f"The ballot names the project {project}, which is not listed.",
        where=where,
        expected="ids of the section PROJECTS",
        todo="Add the project, or correct the ballot.",
    )
