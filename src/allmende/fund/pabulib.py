"""Elections as Pabulib writes them (`.pb`): three sections of semicolon-separated lines.

Format: META (key;value), PROJECTS and VOTES, each with a line of column names; see pabulib.org/format.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction

from allmende.errors import AllmendeError
from allmende.fund.election import Election, ballots_of
from allmende.fund.pabulib_ballots import support
from allmende.fund.pabulib_lines import Line, amount, sections
from allmende.fund.pabulib_notes import Note, disagreements, note

KINDS = ("approval", "choose-1", "ordinal", "cumulative", "scoring")


def parse_pabulib(text: str, name: str = "election.pb") -> Election:
    r"""Read the text of a `.pb` file.

    Support is what a ballot names; where it gives points, those above 0. An ordinal ballot gives its first project as many
    points as a ballot may name projects (`max_length`; the longest ballot if that is longer or nothing is said), each that
    follows one less. What had to be interpreted stands in `notes`. Raises `AllmendeError` with file, line and value, also if
    nobody supports anything.

    >>> text = "META\nkey;value\nbudget;10\nPROJECTS\nproject_id;cost\na;4\nVOTES\nvoter_id;vote\n1;a\n2;a\n"
    >>> election = parse_pabulib(text)
    >>> election.projects, election.budget, election.ballots.counts.tolist()
    (('a',), 10, [2])
    """
    lines = sections(text, name)
    meta = {line.fields["key"].lower(): line for line in lines["META"]}
    said = {key: line.fields["value"] for key, line in meta.items()}
    budget, costs = _budget(meta, name), _costs(lines["PROJECTS"], name)
    unit = math.lcm(budget.denominator, *(cost.denominator for cost, _ in costs.values()))
    kind, notes = _kind(meta, lines["VOTES"], name)
    ids = sorted(costs)
    ranks = int(said["max_length"]) if said.get("max_length", "").isdigit() else 0
    found = support(lines["VOTES"], kind, min(ranks, len(ids)), {project: k for k, project in enumerate(ids)}, name)
    if not found.given:
        raise AllmendeError(
            f"{len(lines['VOTES'])} ballots support no project: nobody has said what to fund.",
            where=f"{name}, VOTES",
            expected="ballots that name projects",
            todo="Check that the section VOTES was written whole.",
        )
    whole = [int(costs[project][0] * unit) for project in ids]
    _check_size([*whole, int(budget * unit), *(points for _, _, points in found.given)], len(lines["VOTES"]), name)
    ballots = ballots_of(len(lines["VOTES"]), len(ids), found.given)
    supporters = dict(zip(ids, ballots.counts.tolist(), strict=True))
    return Election(
        tuple(ids),
        tuple(costs[project][1] for project in ids),
        tuple(whole),
        int(budget * unit),
        unit,
        kind,
        ballots,
        (*notes, *found.notes, *disagreements(lines, said, supporters, found.lengths)),
    )


def _check_size(numbers: Sequence[int], voters: int, name: str) -> None:
    if max(numbers) * voters >= 2**62:
        raise AllmendeError(
            "Amounts or points are too large, or have too many decimals, to be added exactly.",
            where=name,
            expected=f"the largest one, in its smallest unit, times {voters} ballots below 2**62",
            todo="Round them.",
        )


def _budget(meta: Mapping[str, Line], name: str) -> Fraction:
    if "budget" not in meta:
        raise AllmendeError("The budget is missing.", where=f"{name}, META", expected="a line budget;AMOUNT", todo="Add it.")
    line = meta["budget"]
    budget = amount(line.fields.get("value", ""), f"{name}, line {line.number}, budget")
    if budget <= 0:
        raise AllmendeError(
            f"The budget is {line.fields['value']}: nothing can be funded.",
            where=f"{name}, line {line.number}",
            expected="a budget above 0",
            todo="Correct the budget.",
        )
    return budget


def _costs(lines: Sequence[Line], name: str) -> dict[str, tuple[Fraction, str]]:
    costs: dict[str, tuple[Fraction, str]] = {}
    for line in lines:
        project, where = line.fields["project_id"], f"{name}, line {line.number}"
        if not project:
            raise AllmendeError("A project has no id.", where=where, expected="an id in the column project_id", todo="Add it.")
        if project in costs:
            raise AllmendeError(
                f"The project {project} is listed twice.", where=where, expected="ids that differ", todo="Rename or remove one."
            )
        cost = amount(line.fields.get("cost", ""), f"{where}, project {project}, cost")
        if cost < 0:
            raise AllmendeError(
                f"The project {project} costs {line.fields['cost']}.",
                where=where,
                expected="a cost of 0 or more",
                todo="Correct the cost; what brings money in is not a project of this fund.",
            )
        costs[project] = cost, line.fields.get("name", "")
    if not costs:
        raise AllmendeError(
            "There are no projects.",
            where=f"{name}, PROJECTS",
            expected="at least one project",
            todo="List the projects with their cost.",
        )
    return costs


def _kind(meta: Mapping[str, Line], votes: Sequence[Line], name: str) -> tuple[str, tuple[Note, ...]]:
    if "vote_type" not in meta:
        kind = "scoring" if votes and "points" in votes[0].fields else "approval"
        return kind, (note("no_kind", kind=kind),)
    line = meta["vote_type"]
    kind = line.fields["value"].lower()
    if kind not in KINDS:
        raise AllmendeError(
            f"The vote type “{kind}” is not known.",
            where=f"{name}, line {line.number}",
            expected=f"one of {', '.join(KINDS)}",
            todo="Correct the vote type.",
        )
    return kind, ()
