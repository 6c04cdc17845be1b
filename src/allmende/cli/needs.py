"""`allmende needs`: what is needed, where shared functions go, and who reaches them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray
from scipy.sparse.csgraph import dijkstra

from allmende.areas.osm import read_roads
from allmende.areas.roads import Roads
from allmende.cli.needs_plan import plan as plan_command
from allmende.cli.needs_report import report
from allmende.cli.node_files import facilities_of, nodes_of, read_nodes, read_weights
from allmende.cli.output import json_option, say, say_json
from allmende.cli.sharing_files import plan_document, read_sharing
from allmende.errors import AllmendeError
from allmende.needs.reach import nearest_facility, within_minutes
from allmende.needs.siting import (
    Limits,
    SitingPlan,
    as_cost_game,
    max_cover,
    p_center,
    p_median,
    regret,
    set_cover,
    share_functions,
)

edges_option = click.option(
    "--edges",
    type=click.Path(path_type=Path),
    required=True,
    help="Lines `from to cost`, the OR-Library's layout, .geojson, or OpenStreetMap (.osm, .osm.gz, .pbf; costs: minutes).",
)
layout_option = click.option(
    "--layout", type=click.Choice(["auto", "plain", "orlib"]), default="auto", show_default=True, help="Layout of --edges."
)
weights_option = click.option("--weights", type=click.Path(path_type=Path), help="Lines `node weight`; 1 where left out.")
seconds_option = click.option(
    "--time-limit", "seconds", type=float, help="Seconds of search; the gap then says what is not proved."
)
seed_option = click.option(
    "--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of the heuristic's random choices."
)


@click.group("needs")
def group() -> None:
    """Say what people need and how they reach it: needs and capacities, siting of shared functions, reachability.

    Example: allmende needs site --edges roads.txt --p 3
    """


group.add_command(report)
group.add_command(plan_command)


@group.command("site")
@edges_option
@layout_option
@click.option("--p", type=int, help="Number of hosts; without it the header's.")
@click.option(
    "--objective",
    type=click.Choice(["median", "center", "cover", "set-cover"]),
    default="median",
    show_default=True,
    help="Shortest ways in sum; shortest longest way; most weight --within; fewest hosts with all --within.",
)
@click.option("--within", type=float, help="Largest cost that counts as covered.")
@weights_option
@click.option("--candidates", help="Nodes that may host: 3,7,12, or a file with one a line; all if left out.")
@seconds_option
@seed_option
@json_option
def site(
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

    The cost between nodes is the shortest way. If an edge is listed twice, the last cost counts.

    Example: allmende needs site --edges pmed1.txt --p 5 --objective median --json
    """
    roads = read_roads(edges, layout=layout)
    hosts = nodes_of(roads, read_nodes(candidates, "--candidates")) if candidates else np.arange(len(roads))
    costs = _costs(roads, hosts)
    weight = read_weights(weights, roads) if weights else None
    limits = Limits(float("inf") if seconds is None else seconds)
    plan = _choose(objective, costs, weight, _number(p, roads, objective), _reach(within, objective), limits, seed)
    document = _document(plan, roads, hosts, costs)
    if as_json:
        say_json(document)
        return
    say(f"Hosts: {', '.join(map(str, document['hosts']))}")
    say(f"Objective ({plan.objective}): {plan.value:g}")
    say("Proved: nothing is better." if plan.proved else f"Not proved: bound {plan.bound:g}, gap {plan.gap:.3%}.")
    for note in (*roads.notes, *plan.steps):
        say(f"  {note}")


def _costs(roads: Roads, hosts: NDArray[np.int64]) -> NDArray[np.float64]:
    costs: NDArray[np.float64] = dijkstra(roads.graph(), directed=True, indices=hosts).T
    alone = roads.ids[~np.isfinite(costs).any(axis=1)]
    if len(alone):
        raise AllmendeError(
            f"{len(alone)} nodes have no way to any candidate.",
            where=f"nodes {', '.join(map(str, alone[:10]))}" + (" …" if len(alone) > 10 else ""),
            expected="a connected network, or a candidate in each of its parts",
            todo="Add the missing edges or candidates.",
        )
    return costs


def _number(p: int | None, roads: Roads, objective: str) -> int:
    number = roads.header_p if p is None else p
    if number is None and objective != "set-cover":
        raise AllmendeError("The number of hosts is missing.", where="--p", expected="--p N, or a file whose header says it")
    return number or 0


def _reach(within: float | None, objective: str) -> float:
    if within is None and objective in ("cover", "set-cover"):
        raise AllmendeError("What counts as covered is missing.", where="--within", expected="--within COST")
    return within or 0.0


