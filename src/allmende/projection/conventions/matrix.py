"""A projection matrix as it is printed: entries by the age at the start of the step, within areas and between them."""

from __future__ import annotations

import numpy as np

from allmende.errors import AllmendeError
from allmende.projection.conventions.accounting import NEWBORN, Floats, Step, aged
from allmende.projection.conventions.case import Matrix


def matrix_of(first_row: Floats, subdiagonal: Floats) -> Matrix:
    """Build the matrix of one step for one area and women alone from its printed first row and subdiagonal, corner last.

    >>> matrix_of(np.array([0.0, 5.0, 10.0]), np.array([0.3, 0.5, 0.2])).subdiagonal.shape
    (1, 1, 1, 1, 1, 3)
    """
    if np.shape(first_row) != np.shape(subdiagonal):
        raise AllmendeError(
            "First row and subdiagonal of a matrix differ in length.", expected="an entry per age in both, the corner last"
        )
    return Matrix(*(np.asarray(row, dtype=np.float64).reshape(1, 1, 1, 1, 1, -1) for row in (first_row, subdiagonal)))


def step_matrix(start: Floats, first_row: Floats, subdiagonal: Floats, net: Floats) -> Step:
    """Move a population one step ahead with a printed matrix L: Q = L (P + G/2) + G/2.

    From area i to area j, with W the women of P + G/2::

        Q_j,0   = sum over i and x of first_row_ij,x W_i,x
        Q_j,x+1 = sum over i of subdiagonal_ij,x P_i,x,   Q_j,A also collects the corner, subdiagonal_ij,A

    A matrix does not tell deaths of the newborn from births that it does not have: `births` and `born` are those who live at
    the end. Who lives elsewhere then has left and come, newborn from the mother's area at the start.

    Source: Leslie 1945; Caswell 2001, Matrix Population Models; several areas: Rogers 1975, Willekens and Rogers 1978.

    Axes: `start`, `net` [G, M, S, A]; `first_row`, `subdiagonal` [G, M to, M from, S, A].

    >>> matrix = matrix_of(np.array([0.0, 5.0, 10.0]), np.array([0.3, 0.5, 0.2]))
    >>> women = np.array([100.0, 250.0, 50.0]).reshape(1, 1, 1, 3)
    >>> step_matrix(women, matrix.first_row[0], matrix.subdiagonal[0], np.zeros((1, 1, 1, 3))).end.tolist()
    [[[[1750.0, 30.0, 135.0]]]]
    """
    half = net / 2
    exposed = start + half
    alive = aged(subdiagonal * exposed[:, None])
    children = first_row * exposed[:, None, :, :1]
    alive[..., NEWBORN] = children.sum(axis=-1)
    stay = np.einsum("gmmsa->gmsa", alive)
    came, left = alive.sum(axis=2) - stay, alive.sum(axis=1) - stay
    deaths = aged(exposed) - alive.sum(axis=1)
    deaths[..., NEWBORN] = 0
    nobody = np.zeros_like(start)
    return Step(
        alive.sum(axis=2) + half,
        children.sum(axis=(1, 3)),
        children.sum(axis=(1, -1)),
        deaths,
        came,
        left,
        aged(half) + half,
        nobody,
        nobody,
    )
