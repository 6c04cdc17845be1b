"""Record keys of persons and of their events."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from allmende.cubes.folding import Keys
from allmende.register.identity import Identities
from allmende.register.people import Events, ranks
from allmende.register.secret import Secret, keyed, record_keys
from allmende.register.values import NATIONALITIES, SEXES

Ints = NDArray[np.int64]

LATER = b"allmende-later"
CROSSING = b"allmende-move"
"""Purposes that keep the hashes of later events and of moves between members apart from persons' keys."""


def person_keys(secret: Secret, ags: str, identities: Identities) -> Keys:
    """Return one key per identity of the run."""
    return record_keys(secret, ags, identities.texts)


def event_keys(secret: Secret, ags: str, identities: Identities, events: Events, year: int) -> Keys:
    """Return one key per event of one calendar year; `events` must be `in_order` and hold all events that are counted.

    A person's first event of the year has the person's key, so that "all residents moved in" gets equal noise in stock and
    flow; a later one the person's key plus the keyed hash of `<ags>|<id>|<year>|<ordinal>` mod 2³². A move between two
    members of the region is keyed by what both offices know, see `crossing_keys`.
    """
    keys = person_keys(secret, ags, identities)[events.people.person]
    ordinal = ranks([events.people.person]) + 1
    later = np.flatnonzero(ordinal > 1)
    texts = (
        f"{ags}|{identities.texts[person]}|{year}|{n}"
        for person, n in zip(events.people.person[later].tolist(), ordinal[later].tolist(), strict=True)
    )
    keys[later] += keyed(secret, texts, purpose=LATER)
    crossing = np.flatnonzero(events.of("in", "out") & _among_members(events))
    keys[crossing] = crossing_keys(secret, ags, events.take(crossing))
    return keys


def crossing_keys(secret: Secret, ags: str, events: Events) -> Keys:
    """Return the keys of moves between members: equal in both offices' deliveries if both recorded the same move.

    Hashed are origin, destination, day, date of birth, sex, nationality (German or other) and the rank among moves that
    agree in all of these (twins), so that equal sets of moves have equal key sums.
    """
    p = events.people
    rank = ranks([events.day, p.birth, p.sex, p.nationality, events.counterpart, events.kind])
    arrays = (events.of("in"), events.counterpart, events.day, p.birth, p.sex, p.nationality, rank)
    texts = []
    for comes, other, day, birth, sex, nationality, n in zip(*(array.tolist() for array in arrays), strict=True):
        ends: Sequence[str] = (events.counterparts[other], ags) if comes else (ags, events.counterparts[other])
        texts.append("|".join((*ends, str(day), str(birth), SEXES[sex], NATIONALITIES[nationality], str(n))))
    return keyed(secret, texts, purpose=CROSSING)


def _among_members(events: Events) -> NDArray[np.bool_]:
    member = np.array([len(label) == 8 and label.isdigit() for label in events.counterparts], dtype=bool)
    return member[events.counterpart]
