"""The joint model as an integer program: which partner hosts what, everybody going to the nearest host."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from allmende.needs.siting.program import INFINITY, Answer, Floats, Ints, Limits, Program
from allmende.needs.siting.sharing import Sharing, share_matrix
from allmende.needs.siting.terms import Hosting, Term, terms


@dataclass(frozen=True, slots=True)
class JointModel:
    """The program with its columns: `y [services, hosts]`, and `z [services, partners, ranks]` as described below."""

    program: Program
    y: Ints
    z: Ints
    slack: dict[Term, Ints]
    """Columns that say by how much an eased term is missed."""

    def solve(self, limits: Limits, start: Floats | None = None) -> Answer:
        """Solve with HiGHS."""
        return self.program.solve(limits, start)

    def hosting(self, answer: Answer) -> Hosting:
        """Return `[services, hosts]` of a solution."""
        assert answer.values is not None  # noqa: S101 - asked only where there is one
        hosting: Hosting = answer.values[self.y] > 0.5
        return hosting

    def start(self, sharing: Sharing, hosting: Hosting) -> Floats:
        """Return a choice of hosts as values of the columns."""
        values = np.zeros(self.program.width)
        values[self.y] = hosting
        opened = hosting[:, sharing.order].cumsum(axis=2) > 0  # [services, partners, rank]
        values[self.z] = ~opened[:, :, :-1]
        return values


def joint_model(
    sharing: Sharing, *, eased: frozenset[Term] = frozenset(), cost: bool = True, floors: Floats | None = None
) -> JointModel:
    """Write the program.

    With a partner's hosts ordered by nearness (ties to the lower position), z_r = 1 if none of the first r + 1 hosts the
    service. Then x_r = z_{r-1} - z_r says who goes where, z_r ≥ z_{r-1} - y_r serves everybody, z_r ≤ 1 - y_r sends each to
    the nearest (closest assignment), and the way is t_0 + Σ (t_{r+1} - t_r) z_r: the strong form with few entries a row.
    `eased` terms may be missed by a slack; with `cost=False` only the slack is minimised, each in units of what is asked.
    `floors [services]`: what each service is known to cost at least.
    """
    program = Program()
    services, partners = len(sharing.services), len(sharing.partners)
    sorted_minutes = np.take_along_axis(sharing.minutes, sharing.order, axis=1)
    y = program.add_columns(sharing.fixed_cost * float(cost), integer=True).reshape(services, partners)
    price = sharing.travel_costs[:, None, None] * sharing.mean_demand[:, :, None] * np.diff(sorted_minutes, axis=1)[None]
    z = program.add_columns(price * float(cost), upper=_reach_limits(sharing, sorted_minutes, eased)).reshape(price.shape)
    if cost:
        first = (sharing.travel_costs[:, None] * sharing.mean_demand * sorted_minutes[None, :, 0]).sum(axis=1)
        program.add_columns([first.sum()], lower=1.0)  # the way to the nearest partner of all is always paid
        if floors is not None:
            columns = np.concatenate([y, z.reshape(services, -1)], axis=1)
            values = np.concatenate([sharing.fixed_cost, price.reshape(services, -1)], axis=1)
            rows = np.repeat(np.arange(services), columns.shape[1])
            program.add_rows(floors * (1 - 1e-9) - first, INFINITY, rows, columns.ravel(), values.ravel(), count=services)
    slack = {
        term: program.add_columns([_price(sharing, term, cost)], upper=INFINITY) for term in terms(sharing) if term in eased
    }
    model = JointModel(program, y, z, slack)
    _add_closest(model, sharing)
    for term in terms(sharing):
        _ADD[term.kind](model, sharing, term)
    return model


def _price(sharing: Sharing, term: Term, cost: bool) -> float:
    return 0.0 if cost else 1.0 / max(term.asked(sharing), 1.0)


def _reach_limits(sharing: Sharing, sorted_minutes: Floats, eased: frozenset[Term]) -> Floats:
    """Return the upper bounds of z: 0 from the last host within reach on, and where p hosts leave too few to be all closed."""
    limits = np.ones((len(sharing.services), *np.diff(sorted_minutes, axis=1).shape))
    for s, service in enumerate(sharing.services):
        if np.isfinite(service.reach) and Term("reach", s) not in eased:
            limits[s][sorted_minutes[:, 1:] > service.reach] = 0.0
        if service.sites is not None and Term("sites", s) not in eased:
            limits[s][:, len(sharing.partners) - service.sites :] = 0.0
    return limits


def _add_closest(model: JointModel, sharing: Sharing) -> None:
    services, partners = model.y.shape
    y = model.y[:, sharing.order]  # [services, partners, rank]
    z = model.z
    served = np.arange(services * partners).reshape(services, partners)
    program, count = model.program, services * partners
    if partners == 1:
        program.add_rows(1.0, INFINITY, served, y, 1.0, count=count)
        return
    _add(program, 1.0, INFINITY, [(z[:, :, 0], 1.0), (y[:, :, 0], 1.0)])
    _add(program, 0.0, INFINITY, [(z[:, :, 1:], 1.0), (y[:, :, 1:-1], 1.0), (z[:, :, :-1], -1.0)])
    _add(program, 0.0, INFINITY, [(y[:, :, -1], 1.0), (z[:, :, -1], -1.0)])
    # only a load could gain from sending somebody past an open host; elsewhere costs keep z as small as it may be
    loaded = [s for s, service in enumerate(sharing.services) if service.min_load > 0 or np.isfinite(service.capacity)]
    _add(program, 0.0, INFINITY, [(z[loaded, :, :-1], 1.0), (z[loaded, :, 1:], -1.0)])
    _add(program, -INFINITY, 1.0, [(z[loaded], 1.0), (y[loaded, :, :-1], 1.0)])


def _add(program: Program, lower: float, upper: float, parts: list[tuple[Ints, float]]) -> None:
    """Add a row per position of equally shaped blocks of columns."""
    count = parts[0][0].size
    if count:
        rows = np.tile(np.arange(count), len(parts))
        columns = np.concatenate([block.ravel() for block, _ in parts])
        program.add_rows(lower, upper, rows, columns, np.repeat([value for _, value in parts], count), count=count)


def _rows(
    model: JointModel, term: Term, lower: Floats | float, upper: Floats | float, entries: tuple[Ints, Ints, Floats], ease: float
) -> None:
    """Add a term's rows, with its slack times `ease` where it is eased."""
    row, column, value = entries
    count = int(row.max()) + 1
    if term in model.slack:
        row = np.concatenate([row, np.arange(count)])
        column = np.concatenate([column, np.repeat(model.slack[term], count)])
        value = np.concatenate([value, np.full(count, ease)])
    model.program.add_rows(lower, upper, row, column, value, count=count)


