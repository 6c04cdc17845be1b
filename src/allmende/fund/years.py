"""Several calls in a row: what one leaves is carried to the next, and a part of every grant flows back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from allmende.errors import AllmendeError
from allmende.fund.award import Award, decide
from allmende.fund.call import Call
from allmende.fund.call_file import read_call
from allmende.fund.call_part import Part, Table, parts, table_of
from allmende.money import cents, decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """Which files are decided in turn, and which part of a grant flows back how many calls later (0: none)."""

    name: str
    files: tuple[str, ...]
    returns: Fraction
    after: int


@dataclass(frozen=True, slots=True)
class Turn:
    """One call of the row decided: `returned` are the cents that flowed back into it, by member."""

    call: Call
    award: Award
    returned: Mapping[str, int]

    @property
    def granted(self) -> dict[str, int]:
        """Cents granted, by member."""
        found = dict.fromkeys((each.id for each in self.call.members), 0)
        for each in self.award.decisions:
            found[each.member] += each.grant
        return found

    @property
    def carried(self) -> int:
        """Cents that are there for the next call: what was not spent and what was not in the budget."""
        return self.award.left + sum(self.call.sources.values()) - self.call.budget


def read_plan(document: Table, name: str) -> Plan:
    """Read the document of a row of calls; raises `AllmendeError` naming file, value and remedy."""
    Part(document, name).only("fund", "call")
    head = Part(table_of(document, "fund", name), f"{name}, [fund]").only("name", "returns", "returns_after")
    files = tuple(part.only("file").text("file") for part in parts(document, "call", name))
    returns = head.share("returns", Fraction(0))
    after = head.whole("returns_after") if returns else 0
    if returns and not after:
        raise AllmendeError(
            "returns_after is 0: a grant cannot flow back into the call that makes it.",
            where=head.where,
            expected="returns_after of at least 1",
            todo="Say how many calls later it flows back.",
        )
    return Plan(head.text("name"), files, returns, after)


def decide_in_turn(plan: Plan, documents: Sequence[Table]) -> tuple[Turn, ...]:
    """Decide the calls of a plan one after the other, each by its own rules.

    The first call says what it begins with; `carried_over` of every other is what the call before left. What flows back of
    earlier grants (rounded down to cents) comes on top of what a call states as `returned`. Raises `AllmendeError` as
    `read_call` does, and for a later call that states `carried_over` itself.
    """
    turns: list[Turn] = []
    for name, document in zip(plan.files, documents, strict=True):
        back = _flows_back(plan, turns)
        call = read_call(_with_sources(document, name, turns, sum(back.values())), name)
        turns.append(Turn(call, decide(call), back))
    return tuple(turns)


def _flows_back(plan: Plan, turns: Sequence[Turn]) -> dict[str, int]:
    if not plan.returns or len(turns) < plan.after:
        return {}
    return {member: int(grant * plan.returns) for member, grant in turns[-plan.after].granted.items() if grant}


def _with_sources(document: Table, name: str, turns: Sequence[Turn], back: int) -> Table:
    head = table_of(document, "call", name)
    if turns and "carried_over" in head:
        raise AllmendeError(
            f"carried_over is {head['carried_over']}, but it is what the call before leaves.",
            where=f"{name}, [call]",
            expected="carried_over in the first call only",
            todo="Leave it out; money from elsewhere is other = …",
        )
    stated = cents(head.get("returned", 0), where=f"{name}, [call], returned")
    sources = {"returned": decimal(stated + back)} if back else {}
    sources |= {"carried_over": decimal(turns[-1].carried)} if turns else {}
    return {**document, "call": {**head, **sources}}


def outstanding(plan: Plan, turns: Sequence[Turn]) -> int:
    """Return what will still flow back after the last call, in cents."""
    waiting = turns[-plan.after :] if plan.returns else ()
    return sum(int(grant * plan.returns) for turn in waiting for grant in turn.granted.values())
