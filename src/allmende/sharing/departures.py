"""If one leaves: what the others pay together, and each of them under each key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from allmende.errors import AllmendeError
from allmende.sharing.case import Case
from allmende.sharing.figures import Figures
from allmende.sharing.keys import Key, Transition, split_by


@dataclass(frozen=True, slots=True)
class Departure:
    """One partner gone: cents of the others together (None if not known), and of each of them by key.

    `shares` has by a key's id the cents of the others in their order; None if the key cannot split among them.
    """

    partner: str
    together: int | None
    shares: Mapping[str, tuple[int, ...] | None]


def departures(case: Case) -> tuple[Departure, ...]:
    """Return for each partner what the others pay (in a value game: have) without it, as far as the game knows that group.

    The keys stay as they are: figures of the others count, and terms that name the one who left fall away.
    """
    game = case.game
    if len(game) < 2:
        return ()
    found = []
    for i, name in enumerate(game.players):
        others = game.everybody ^ (1 << i)
        together = round(float(game.amounts[others]) * 100) if game.stated[others] else None
        shares = {} if together is None else {key.id: _split(key.key, together, case, i) for key in case.keys}
        found.append(Departure(name, together, shares))
    return tuple(found)


def _split(key: Key, together: int, case: Case, gone: int) -> tuple[int, ...] | None:
    known = case.figures
    partners = known.partners[:gone] + known.partners[gone + 1 :]
    figures = Figures(partners, {at: row[:gone] + row[gone + 1 :] for at, row in known.values.items()})
    try:
        return split_by(_without(key, known.partners[gone]), together, figures, case.year).cents
    except AllmendeError:  # caps that leave a part, or figures that sum to nothing
        return None


def _without(key: Key, gone: str) -> Key:
    """Return a key without its terms about a partner.

    >>> _without(Key({"use": 1}, exempt=frozenset("AB")), "A").exempt
    frozenset({'B'})
    """
    staged = key.transition
    return replace(
        key,
        exempt=key.exempt - {gone},
        floors={name: bound for name, bound in key.floors.items() if name != gone},
        caps={name: bound for name, bound in key.caps.items() if name != gone},
        pre_shares={name: part for name, part in key.pre_shares.items() if name != gone},
        transition=staged and Transition(_without(staged.before, gone), staged.new_part),
    )
