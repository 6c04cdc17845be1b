"""Who would host what if neighbours shared functions, computed from a look ahead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.errors import AllmendeError, Refused
from allmende.needs.demand import People, compute_need, group_units
from allmende.needs.services import SEXES, Quota
from allmende.needs.siting import Service, SharedPlan, Sharing, as_cost_game, regret, share_functions
from allmende.needs.siting.game import MOST
from allmende.outlook.fans import stretch
from allmende.outlook.folder import Outlook, sum_matrix
from allmende.outlook.joint_plan import Hosted, JointPlan, Partner
from allmende.outlook.proposals import Function, Proposal
from allmende.outlook.refusal import NoPlan, refusal_of
from allmende.outlook.running import outlook_drivers
from allmende.outlook.settled import Journeys, Settled
from allmende.projection.bands import Band
from allmende.projection.draws import draw
from allmende.projection.model import Model

Floats = NDArray[np.float64]

ENDS = (0.1, 0.9)
"""Ends of the intervals, 80 % like those of every page."""

TRIED = 40
"""Draws that are solved each on its own for the regret."""

EVERYBODY = Band("all", 0, 100)
SEX_OF = dict(zip(SEXES, (None, 0, 1), strict=True))


@dataclass(frozen=True, slots=True, eq=False)
class Setting:
    """What a region's plans are computed from."""

    outlook: Outlook
    model: Model
    settled: Settled
    journeys: Journeys
    names: Mapping[str, str]


def plan_together(proposal: Proposal, setting: Setting) -> tuple[JointPlan, dict[str, Any] | None]:
    """Find the plan of a proposal and its cost game (None beyond ten partners).

    Demand comes from the outlook's draws in the proposal's year, minutes from where people live to the middle of each partner.
    Raises `AllmendeError` for a year outside the outlook, `NoPlan` if no plan keeps all terms: it names what can give way.
    """
    sharing = _sharing(proposal, setting)
    try:
        found = share_functions(sharing, rng=np.random.default_rng(setting.outlook.seed))
    except Refused as refused:
        where = f"plan {proposal.id}, {_named(refused.where, proposal, setting)}"
        refusal = refusal_of(proposal, setting.names, refused, setting.outlook.id, setting.outlook.release)
        raise NoPlan(refused, refusal, where=where, todo=_named(refused.todo, proposal, setting)) from None
    game = None
    if len(proposal.partners) <= MOST:
        game = as_cost_game(sharing, joint_cost=found.value)
        names = {ags: setting.names[ags] for ags in proposal.partners}
        game = _with_names(game, names)
    return _plan(proposal, setting, sharing, found, game is not None), game


def _sharing(proposal: Proposal, setting: Setting) -> Sharing:
    partners = proposal.partners
    places = [setting.settled.middle(ags) for ags in partners]
    rows = [setting.settled.towns.index(ags) for ags in partners]
    minutes = setting.settled.means(setting.journeys.minutes_to(setting.settled, places))[rows]
    demand = draw_demand(proposal, setting.outlook, setting.model)
    services = tuple(_service(function, proposal.minute_value) for function in proposal.functions)
    fixed = np.array([[function.fixed_cost] * len(partners) for function in proposal.functions])
    return Sharing(
        partners,
        services,
        minutes,
        demand,
        fixed,
        max_functions=proposal.max_functions,
        min_share=proposal.min_share,
        participation=proposal.participation,
    )


def _service(function: Function, minute_value: float) -> Service:
    return Service(
        function.service.id,
        function.sites,
        function.ways * minute_value,
        function.min_load,
        function.capacity,
        function.reach,
    )


def draw_demand(proposal: Proposal, outlook: Outlook, model: Model) -> Floats:
    """Return demand `[draws, functions, partners]` in the proposal's year, from as many draws as the outlook has.

    Ages are drawn and widened as all intervals of the outlook are; quotas get their levels as needs do.
    """
    year = proposal.year
    if not outlook.years[0] < year <= outlook.years[-1]:
        raise AllmendeError(
            f"The plan {proposal.id} is for {year}.",
            where="functions.toml",
            expected=f"a year from {outlook.years[1]} to {outlook.years[-1]}, which the look ahead tells",
        )
    spans = tuple(sorted({span for function in proposal.functions for span in function.service.spans()}))
    bands = (EVERYBODY, *(Band(str(span), span.low, span.high, SEX_OF[span.sex]) for span in spans))
    years = sorted({outlook.years[0], year - 1, year})
    drawn = draw(model, outlook_drivers(outlook), bands, years=years, draws=outlook.draws, seed=outlook.seed)
    sums = sum_matrix(proposal.partners, outlook.units, outlook.parents)
    value = stretch(drawn, outlook.widths, sums)[:, -2:, :, 1:].astype(np.float64)
    people = People(value, (year - 1, year), proposal.partners, spans)
    areas = group_units(proposal.partners, proposal.partners)
    rng = np.random.default_rng([outlook.seed, year])
    needs = [compute_need(people, function.service, areas, rng).value[:, 0, :, 0] for function in proposal.functions]
    return np.stack(needs, axis=1)


