"""What each member pays into a call and gets out of it, beside what equal shares would have guaranteed."""

from __future__ import annotations

from dataclasses import dataclass

from allmende.fund.award import Award, grantable, guaranteed
from allmende.fund.call import Call
from allmende.fund.scoring import rate


@dataclass(frozen=True, slots=True)
class Return:
    """One member's call in cents: paid in, received, what it would have received by equal shares with its contribution."""

    member: str
    contributed: int
    received: int
    by_equal_shares: int

    @property
    def net(self) -> int:
        """Received less contributed."""
        return self.received - self.contributed


def returns(call: Call, award: Award) -> tuple[Return, ...]:
    """Set against one another what each member pays and gets; equal shares are a benchmark here, not the rule."""
    rated = rate(call)
    able = sorted((each for each in call.applications if not rated.barred[each.id]), key=lambda each: each.id)
    able = [each for each in able if grantable(call, each) >= max(call.rules.least_grant, 1)]
    grants = {each.id: grantable(call, each) for each in able}
    bought = {able[k].id for k in guaranteed(call, able, rated.scores, grants)}
    owner = {each.id: each.member for each in call.applications}
    return tuple(
        Return(
            member.id,
            member.contribution,
            sum(grant for each, grant in award.funded.items() if owner[each] == member.id),
            sum(grants[each] for each in bought if owner[each] == member.id),
        )
        for member in call.members
    )