def _choose(
    objective: str,
    costs: NDArray[np.float64],
    weight: NDArray[np.float64] | None,
    p: int,
    within: float,
    limits: Limits,
    seed: int,
) -> SitingPlan:
    if objective == "center":
        return p_center(costs, p, limits=limits)
    if objective == "cover":
        return max_cover(costs, weight, p, within=within, limits=limits)
    if objective == "set-cover":
        return set_cover(costs, within, limits=limits)
    return p_median(costs, weight, p, rng=np.random.default_rng(seed), limits=limits)


def _document(plan: SitingPlan, roads: Roads, hosts: NDArray[np.int64], costs: NDArray[np.float64]) -> dict[str, Any]:
    ids = roads.ids[hosts]
    assigned = [
        {"node": int(node), "host": int(ids[host]), "cost": float(cost)} if host >= 0 else {"node": int(node), "host": None}
        for node, host, cost in zip(roads.ids, plan.assignment, costs[np.arange(len(costs)), plan.assignment], strict=True)
    ]
    return {
        "model": plan.objective,
        "hosts": [int(host) for host in ids[plan.hosts]],
        "objective": plan.value,
        "bound": plan.bound,
        "gap": plan.gap,
        "proved": plan.proved,
        "assignment": assigned,
        "steps": list(plan.steps),
        "notes": list(roads.notes),
    }


@group.command("share")
@click.argument("plan", type=click.Path(path_type=Path))
@click.option("--regret", "regret_draws", type=int, default=0, help="Solve so many draws on their own and compare.")
@click.option("--game", is_flag=True, help="Add the cost of every coalition (up to ten partners).")
@seconds_option
@seed_option
@json_option
def share(plan: Path, regret_draws: int, game: bool, seconds: float | None, seed: int, as_json: bool) -> None:
    """Choose who hosts what for neighbours who share functions; the file's format is in docs/methods/siting.md.

    Exit code 1 if no plan keeps all terms; the message says which one must give way, and how far.

    Example: allmende needs share neighbours.json --regret 50 --json
    """
    sharing, ignored = read_sharing(plan)
    limits = Limits(float("inf") if seconds is None else seconds)
    found = share_functions(sharing, rng=np.random.default_rng(seed), limits=limits)
    document = plan_document(sharing, found, ignored)
    if regret_draws:
        document["regret"] = [float(value) for value in regret(sharing, found, draws=regret_draws, limits=limits).regret]
    if game:
        document["game"] = as_cost_game(sharing, joint_cost=found.value, limits=limits)
    if as_json:
        say_json(document)
        return
    for service in document["services"]:
        say(f"{service['name']}: {', '.join(service['hosts'])}")
    say(f"Cost {found.value:,.2f} (gap {found.gap:.3%}); worth {float(found.worth.mean()):,.2f} against everybody alone.")
    for partner in document["partners"]:
        say(f"  {partner['name']:<24} pays {partner['pays']:>14,.2f}, alone {partner['alone']:>14,.2f}")
    for note in document["notes"]:
        say(f"  {note}")


@group.command("reach")
@edges_option
@layout_option
@click.option(
    "--facilities",
    required=True,
    help="Nodes with a facility: 3,7,12, a file with one a line, or a tag of the OpenStreetMap file.",
)
@click.option("--outward", is_flag=True, help="Drive from the facility (fire engines); else to it. Differs by one-way roads.")
@click.option("--within", type=float, required=True, help="Minutes that count as reached.")
@weights_option
@json_option
def reach(edges: Path, layout: str, facilities: str, outward: bool, within: float, weights: Path | None, as_json: bool) -> None:
    """Count who reaches the nearest facility in time; costs of the edges are minutes. Who does not is listed.

    \b
    Example:
      allmende needs reach --edges roads.txt --facilities 3,17 --within 10 --weights people.txt
      allmende needs reach --edges county.osm.pbf --facilities amenity=fire_station --outward --within 10
    """
    roads = read_roads(edges, layout=layout)
    at, notes = facilities_of(roads, facilities, edges)
    nearest = nearest_facility(roads, at, outward=outward)
    people = read_weights(weights, roads) if weights else np.ones(len(roads))
    cover = within_minutes(nearest.minutes, people, within)
    late = [int(node) for node in roads.ids[cover.late]]
    unreachable = [int(node) for node in roads.ids[nearest.facility < 0]]
    if as_json:
        ways = [
            {"node": int(node), "facility": int(roads.ids[at[k]]) if k >= 0 else None, "minutes": float(m) if k >= 0 else None}
            for node, k, m in zip(roads.ids, nearest.facility, nearest.minutes, strict=True)
        ]
        say_json(
            {
                "within": within,
                "people": float(cover.people),
                "share": float(cover.share),
                "late": late,
                "unreachable": unreachable,
                "nearest": ways,
                "notes": [*roads.notes, *notes],
            }
        )
        return
    say(f"{float(cover.people):g} of {float(people.sum()):g} ({float(cover.share):.1%}) are within {within:g}.")
    say(f"Not in time: {len(late)} nodes, of which {len(unreachable)} have no way at all.")
    for note in (*roads.notes, *notes):
        say(f"  {note}")
