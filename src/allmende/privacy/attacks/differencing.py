"""Attack A1, geographic differencing: what an attacker learns of few people from the difference of published areas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from allmende.privacy.attacks.checks import Check, Limits
from allmende.privacy.attacks.noise import Spread, add, exact_mean, spread
from allmende.privacy.attacks.slivers import Slivers
from allmende.privacy.lookup import Keys
from allmende.privacy.protection import Protection
from allmende.privacy.ptable import Floats, Ints, PTable, Row

LARGEST = 30
"""True sizes that the attacker who knows prior and p-table considers."""


@dataclass(frozen=True, slots=True)
class DifferencingRisk:
    """How well slivers of 1 or 2 persons are hit; shares 0 … 1, expected over keys unless called realised.

    `slivers` targets with anybody in them, `small` those of 1-2, in `places` different places and groups (the others are
    further years of the same). `recovery`: share of small slivers whose difference is
    the true count. `precision`: share of true ones among differences of 1 or 2. `best_guess`: share of small
    slivers hit by the attacker who knows p-table, the sizes of slivers and that somebody is there (MAP); `blind_guess` the same
    without any release: what guessing alone is worth. `worst` the highest P(exact) of a small one; `lasting` the
    same for one who averages all years in which the same place held the same small number.
    """

    slivers: int
    small: int
    places: int
    recovery: float
    precision: float
    best_guess: float
    blind_guess: float
    worst: float
    lasting: float
    realised_recovery: float
    realised_precision: float

    @property
    def guess_gain(self) -> float:
        """What the release adds to guessing, as a share of what guessing alone leaves: 0 nothing, 1 everything."""
        return (self.best_guess - self.blind_guess) / (1 - self.blind_guess) if self.blind_guess < 1 else 0.0

    def checks(self, limits: Limits) -> tuple[Check, ...]:
        """Hold the three expected figures against the gate's limits."""
        return (
            Check("differencing", "exact recovery of slivers of 1-2", self.recovery, limits.sliver_recovery),
            Check("differencing", "precision of claims of 1-2", self.precision, limits.sliver_precision),
            Check("differencing", "gain of the best guess of slivers of 1-2", self.guess_gain, limits.sliver_map),
        )


