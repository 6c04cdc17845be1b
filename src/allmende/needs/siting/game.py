"""A sharing as a cost game: what every coalition of partners would pay."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np

from allmende.errors import AllmendeError, Refused
from allmende.needs.siting.joint import joint_model
from allmende.needs.siting.program import NO_LIMITS, Limits
from allmende.needs.siting.sharing import Sharing
from allmende.needs.siting.terms import outcome

MOST = 10
"""Partners beyond which the coalitions are too many to solve one by one."""


def as_cost_game(sharing: Sharing, *, joint_cost: float | None = None, limits: Limits = NO_LIMITS) -> dict[str, Any]:
    """Return {"kind": "cost", "players": […], "coalitions": [{"members": […], "amount": …}, …]} with every coalition.

    Inside a coalition the terms of the agreement do not bind (number of hosts, minimum load, fair split, participation,
    nesting): outside it nobody asks for them. Capacity and reach do. A single partner pays what it pays alone, and a coalition
    never more than its parts. `joint_cost` is the amount of all together under the terms; if left out, all together are free
    too.

    Raises `AllmendeError` beyond ten partners, `Refused` if a coalition was not solved in the time allowed.
    """
    if len(sharing.partners) > MOST:
        raise AllmendeError(
            f"{len(sharing.partners)} partners make {2 ** len(sharing.partners) - 1} coalitions.",
            where="cost game",
            expected=f"at most {MOST} partners",
            todo="Group neighbours who act together.",
        )
    alone = sharing.alone_by_draw().mean(axis=0)
    everybody = range(len(sharing.partners))
    amounts: dict[tuple[int, ...], float] = {(i,): float(alone[i]) for i in everybody}
    for size in range(2, len(sharing.partners) + 1):
        for members in combinations(everybody, size):
            together = _coalition_cost(sharing, members, limits)
            amounts[members] = min(together, _in_parts(amounts, members))
    if joint_cost is not None:
        amounts[tuple(everybody)] = joint_cost
    coalitions = [{"members": [sharing.partners[i] for i in members], "amount": cost} for members, cost in amounts.items()]
    return {"kind": "cost", "players": list(sharing.partners), "coalitions": coalitions}


def _coalition_cost(sharing: Sharing, members: tuple[int, ...], limits: Limits) -> float:
    among = np.array(members)
    free = tuple(replace(service, sites=None, min_load=0.0, within=None) for service in sharing.services)
    part = Sharing(
        tuple(sharing.partners[i] for i in members),
        free,
        sharing.minutes[np.ix_(among, among)],
        sharing.demand[:, :, among],
        sharing.fixed_cost[:, among],
        loads=sharing.loads,
    )
    model = joint_model(part)
    answer = model.solve(limits)
    if answer.feasible is False:
        return float("inf")  # capacity or reach forbid it; its parts may still do better
    if answer.values is None or answer.bound < answer.objective * (1 - 1e-6):
        raise Refused(
            "A coalition was not solved in the time allowed.",
            where=", ".join(part.partners),
            expected="a proved cost for every coalition",
            todo="Allow more time.",
        )
    return outcome(part, model.hosting(answer)).cost


def _in_parts(amounts: dict[tuple[int, ...], float], members: tuple[int, ...]) -> float:
    """Return the least that two coalitions pay that make up this one."""
    first, rest = members[0], members[1:]
    least = float("inf")
    for size in range(len(rest)):
        for others in combinations(rest, size):
            mine = (first, *others)
            left = tuple(i for i in members if i not in mine)
            least = min(least, amounts[mine] + amounts[left])
    return least
