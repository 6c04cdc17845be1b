"""How far a table's published values lie from the counted ones: measured where the hub counts, else expected."""

from __future__ import annotations

import numpy as np

from allmende.cubes import publication
from allmende.privacy.protection import Protection
from allmende.privacy.ptable import Floats, Ints
from allmende.privacy.utility import Accuracy, accuracy
from allmende.release.merge import Outgoing
from allmende.release.protect import Protected


def measure(protected: Protected) -> Accuracy:
    """Measure a table's published values against the counted ones; exact totals are left out."""
    exact = protected.table.exact_totals
    pairs = [(part.cells.n, part.value) for part in protected.parts if not (exact and part.margin == ())]
    if not pairs:
        return accuracy(np.zeros(0, np.int64), np.zeros(0, np.int64))
    return accuracy(np.concatenate([n for n, _ in pairs]), np.concatenate([value for _, value in pairs]))


def expect(draws: Ints, protection: Protection) -> publication.Accuracy:
    """Return what the p-table lets expect of values that are sums of so many protected parts each (one entry a value).

    Parts carry independent noise, so its distribution is that of the larger counts, folded with itself; variances add up.
    """
    single = _single(protection)
    kinds, often = np.unique(draws, return_counts=True)
    noise, reached = np.ones(1), 0
    folded: list[list[float]] = []
    for count in kinds.tolist():
        for _ in range(count - reached):
            noise = np.convolve(noise, single)
        reached = count
        size = np.abs(np.arange(len(noise)) - len(noise) // 2)
        shares = [float(noise[chosen].sum()) for chosen in (size <= 1, size >= 3, size >= 4)]
        folded.append([float(noise @ size), *shares])
    return _rounded(np.average(np.array(folded), axis=0, weights=often))


def public_accuracy(outgoing: Outgoing, protected: Protected, protection: Protection) -> publication.Accuracy:
    """Return what the public may know of a table's accuracy, rounded: measured and expected, each for its share of values."""
    measured = measure(protected)
    known = np.array([measured.mean_deviation, measured.within_one, measured.three_or_more, measured.four_or_more])
    foreign = outgoing.draws[outgoing.at_source & (outgoing.draws > 0)]
    if not len(foreign):
        return _rounded(known)
    unknown = expect(foreign, protection)
    parts = np.array([known, [unknown.mean_deviation, unknown.within_one, unknown.three_or_more, unknown.four_or_more]])
    counted = int((~outgoing.at_source & (outgoing.draws > 0)).sum())
    return _rounded(np.average(parts, axis=0, weights=[counted, len(foreign)]))


def _single(protection: Protection) -> Floats:
    """Return the noise of a larger count as probabilities from minus to plus the largest deviation."""
    reach = protection.table.max_deviation()
    spread = np.zeros(2 * reach + 1)
    tail = protection.table.tail()
    for row in tail:
        np.add.at(spread, row.noise + reach, row.p / len(tail))
    return spread


def _rounded(figures: Floats) -> publication.Accuracy:
    mean, within_one, three_or_more, four_or_more = (float(figure) for figure in figures)
    return publication.Accuracy(round(mean, 2), round(within_one, 3), round(three_or_more, 3), round(four_or_more, 3))