def _add_sites(model: JointModel, sharing: Sharing, term: Term) -> None:
    y, asked = model.y[term.service], term.asked(sharing)
    entries = np.zeros(y.size, dtype=np.int64), y, np.ones(y.size)
    _rows(model, term, asked, INFINITY, entries, 1.0)
    _rows(model, term, -INFINITY, asked, entries, -1.0)


def _load_entries(model: JointModel, sharing: Sharing, s: int, demand: Floats) -> tuple[Ints, Ints, Floats]:
    """Return the entries of Σ_i d_i x_ij, a row per host; the constant of d_i (1 - z_i0) is left to the caller."""
    z, order = model.z[s], sharing.order
    wide = np.repeat(demand[:, None], z.shape[1], axis=1)
    row = np.concatenate([order[:, :-1].ravel(), order[:, 1:].ravel()])
    return row, np.concatenate([z.ravel(), z.ravel()]), np.concatenate([-wide.ravel(), wide.ravel()])


def _add_loads(model: JointModel, sharing: Sharing, term: Term) -> None:
    s, asked = term.service, term.asked(sharing)
    y, hosts = model.y[s], len(sharing.partners)
    draws = sharing.demand[:, s] if sharing.loads == "every" else sharing.mean_demand[None, s]
    for demand in draws:
        row, column, value = _load_entries(model, sharing, s, demand)
        certain = np.bincount(sharing.order[:, 0], weights=demand, minlength=hosts).astype(np.float64)
        entries = np.concatenate([row, np.arange(hosts)]), np.concatenate([column, y]), np.append(value, np.full(hosts, -asked))
        if term.kind == "min_load":
            _rows(model, term, -certain, INFINITY, entries, 1.0)
        else:
            _rows(model, term, -INFINITY, -certain, entries, -1.0)


