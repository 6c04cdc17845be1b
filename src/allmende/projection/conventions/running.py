"""Run a case step by step by one of the published conventions, with its accounts checked and its notes kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError
from allmende.projection.conventions.accounting import Floats, Note, Projection, Step, check_balance
from allmende.projection.conventions.case import Case, Matrix
from allmende.projection.conventions.fso import step_fso
from allmende.projection.conventions.leslie import step_leslie
from allmende.projection.conventions.matrix import step_matrix
from allmende.projection.conventions.united_nations import FLOOR, step_un

FSO_FERTILE = (16, 50)
"""Ages reached by mothers in the FSO's model, where a case names no others."""


def project(case: Case, convention: str) -> Projection:
    """Project a case over all the steps that its rates cover.

    Raises
    ------
    AllmendeError
        If there is no such convention, it has no place for something that the case holds, or the accounts do not balance.

    Examples
    --------
    >>> from allmende.projection.conventions import case_of
    >>> case = case_of([[10.0, 20.0, 30.0]], [1, 1, 0.5])
    >>> project(case, "un-end").population[-1, 0, 0].tolist()
    [[0.0, 10.0, 25.0]]
    """
    if convention not in CONVENTIONS:
        raise AllmendeError(f"There is no convention {convention!r}.", expected=f"one of {sorted(CONVENTIONS)}")
    _refuse_what_has_no_place(case, convention)
    step_ahead, stock, residual = CONVENTIONS[convention], np.array(case.start), 0.0
    taken: list[Step] = []
    for t in range(case.steps):
        step = step_ahead(case, t, stock)
        residual = max(residual, check_balance(step, stock, case.axes, case.axes.base_year + (t + 1) * case.axes.width))
        taken.append(step)
        stock = step.end
    flows = {part.name: np.stack([getattr(step, part.name) for step in taken]) for part in fields(Step) if part.name != "end"}
    population = np.stack([case.start, *(step.end for step in taken)])
    notes = tuple(_notes(case, convention, population, flows))
    return Projection(case.axes, convention, population, **flows, notes=notes, largest_residual=residual)


def _net(case: Case, t: int, stock: Floats) -> Floats:
    """Return the balance of migration in persons: numbers, proportions of the stock, moves between areas."""
    net: Floats = case.net[t] + case.net_rate[t] * stock
    if case.move_rate is not None:
        moved = case.move_rate[t] * stock[:, None]
        net = net + moved.sum(axis=2) - moved.sum(axis=1)
    return net


def _un(even: bool) -> Callable[[Case, int, Floats], Step]:
    def step(case: Case, t: int, stock: Floats) -> Step:
        net = _net(case, t, stock)
        rates = case.survival[t], case.fertility[t], case.boys_per_girl[t]
        return step_un(stock, *rates, net, width=case.axes.width, even=even)

    return step


def _leslie(case: Case, t: int, stock: Floats) -> Step:
    net = _net(case, t, stock)
    if case.matrix:
        return step_matrix(stock, case.matrix.first_row[t], case.matrix.subdiagonal[t], net)
    survival = case.survival[t]
    if survival.shape[-1] == stock.shape[-1]:
        survival = np.concatenate([survival, survival[..., -1:]], axis=-1)
    return step_leslie(stock, survival, case.fertility[t], case.boys_per_girl[t], net, width=case.axes.width)


def _fso(case: Case, t: int, stock: Floats) -> Step:
    first, last = fertile_rows(case)
    return step_fso(
        stock,
        1 - case.survival[t],
        case.fertility[t],
        case.boys_per_girl[t],
        case.come[t],
        case.leave[t],
        case.acquire[t],
        case.child_share[t],
        case.net[t],
        case.pool_leave[t],
        case.pool_share[t],
        nationals=case.nationals,
        fertile=slice(first, last + 1),
    )


CONVENTIONS: Mapping[str, Callable[[Case, int, Floats], Step]] = {
    "fso": _fso,
    "leslie": _leslie,
    "un-end": _un(even=False),
    "un-even": _un(even=True),
}
"""The conventions by name: a case, the number of the step and the stock before it give the step."""