def _plan(proposal: Proposal, setting: Setting, sharing: Sharing, found: SharedPlan, game: bool) -> JointPlan:
    outlook, settled = setting.outlook, setting.settled
    low, high = np.quantile(found.worth, ENDS)
    tried = regret(sharing, found, draws=TRIED)
    known = tried.regret[np.isfinite(tried.regret)]
    own = np.diag(sharing.minutes)
    return JointPlan(
        id=proposal.id,
        title=dict(proposal.title),
        outlook=outlook.id,
        release=outlook.release,
        year=proposal.year,
        draws=len(sharing.demand),
        minute_value=proposal.minute_value,
        minute_source=dict(proposal.minute_source),
        rule=found.rule,
        participation=proposal.participation is not None,
        terms=_filled({"max_functions": proposal.max_functions, "min_share": proposal.min_share or None}),
        by_road=setting.journeys.by_road,
        size=settled.size,
        far=setting.journeys.far(settled),
        settled=settled.year,
        partners=_partners(setting, found, proposal.partners),
        functions=tuple(_hosted(number, proposal, sharing, found, own) for number in range(len(proposal.functions))),
        cost=found.value,
        bound=found.bound,
        alone=float(found.alone.sum(axis=1).mean()),
        saved=float(found.worth.mean()),
        saved_low=float(low),
        saved_high=float(high),
        regret=float(known.max(initial=0.0)),
        regret_mean=float(known.mean()) if len(known) else 0.0,
        best=float((known <= 0.5).mean()) if len(known) else 0.0,
        tried=len(tried.regret),
        infeasible=int(len(tried.regret) - len(known)),
        game=game,
    )


def _partners(setting: Setting, found: SharedPlan, keys: Sequence[str]) -> tuple[Partner, ...]:
    low, high = np.quantile(found.gains, ENDS, axis=0)
    partners = []
    for at, ags in enumerate(keys):
        lon, lat = setting.settled.middle(ags)
        gains = found.gains[:, at]
        partners.append(
            Partner(
                ags,
                setting.names[ags],
                lon,
                lat,
                float(found.alone[:, at].mean()),
                float(found.pays[:, at].mean()),
                float(gains.mean()),
                float(low[at]),
                float(high[at]),
                float((gains < -0.5).mean()),
            )
        )
    return tuple(partners)


def _hosted(number: int, proposal: Proposal, sharing: Sharing, found: SharedPlan, own: Floats) -> Hosted:
    function = proposal.functions[number]
    partners, hosts = sharing.partners, np.flatnonzero(found.hosting[number]).tolist()
    goes = found.outcome.assignment[number].tolist()
    load = np.median(found.outcome.loads[:, number], axis=0)
    finite = {"min_load": function.min_load or None, "capacity": function.capacity, "reach": function.reach}
    return Hosted(
        id=function.service.id,
        title=dict(function.service.title),
        unit=dict(function.service.unit),
        source=dict(function.source),
        fixed_cost=function.fixed_cost,
        ways=function.ways,
        terms=_filled(finite | {"sites": function.sites}),
        hosts=tuple(partners[at] for at in hosts),
        assigned={ags: partners[at] for ags, at in zip(partners, goes, strict=True)},
        minutes=_by(partners, found.outcome.ways[number]),
        minutes_alone=_by(partners, own),
        demand=_by(partners, np.median(sharing.demand[:, number], axis=0)),
        load={partners[at]: float(load[at]) for at in hosts},
        at_risk={partners[at]: float(found.at_risk[number, at]) for at in hosts},
        quotas=tuple(_quota(quota, proposal.year) for part in function.service.parts for quota in part.quotas),
    )


def _quota(quota: Quota, year: int) -> dict[str, Any]:
    span, value = quota.span, float(quota.at([year])[0])
    return {
        "low": span.low,
        "high": span.high,
        "sex": span.sex,
        "value": value,
        "source": dict(quota.source),
        "spread": quota.spread,
    }


def _by(partners: Sequence[str], values: Floats) -> dict[str, float]:
    return {ags: float(value) for ags, value in zip(partners, values, strict=True)}


def _filled(terms: Mapping[str, float | None]) -> dict[str, float]:
    """Leave out terms that do not bind."""
    return {name: float(value) for name, value in terms.items() if value is not None and np.isfinite(value)}


def _with_names(game: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Name the players of a game as people know them."""
    coalitions = [each | {"members": [names[ags] for ags in each["members"]]} for each in game["coalitions"]]
    return game | {"players": [names[ags] for ags in game["players"]], "coalitions": coalitions}


def _named(words: str, proposal: Proposal, setting: Setting) -> str:
    """Write names in the place of keys."""
    for ags in proposal.partners:
        words = words.replace(ags, setting.names[ags])
    return words
