"""Elections as Pabulib writes them (`.pb`): three sections of semicolon-separated lines.

Format: META (key;value), PROJECTS and VOTES, each with a line of column names; see pabulib.org/format.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from allmende.errors import AllmendeError
from allmende.fund.election import Election, ballots_of

SECTIONS = ("META", "PROJECTS", "VOTES")
KINDS = ("approval", "choose-1", "ordinal", "cumulative", "scoring")


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    fields: Mapping[str, str]
    surplus: bool


def parse_pabulib(text: str, name: str = "election.pb") -> Election:
    r"""Read the text of a `.pb` file.

    Support is what a ballot names; where it gives points, those above 0. An ordinal ballot gives as many points as the longest
    ballot is long to its first project, one less to each that follows. What had to be interpreted stands in `notes`.
    Raises `AllmendeError` with file, line and value.

    >>> text = "META\nkey;value\nbudget;10\nPROJECTS\nproject_id;cost\na;4\nVOTES\nvoter_id;vote\n1;a\n2;a\n"
    >>> election = parse_pabulib(text)
    >>> election.projects, election.budget, election.ballots.counts.tolist()
    (('a',), 10, [2])
    """
    sections = _sections(text.removeprefix("\ufeff"), name)
    meta = {line.fields["key"].lower(): line for line in sections["META"]}
    notes: list[str] = []
    budget = _budget(meta, name)
    costs = _costs(sections["PROJECTS"], name)
    unit = math.lcm(budget.denominator, *(cost.denominator for cost, _ in costs.values()))
    kind = _kind(meta, sections["VOTES"], notes, name)
    ids = sorted(costs)
    support = _support(sections["VOTES"], kind, {project: k for k, project in enumerate(ids)}, notes, name)
    notes += _disagreements(meta, len(ids), sections["VOTES"])
    surplus = [line.number for lines in sections.values() for line in lines if line.surplus]
    if surplus:
        notes.append(f"{len(surplus)} lines have more cells than columns (first: line {surplus[0]}); the rest is not read.")
    return Election(
        tuple(ids),
        tuple(costs[project][1] for project in ids),
        tuple(int(costs[project][0] * unit) for project in ids),
        int(budget * unit),
        unit,
        kind,
        ballots_of(len(sections["VOTES"]), len(ids), support),
        tuple(notes),
    )


def _sections(text: str, name: str) -> dict[str, list[_Line]]:
    found: dict[str, list[_Line]] = {}
    section, columns = "", None
    for number, row in _rows(text, name):
        word = row[0].strip().upper()
        if word in SECTIONS and not any(cell.strip() for cell in row[1:]):
            section, columns = word, None
            found[section] = []
        elif not section:
            raise AllmendeError(f"Line {number} stands before any section.", where=name, expected="META as the first line")
        elif columns is None:
            columns = [cell.strip().lower() for cell in row]
            _check_columns(section, columns, number, name)
        else:
            cells = [cell.strip() for cell in row] + [""] * (len(columns) - len(row))
            fields = dict(zip(columns, cells, strict=False))
            found[section].append(_Line(number, fields, any(cells[len(columns) :])))
    missing = [section for section in SECTIONS if section not in found]
    if missing:
        raise AllmendeError(
            f"The section {missing[0]} is missing.",
            where=name,
            expected="the sections META, PROJECTS and VOTES",
            todo="Look for a quotation mark that is opened and never closed: it swallows the lines that follow.",
        )
    return found


def _rows(text: str, name: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, row
    except csv.Error as error:
        raise AllmendeError(f"The file cannot be read: {error}.", where=f"{name}, line {reader.line_num}") from error


_NEEDED = {"META": ("key", "value"), "PROJECTS": ("project_id", "cost"), "VOTES": ("vote",)}


def _check_columns(section: str, columns: Sequence[str], number: int, name: str) -> None:
    for column in _NEEDED[section]:
        if column not in columns:
            raise AllmendeError(
                f"The section {section} has no column “{column}”.",
                where=f"{name}, line {number}",
                expected=f"the columns {', '.join(_NEEDED[section])}",
                todo="Add the column; other columns may stay.",
            )


def _budget(meta: Mapping[str, _Line], name: str) -> Fraction:
    if "budget" not in meta:
        raise AllmendeError("The budget is missing.", where=f"{name}, META", expected="a line budget;AMOUNT")
    line = meta["budget"]
    budget = _amount(line.fields.get("value", ""), f"{name}, line {line.number}, budget")
    if budget <= 0:
        raise AllmendeError(
            f"The budget is {line.fields['value']}: nothing can be funded.",
            where=f"{name}, line {line.number}",
            expected="a budget above 0",
            todo="Correct the budget.",
        )
    return budget


def _costs(lines: Sequence[_Line], name: str) -> dict[str, tuple[Fraction, str]]:
    costs: dict[str, tuple[Fraction, str]] = {}
    for line in lines:
        project, where = line.fields["project_id"], f"{name}, line {line.number}"
        if not project:
            raise AllmendeError("A project has no id.", where=where, expected="an id in the column project_id", todo="Add it.")
        if project in costs:
            raise AllmendeError(
                f"The project {project} is listed twice.", where=where, expected="ids that differ", todo="Rename or remove one."
            )
        cost = _amount(line.fields.get("cost", ""), f"{where}, project {project}, cost")
        if cost < 0:
            raise AllmendeError(
                f"The project {project} costs {line.fields['cost']}.",
                where=where,
                expected="a cost of 0 or more",
                todo="Correct the cost; what brings money in is not a project of this fund.",
            )
        costs[project] = cost, line.fields.get("name", "")
    if not costs:
        raise AllmendeError("There are no projects.", where=f"{name}, PROJECTS", expected="at least one project")
    return costs


def _amount(text: str, where: str) -> Fraction:
    plain = text.replace(" ", "").replace("\xa0", "").replace("'", "")
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        return Fraction(Decimal(plain.replace(",", "")))
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise AllmendeError(
            f"“{text}” is no amount.", where=where, expected="a number such as 1250 or 1250.50", todo="Correct the value."
        ) from error


def _kind(meta: Mapping[str, _Line], votes: Sequence[_Line], notes: list[str], name: str) -> str:
    if "vote_type" not in meta:
        kind = "scoring" if votes and "points" in votes[0].fields else "approval"
        notes.append(f"META names no vote_type; the ballots were read as {kind}.")
        return kind
    line = meta["vote_type"]
    kind = line.fields.get("value", "").lower()
    if kind not in KINDS:
        raise AllmendeError(
            f"The vote type “{kind}” is not known.", where=f"{name}, line {line.number}", expected=f"one of {', '.join(KINDS)}"
        )
    return kind


def _support(
    votes: Sequence[_Line], kind: str, position: Mapping[str, int], notes: list[str], name: str
) -> list[tuple[int, int, int]]:
    given: list[tuple[int, int, Fraction]] = []
    repeated = empty = 0
    named = [_split(line.fields.get("vote", "")) for line in votes]
    longest = max(map(len, named), default=0)
    for voter, (line, ids) in enumerate(zip(votes, named, strict=True)):
        where = f"{name}, line {line.number}"
        points = _points(line, ids, kind, longest, where)
        seen: set[str] = set()
        for project, value in zip(ids, points, strict=True):
            if project not in position:
                raise _unknown(project, where)
            repeated += project in seen
            empty += value <= 0
            if project not in seen and value > 0:
                given.append((position[project], voter, value))
            seen.add(project)
    if repeated:
        notes.append(f"{repeated} projects are named twice on one ballot; the first mention counts.")
    if empty:
        notes.append(f"{empty} times a ballot gives a project no points or fewer than none; this is no support.")
    scale = math.lcm(1, *(value.denominator for _, _, value in given))
    return [(project, voter, int(value * scale)) for project, voter, value in given]


def _points(line: _Line, ids: Sequence[str], kind: str, longest: int, where: str) -> list[Fraction]:
    if kind == "ordinal":
        return [Fraction(longest - rank) for rank in range(len(ids))]
    if kind not in ("cumulative", "scoring") or "points" not in line.fields:
        return [Fraction(1)] * len(ids)
    points = [_amount(text, f"{where}, points") for text in _split(line.fields["points"])]
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


def _disagreements(meta: Mapping[str, _Line], projects: int, votes: Sequence[_Line]) -> list[str]:
    notes = []
    for key, found in (("num_projects", projects), ("num_votes", len(votes))):
        said = meta[key].fields.get("value", "") if key in meta else str(found)
        if said != str(found):
            notes.append(f"META says {key} {said}; there are {found}, and these count.")
    ids = [line.fields["voter_id"] for line in votes if "voter_id" in line.fields]
    if len(set(ids)) < len(ids):
        notes.append(f"{len(ids) - len(set(ids))} lines repeat a voter_id; each line counts as one ballot.")
    return notes