_TWO_SIDED = ("come", "leave", "acquire", "child_share", "pool_leave", "pool_share")
_NO_PLACE: Mapping[str, tuple[str, ...]] = {
    "fso": ("net_rate", "move_rate"),
    "leslie": _TWO_SIDED,
    "un-end": _TWO_SIDED,
    "un-even": _TWO_SIDED,
}


def fertile_rows(case: Case) -> tuple[int, int]:
    """Return the rows of the first and the last age of mothers under the convention `fso`."""
    first, last = case.fertile or FSO_FERTILE
    return first // case.axes.width, last // case.axes.width


def _refuse_what_has_no_place(case: Case, convention: str) -> None:
    for name in _NO_PLACE[convention]:
        if np.any(getattr(case, name)):
            raise AllmendeError(
                f"The convention {convention} has no place for {name.replace('_', ' ')}.",
                expected="rates out and numbers in with fso, net migration with the others",
                todo="Leave it out, or choose the convention that the source uses.",
            )
    if convention == "fso" and case.axes.width != 1:
        raise AllmendeError("The convention fso moves by single years.", expected=f"ages one year wide, not {case.axes.width}")
    if case.matrix and convention != "leslie":
        raise AllmendeError(f"The convention {convention} takes rates, not a printed matrix.", expected="--convention leslie")
    if convention != "leslie" and case.survival.shape[-1] != case.start.shape[-1]:
        raise AllmendeError(
            f"The convention {convention} has one survival ratio for the open age group.", expected="as many rows as ages"
        )
    if case.nationals is None and (np.any(case.acquire) or np.any(case.child_share)):
        raise AllmendeError("Nobody knows which group naturalised persons join.", expected="the group of nationals")
    if case.nationals is not None and np.any(case.acquire[:, case.nationals]):
        raise AllmendeError(
            "Nationals cannot become nationals.",
            where=f"group {case.axes.groups[case.nationals]}",
            expected="a rate of acquisition of 0 in this group",
        )


def _notes(case: Case, convention: str, population: Floats, flows: Mapping[str, Floats]) -> Iterable[Note]:
    raised = flows["raised"]
    if np.any(raised):
        where = _first(case, raised > 0)
        what = f"negative cells set to {FLOOR}, as the convention {convention} does; the amount was added; the first is {where}"
        yield Note(what, int(np.count_nonzero(raised)), float(raised.sum()))
    negative = population[1:][population[1:] < 0]
    if negative.size:
        what = f"cells are negative and were left so; the amount is their sum; the first is {_first(case, population[1:] < 0)}"
        yield Note(what, negative.size, float(negative.sum()))
    for name in ("births", "deaths"):
        below = flows[name][flows[name] < 0]
        if below.size and not case.matrix:
            what = f"{name} are negative, as more leave than there are, and were left so; the amount is their sum"
            yield Note(what, below.size, float(below.sum()))
    if case.matrix:
        yield from _matrix_notes(case.matrix)
    unused = np.array(case.fertility)
    if convention.startswith("un"):
        unused[..., 1:-1] = 0
        what = f"birth rates at the first and the last age, which {convention} does not count"
    elif convention == "fso":
        first, last = fertile_rows(case)
        unused[..., first : last + 1] = 0
        what = f"birth rates outside the fertile ages {first} to {last} were not counted"
    else:
        unused[...] = 0
        what = ""
    if np.any(unused):
        yield Note(what, int(np.count_nonzero(unused)), float(unused.sum()))


def _first(case: Case, cells: NDArray[np.bool_]) -> str:
    """Name the first of the chosen cells [T, G, M, S, A] of the ends of the steps."""
    axes = case.axes
    t, group, area, sex, age = (int(part[0]) for part in np.nonzero(cells))
    year = axes.base_year + (t + 1) * axes.width
    return f"{axes.areas[area]}, {axes.groups[group]}, {axes.sexes[sex]}, age {axes.ages[age]}, {year}"


def _matrix_notes(matrix: Matrix) -> Iterable[Note]:
    alive = matrix.subdiagonal.sum(axis=2)
    if (alive > 1).any():
        what = "entries of the matrix leave more than 1 of 1 alive (deaths come out negative); the amount is the excess"
        yield Note(what, int((alive > 1).sum()), float((alive - 1)[alive > 1].sum()))