def assess_slivers(
    slivers: Slivers,
    n: Ints,
    key: Keys,
    protection: Protection,
    *,
    exact_outer: bool = False,
    most_draws: int = 8,
    place: Ints | None = None,
) -> DifferencingRisk:
    """Compute the attack on slivers, exactly, from the rows that the areas' true counts draw from.

    `n` and `key` hold the atoms' true counts and key sums, shape (atoms,) or (atoms, groups) for several groups of people
    (age × sex …), each attacked by itself. `exact_outer` says that the outer geography is published unperturbed.
    The attacker's value is d = Σ ± published; noise of different people is independent, so its distribution is
    the convolution of the rows. An area added and one taken away that hold the same people of a group have the same value:
    both fall out of the difference, which is as sharp as the shorter one (unless one of them is exact). Slivers without
    anybody are no targets but feed false claims and the prior.
    Differences with more than `most_draws` areas that are not empty in a group are left out there, lest hopeless ones make
    the average look harmless; so are those that are no number of persons there (`Slivers.beyond`). `place` numbers the
    slivers' places (slivers of one place in different years share it); without it each stands alone.
    """
    counts = slivers.areas @ n.reshape(len(n), -1)
    keys = (slivers.areas @ key.reshape(len(key), -1).astype(np.int64) & 0xFFFFFFFF).astype(np.uint32)
    rows = protection.table.row_index(counts)
    published = protection.protect(counts, keys)
    if exact_outer:
        rows[: slivers.outer], published[: slivers.outer] = 0, counts[: slivers.outer]
    true = (slivers.terms @ counts).T.ravel()
    shown = (slivers.terms @ published).T.ravel()
    identity = _identity(counts, keys)
    if exact_outer:
        identity[: slivers.outer] = (
            np.arange(slivers.outer)[:, None] - slivers.outer
        )  # below 0: no noise that could be another's
    signatures = _signatures(slivers, rows, identity, len(protection.table.rows))
    people = slivers.beyond(n.reshape(len(n), -1)).T.ravel() == 0
    kept = np.flatnonzero((signatures.sum(axis=1) <= most_draws) & people)
    if not len(kept):
        return DifferencingRisk(0, 0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    kinds, kind = np.unique(signatures[kept], axis=0, return_inverse=True)
    spreads = [_noise(protection.table, signature) for signature in kinds]
    own = np.arange(len(slivers)) if place is None else place
    target = (own[None, :] + (own.max() + 1) * np.arange(counts.shape[1])[:, None]).ravel()  # place × group
    return _risk(true[kept], shown[kept], kind.ravel(), spreads, target[kept])


def _identity(counts: Ints, keys: Keys) -> Ints:
    """Return a number for the people of each area and group: equal count and key sum, equal people (one error in 2³²)."""
    return (counts << 32) | keys.astype(np.int64)


def _signatures(slivers: Slivers, rows: Ints, identity: Ints, height: int) -> NDArray[np.int16]:
    """Return how often each row is added and subtracted (groups · slivers × 2 · rows): equal counts, equal noise."""
    terms = sparse.coo_array(slivers.terms)
    flat = [np.zeros((0, 2 * height), dtype=np.int16)]
    for group in range(rows.shape[1]):
        left = _not_cancelled(terms, identity[:, group])
        place = rows[terms.col[left], group] + np.where(terms.data[left] < 0, height, 0)
        size = len(slivers) * 2 * height
        each = np.bincount(terms.row[left].astype(np.int64) * 2 * height + place, minlength=size)
        flat.append(each.astype(np.int16).reshape(len(slivers), 2 * height))
    signatures = np.concatenate(flat)
    signatures[:, [0, height]] = 0  # row 0 adds no noise
    return signatures


def _not_cancelled(terms: sparse.coo_array, identity: Ints) -> NDArray[np.bool_]:
    """Say of each term whether its people are not, in the same sliver, taken away again or added before."""
    _, who, times = np.unique(identity, return_inverse=True, return_counts=True)
    several = np.flatnonzero((times > 1)[who][terms.col])
    pair = terms.row[several].astype(np.int64) * len(times) + who[terms.col[several]]
    _, which = np.unique(pair, return_inverse=True)
    left = np.ones(len(terms.data), dtype=np.bool_)
    left[several] = np.bincount(which, weights=terms.data[several])[which] != 0
    return left


def _noise(table: PTable, signature: NDArray[np.int16]) -> Spread:
    height = len(table.rows)
    parts = []
    for place in np.flatnonzero(signature):
        row: Row = table.rows[place % height]
        parts += [spread(row, 1 if place < height else -1)] * int(signature[place])
    return add(parts)


def _risk(true: Ints, shown: Ints, kind: Ints, spreads: list[Spread], target: Ints) -> DifferencingRisk:
    small = (true == 1) | (true == 2)
    exact = np.array([s.at(0) for s in spreads])
    claim = _claims(true, kind, spreads)
    prior = np.bincount(true[(true >= 0) & (true <= LARGEST)], minlength=LARGEST + 1).astype(np.float64)
    prior[0] = 0  # who lives there can be seen from the street; how many and of what kind cannot
    guessed = _best_guesses(prior, spreads)
    recovered = exact[kind[small]]
    claimed = (shown == 1) | (shown == 2)
    return DifferencingRisk(
        slivers=int((true > 0).sum()),
        small=int(small.sum()),
        places=len(np.unique(target[small])),
        recovery=_share(recovered.sum(), small.sum()),
        precision=_share(recovered.sum(), claim.sum()),
        best_guess=_share(guessed[kind[small], true[small]].sum(), small.sum()),
        blind_guess=_share((true[small] == prior[1:].argmax() + 1).sum(), small.sum()),
        worst=float(recovered.max(initial=0.0)),
        lasting=_lasting(true[small], kind[small], spreads, target[small]),
        realised_recovery=_share((shown[small] == true[small]).sum(), small.sum()),
        realised_precision=_share((claimed & (shown == true)).sum(), claimed.sum()),
    )


def _lasting(true: Ints, kind: Ints, spreads: list[Spread], target: Ints) -> float:
    """Return the highest chance that the mean of a target's differences over years of equal size, rounded, is exact.

    Every year counts as fresh noise: an upper bound, for areas whose people did not change repeat theirs.
    """
    _, series = np.unique(np.stack([target, true]), axis=1, return_inverse=True)
    chances = [0.0]
    for each in np.unique(series):
        years = [spreads[k] for k in kind[series.ravel() == each]]
        chances += [max(noise.at(0) for noise in years), exact_mean(years)]
    return max(chances)


def _claims(true: Ints, kind: Ints, spreads: list[Spread]) -> Floats:
    """Return P(d is 1 or 2) of every sliver."""
    pairs, place = np.unique(np.stack([true, kind]), axis=1, return_inverse=True)
    chance = [spreads[k].at(1 - t) + spreads[k].at(2 - t) for t, k in pairs.T.tolist()]
    return np.array(chance, dtype=np.float64)[place.ravel()]


def _best_guesses(prior: Floats, spreads: list[Spread]) -> Floats:
    """Return P(arg max over t' of prior(t') P(d - t') is t), by kind of sliver and true size t = 0 … LARGEST."""
    hits = np.zeros((len(spreads), LARGEST + 1))
    sizes = np.arange(LARGEST + 1)
    for kind, noise in enumerate(spreads):
        values = np.arange(noise.low, LARGEST + noise.low + len(noise.p))
        place = values[None, :] - sizes[:, None] - noise.low
        chance = np.where((place >= 0) & (place < len(noise.p)), noise.p[np.clip(place, 0, len(noise.p) - 1)], 0.0)
        best = (prior[:, None] * chance).argmax(axis=0)
        hits[kind] = (chance * (best[None, :] == sizes[:, None])).sum(axis=1)
    return hits


def _share(part: float, whole: float) -> float:
    return float(part / whole) if whole else 0.0