def _way_entries(model: JointModel, sharing: Sharing, s: int) -> tuple[Ints, Ints, Floats]:
    z = model.z[s]
    steps = np.diff(np.take_along_axis(sharing.minutes, sharing.order, axis=1), axis=1)
    return np.repeat(np.arange(z.shape[0]), z.shape[1]), z.ravel(), steps.ravel()


def _add_reach(model: JointModel, sharing: Sharing, term: Term) -> None:
    nearest = sharing.minutes.min(axis=1)
    if term in model.slack or (nearest > term.asked(sharing)).any():
        _rows(model, term, -INFINITY, term.asked(sharing) - nearest, _way_entries(model, sharing, term.service), -1.0)


def _add_nesting(model: JointModel, sharing: Sharing, term: Term) -> None:
    within = sharing.services[term.service].within
    y, other = model.y[term.service], model.y[within]
    hosts = np.arange(y.size)
    entries = np.tile(hosts, 2), np.concatenate([y, other]), np.repeat([1.0, -1.0], y.size)
    _rows(model, term, -INFINITY, 0.0, entries, -1.0)


def _add_split(model: JointModel, sharing: Sharing, term: Term) -> None:
    services, hosts = model.y.shape
    row, asked = np.tile(np.arange(hosts), services), term.asked(sharing)
    if term.kind == "max_functions":
        _rows(model, term, -INFINITY, asked, (row, model.y.ravel(), np.ones(row.size)), -1.0)
    else:
        weights = np.repeat([service.weight for service in sharing.services], hosts)
        _rows(model, term, asked, INFINITY, (row, model.y.ravel(), weights), 1.0)


def _add_participation(model: JointModel, sharing: Sharing, term: Term) -> None:
    assert sharing.participation is not None  # noqa: S101 - the term is there only with a rule
    services, partners = model.y.shape
    parts = share_matrix(sharing, sharing.participation, sharing.mean_demand) * sharing.fixed_cost[:, None, :]
    origin = np.broadcast_to(np.arange(partners)[None, :, None], parts.shape)
    host = np.broadcast_to(model.y[:, None, :], parts.shape)
    rows, columns, values = [origin.ravel()], [host.ravel()], [parts.ravel()]
    certain = np.zeros(partners)
    for s in range(services):
        price = sharing.travel_costs[s] * sharing.mean_demand[s]
        row, column, steps = _way_entries(model, sharing, s)
        rows.append(row)
        columns.append(column)
        values.append(price[row] * steps)
        certain += price * sharing.minutes.min(axis=1)
    alone = sharing.alone_by_draw().mean(axis=0)
    entries = np.concatenate(rows), np.concatenate(columns), np.concatenate(values)
    _rows(model, term, -INFINITY, alone - certain, entries, -1.0)


_ADD = {
    "sites": _add_sites,
    "min_load": _add_loads,
    "capacity": _add_loads,
    "reach": _add_reach,
    "nesting": _add_nesting,
    "max_functions": _add_split,
    "min_share": _add_split,
    "participation": _add_participation,
}
