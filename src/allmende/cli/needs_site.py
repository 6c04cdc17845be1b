"""`allmende needs site`: hosts among the nodes of a network, and how good they are proved to be."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from allmende.areas.osm import read_roads
from allmende.areas.roads import Roads
from allmende.cli.measures import Measure
from allmende.cli.node_files import nodes_of, read_nodes, read_weights
from allmende.cli.output import json_option, say, say_json
from allmende.errors import AllmendeError
from allmende.needs.siting import NO_LIMITS, Limits, SitingPlan, max_cover, p_center, p_median, set_cover

EDGES = "Lines `from to cost`, the OR-Library's layout, .geojson, or OpenStreetMap (.osm, .osm.gz, .pbf; costs: minutes)."
layout_option = click.option(
    "--layout", type=click.Choice(["auto", "plain", "orlib"]), default="auto", show_default=True, help="Layout of --edges."
)
weights_option = click.option("--weights", type=click.Path(path_type=Path), help="Lines `node weight`; 1 where left out.")
seconds_option = click.option(
    "--time-limit",
    "seconds",
    type=Measure(min=0),
    help="Seconds of search; the gap then says what is not proved. Without it, until the optimum is proved.",
)
seed_option = click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of the heuristic's random choices."
)

USES = {
    "median": ("p", "weights", "seed"),
    "center": ("p", "weights"),
    "cover": ("p", "within", "weights"),
    "set-cover": ("within",),
}
"""The options that each objective needs or takes; the others of these would change nothing, and are refused."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the network: the objective and the figures that go with it."""

    objective: str
    weights: NDArray[np.float64] | None
    p: int
    within: float
    limits: Limits
    seed: int


@click.command("site")
@click.option("--edges", type=click.Path(path_type=Path), required=True, help=EDGES)
@layout_option
@click.option("--p", type=int, help="Number of hosts; without it the header's. Not with set-cover, which finds it.")
@click.option(
    "--objective",
    type=click.Choice(list(USES)),
    default="median",
    show_default=True,
    help="Shortest ways in sum; shortest longest way; most weight --within; fewest hosts with all --within.",
)
@click.option("--within", type=Measure(min=0), help="Largest cost that counts as covered (cover and set-cover).")
@click.option(
    "--weights",
    type=click.Path(path_type=Path),
    help="Lines `node weight`; 1 where left out. With center a way counts times its weight. Not with set-cover.",
)
@click.option("--candidates", help="Nodes that may host: 3,7,12, or a file with one a line; all if left out.")
@seconds_option
@seed_option
@json_option
@click.pass_context
def site(
    ctx: click.Context,
    edges: Path,
    layout: str,
    p: int | None,
    objective: str,
    within: float | None,
    weights: Path | None,
    candidates: str | None,
    seconds: float | None,
    seed: int,
    as_json: bool,
) -> None:
    """Choose hosts among the nodes of a network, and prove how good they are.

    The cost between nodes is the shortest way. If an edge is listed twice, the last cost counts. An option that does not
    belong to the objective is refused.

    Example: allmende needs site --edges pmed1.txt --p 5 --objective median --json
    """
    _refuse_idle(ctx, objective)
    roads = read_roads(edges, layout=layout)
    hosts = nodes_of(roads, read_nodes(candidates, "--candidates")) if candidates else np.arange(len(roads))
    costs = _costs(roads, hosts)
    question = Question(
        objective,
        read_weights(weights, roads) if weights else None,
        _number(p, roads, objective),
        _reach(within, objective),
        NO_LIMITS if seconds is None else Limits(seconds),
        seed,
    )
    plan = _choose(question, costs, roads.labels)
    document = _document(plan, roads, hosts, costs)
    if as_json:
        say_json(document)
        return
    say(f"Hosts: {', '.join(map(str, document['hosts']))}")
    say(f"Objective ({plan.objective}): {plan.value:g}")
    say("Proved: nothing is better." if plan.proved else f"Not proved: bound {plan.bound:g}, gap {plan.gap:.3%}.")
    for note in (*roads.notes, *plan.steps):
        say(f"  {note}")


def _refuse_idle(ctx: click.Context, objective: str) -> None:
    """Refuse options that were given and would change nothing."""
    given = {
        name
        for name in {name for names in USES.values() for name in names}
        if ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    }
    for name in sorted(given - set(USES[objective])):
        having = [each for each, names in USES.items() if name in names]
        raise AllmendeError(
            f"--{name} changes nothing with --objective {objective}.",
            where=f"--{name}",
            expected=f"--{name} with --objective {' or '.join(having)}",
            todo="Leave it out, or choose another objective.",
        )


def _costs(roads: Roads, hosts: NDArray[np.int64]) -> NDArray[np.float64]:
    costs: NDArray[np.float64] = dijkstra(roads.graph(), directed=True, indices=hosts).T
    labels = roads.labels
    alone = [labels[at] for at in np.flatnonzero(~np.isfinite(costs).any(axis=1)).tolist()]
    if alone:
        raise AllmendeError(
            f"{len(alone)} nodes have no way to any candidate.",
            where=f"nodes {', '.join(map(str, alone[:10]))}" + (" …" if len(alone) > 10 else ""),
            expected="a connected network, or a candidate in each of its parts",
            todo="Add the missing edges or candidates.",
        )
    return costs


def _number(p: int | None, roads: Roads, objective: str) -> int:
    number = roads.header_p if p is None else p
    if number is None and "p" in USES[objective]:
        raise AllmendeError("The number of hosts is missing.", where="--p", expected="--p N, or a file whose header says it")
    return number or 0


def _reach(within: float | None, objective: str) -> float:
    if within is None and "within" in USES[objective]:
        raise AllmendeError("What counts as covered is missing.", where="--within", expected="--within COST")
    return within or 0.0


def _choose(asked: Question, costs: NDArray[np.float64], names: list[int | str]) -> SitingPlan:
    if asked.objective == "center":
        return p_center(costs, asked.p, weights=asked.weights, limits=asked.limits, names=names)
    if asked.objective == "cover":
        return max_cover(costs, asked.weights, asked.p, within=asked.within, limits=asked.limits)
    if asked.objective == "set-cover":
        return set_cover(costs, asked.within, limits=asked.limits, names=names)
    return p_median(costs, asked.weights, asked.p, rng=np.random.default_rng(asked.seed), limits=asked.limits, names=names)


def _document(plan: SitingPlan, roads: Roads, hosts: NDArray[np.int64], costs: NDArray[np.float64]) -> dict[str, Any]:
    labels = roads.labels
    candidates = [labels[at] for at in hosts.tolist()]
    assigned = [
        {"node": node, "host": candidates[host], "cost": float(cost)} if host >= 0 else {"node": node, "host": None}
        for node, host, cost in zip(labels, plan.assignment, costs[np.arange(len(costs)), plan.assignment], strict=True)
    ]
    return {
        "model": plan.objective,
        "hosts": [candidates[host] for host in plan.hosts.tolist()],
        "objective": plan.value,
        "bound": plan.bound,
        "gap": plan.gap,
        "proved": plan.proved,
        "assignment": assigned,
        "steps": list(plan.steps),
        "notes": list(roads.notes),
    }
