"""Calls in a row told as data: each call's account, and what every member paid and got over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from allmende.fund.story import account, decisions, names
from allmende.fund.years import Plan, Turn, outstanding
from allmende.money import decimal


def years_story(plan: Plan, turns: Sequence[Turn]) -> dict[str, Any]:
    """Tell who is funded in each call, how the money went on, and the net position of members (None: not in that call)."""
    called = [names(turn.call) for turn in turns]
    members = {member: name for each in called for member, name in each["member"].items()}
    net = {name: [_net(turn, name) for turn in turns] for name in members}
    return {
        "fund": plan.name,
        "names": {
            "application": {which: name for each in called for which, name in each["application"].items()},
            "member": members,
        },
        "returns": float(plan.returns),
        "returns_after": plan.after,
        "calls": [
            {
                "call": turn.call.name,
                "rule": turn.call.rules.rule,
                "account": account(turn.call, turn.award),
                "selected": sorted(turn.award.funded),
                "decisions": decisions(turn.call, turn.award),
            }
            for turn in turns
        ],
        "net": {name: [None if amount is None else decimal(amount) for amount in row] for name, row in net.items()},
        "cumulated": {name: decimal(sum(amount or 0 for amount in row)) for name, row in net.items()},
        "left": decimal(turns[-1].carried),
        "outstanding": decimal(outstanding(plan, turns)),
    }


def _net(turn: Turn, name: str) -> int | None:
    """Return what a member received less what it contributed and gave back, None if it had no part in the call."""
    paid = {member.id: member.contribution for member in turn.call.members}
    if name not in paid:
        return -turn.returned[name] if name in turn.returned else None
    return turn.granted[name] - paid[name] - turn.returned.get(name, 0)
