"""Which of the keys under discussion is the easiest to defend, by a rule that is stated with the answer."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from allmende.sharing.compare import Deal, Row
from allmende.sharing.key_words import benefit_part


@dataclass(frozen=True, slots=True)
class Advice:
    """The key that is easiest to defend: its row, and which part of the amount it splits by the benefit in the case's year."""

    row: Row
    benefit: Fraction


def easiest(deal: Deal) -> Advice | None:
    """Return the key that follows the benefit most, of those with which no group would leave; None if there is none.

    Following the benefit is the rule of the laws on joint bodies (`law_keys.toml`). Ties go to the key that holds in more draws
    of uncertain costs, then to the one with more room to the group that is closest to leaving.
    """
    standing = [
        Advice(row, benefit_part(row.split, deal.case.measures))
        for row in deal.rows
        if row.split is not None and row.core.member
    ]
    return max(standing, key=lambda one: (one.benefit, one.row.holds or 0.0, float(one.row.core.room)), default=None)
