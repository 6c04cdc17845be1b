"""Find slivers: what is left when areas of one geography are taken away from areas of another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from allmende.privacy.ptable import Ints

OUTSIDE = -1
"""Label of atoms that a geography does not publish."""


@dataclass(frozen=True, slots=True)
class Slivers:
    """Differences that an attacker can form between two published geographies of the same atoms.

    `areas` (sparse 0/1, areas × atoms) lists the published areas, those of the outer geography before those of the
    inner; `terms` (sparse, slivers × areas) has +1 and -1 where a sliver adds and subtracts an area, so that
    `terms @ areas` is 1 over the atoms of the sliver, 0 elsewhere, and -1 where what is taken away was not all there
    (`beyond`). `outer` is the number of outer areas; `labels` the label of
    each area in its own geography. `left_out` counts differences of too many terms to matter.
    """

    areas: sparse.csr_array
    terms: sparse.csr_array
    outer: int
    labels: Ints
    left_out: int

    def __len__(self) -> int:
        return int(self.terms.shape[0])

    def beyond(self, n: Ints) -> Ints:
        """Return how many persons each difference takes away that it had not added (slivers, or slivers × groups of `n`).

        Such a difference is no number of persons: it is those of the sliver less those of unpublished areas.
        """
        atoms = sparse.csr_array(self.terms @ self.areas)
        atoms.data = (atoms.data < 0).astype(np.int64)
        return np.asarray(atoms @ n, dtype=np.int64)


def find_slivers(outer: Ints, inner: Ints, *, unions: int = 2, most_terms: int = 40) -> Slivers:
    """List the slivers between two partitions of the same atoms (smallest populated pieces, e.g. 100 m cell × district).

    `outer` and `inner` label each atom (integers; OUTSIDE where the geography does not publish it). For every union of up to
    `unions` outer areas, linked by an inner area that lies in both, there are two slivers: the union minus all inner areas
    within it, and all inner areas that touch it minus the union (if they lie in the outer geography's reach or not).
    Differences of more than `most_terms` areas are counted, not listed. The number is large on purpose: for a rare group most
    areas are empty and add no noise, so a long difference can be as sharp as a short one (`assess_slivers` counts draws).

    >>> found = find_slivers(np.array([0, 0, 0, 1, 1]), np.array([7, 7, 8, 8, 9]), unions=1)
    >>> (found.terms @ found.areas).toarray().astype(int).tolist()
    [[0, 0, 1, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 1, 0], [0, 0, 1, 0, 0]]
    """
    outside, inside = _incidence(np.asarray(outer)), _incidence(np.asarray(inner))
    areas = sparse.csr_array(sparse.vstack([outside.matrix, inside.matrix]))
    shared = sparse.csr_array(inside.matrix @ outside.matrix.T)  # atoms that an inner and an outer area have in common
    size = _sizes(inside.matrix)
    union = _unions(shared, unions)
    common = sparse.csr_array(union @ shared.T)  # atoms that a union and an inner area have in common
    whole = common.data == size[common.indices]
    within = _marked(common, whole)
    crossed = np.diff(within.indptr) < np.diff(common.indptr)  # an inner area lies on the border
    covered = within @ size
    rest = (covered > 0) & (covered < union @ _sizes(outside.matrix))
    added, taken = sparse.hstack([union, -within]), sparse.hstack([-union, _marked(common, common.data > 0)])
    terms = sparse.csr_array(sparse.vstack([added, taken]))
    long = np.diff(terms.indptr) > most_terms
    crossed = np.tile(crossed, 2)
    listed = crossed & ~long & np.append(rest, np.ones(len(rest), dtype=np.bool_))
    labels = np.concatenate([outside.labels, inside.labels])
    return Slivers(areas, terms[np.flatnonzero(listed)], outside.count, labels, int((crossed & long).sum()))


@dataclass(frozen=True, slots=True)
class _Incidence:
    matrix: sparse.csr_array
    labels: Ints

    @property
    def count(self) -> int:
        return len(self.labels)


def _incidence(label: Ints) -> _Incidence:
    atoms = np.flatnonzero(label != OUTSIDE)
    labels, codes = np.unique(label[atoms], return_inverse=True)
    ones = np.ones(len(atoms), dtype=np.int64)
    return _Incidence(sparse.csr_array((ones, (codes, atoms)), shape=(len(labels), len(label))), labels.astype(np.int64))


def _unions(shared: sparse.csr_array, most: int) -> sparse.csr_array:
    """Return the sets of up to `most` outer areas (sets × areas), each linked to the others by inner areas that lie in two."""
    linked = sparse.csr_array(shared.T @ shared)
    found: set[tuple[int, ...]] = {(area,) for area in range(linked.shape[0])}
    grown = set(found)
    for _ in range(most - 1):
        wider = set()
        for union in grown:
            near = {int(b) for a in union for b in linked.indices[linked.indptr[a] : linked.indptr[a + 1]]} - set(union)
            wider |= {tuple(sorted((*union, b))) for b in near}
        found, grown = found | wider, wider
    sets = sorted(found)
    members = np.fromiter((area for union in sets for area in union), dtype=np.int64)
    start = np.cumsum([0, *map(len, sets)])
    return sparse.csr_array((np.ones(len(members), dtype=np.int64), members, start), shape=(len(sets), linked.shape[0]))


def _marked(matrix: sparse.csr_array, chosen: NDArray[np.bool_]) -> sparse.csr_array:
    """Return a matrix of the same shape with 1 where an entry is chosen and nothing elsewhere."""
    start = np.append(0, np.cumsum(chosen))[matrix.indptr]
    ones = np.ones(int(chosen.sum()), dtype=np.int64)
    return sparse.csr_array((ones, matrix.indices[chosen], start), shape=matrix.shape)


def _sizes(matrix: sparse.csr_array) -> Ints:
    return np.asarray(matrix.sum(axis=1), dtype=np.int64).ravel()
