"""p-median: every shared network exact and by heuristic alone; larger random ones; spopt on the same instance and solver.

Claims: forty partners who share eight functions under loads are proved in at most 10 s, and to 1 % in 40 s where participation
binds too; all twenty networks proved in at most 60 s each; heuristic alone at most 1 s each, mean gap at most 0.1 %; faster
than spopt, which writes the classic form for HiGHS by PuLP (pip install spopt pulp highspy; without them it is not compared).

Run: python benchmarks/siting.py [folder with pmed1.txt … and optima.csv]
"""

from __future__ import annotations

import csv
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse.csgraph import dijkstra

from allmende.areas.edge_list import read_edges
from allmende.needs.siting import Limits, Service, Sharing, p_center, p_median, p_median_heuristic, share_functions

LARGE = ((500, 5), (600, 10), (700, 5), (700, 140), (800, 80), (900, 5), (900, 10), (900, 90))


def rng() -> np.random.Generator:
    return np.random.default_rng(1)


def random_costs(nodes: int, seed: int) -> np.ndarray[Any, Any]:
    """Shortest ways in a random network of nodes² / 50 edges with whole costs 1 … 100, as in the OR-Library."""
    random = np.random.default_rng(seed)
    graph = np.full((nodes, nodes), np.inf)
    tail, head = random.integers(0, nodes, (2, nodes * nodes // 50))
    graph[tail, head] = random.integers(1, 101, len(tail))
    graph[np.arange(nodes - 1), np.arange(1, nodes)] = random.integers(1, 101, nodes - 1)
    return dijkstra(np.minimum(graph, graph.T), directed=False)


def solve(name: str, costs: np.ndarray[Any, Any], p: int, optimum: int | None) -> tuple[float, float, float]:
    begun = time.perf_counter()
    _, rough = p_median_heuristic(costs, p=p, rng=rng())
    heuristic = time.perf_counter() - begun
    begun = time.perf_counter()
    plan = p_median(costs, p=p, rng=rng(), limits=Limits(60.0))
    exact = time.perf_counter() - begun
    assert optimum is None or plan.value == optimum
    gap = rough / plan.value - 1
    print(f"{name:<10} p {p:>3}  exact {exact:6.2f} s  gap {plan.gap:.4%}  heuristic {heuristic:5.2f} s  off {gap:.3%}")
    return exact, heuristic, gap


def spopt_seconds(costs: np.ndarray[Any, Any], p: int) -> float | None:
    try:
        import pulp
        from spopt.locate import PMedian
    except ImportError:
        return None
    begun = time.perf_counter()
    model = PMedian.from_cost_matrix(costs, np.ones(len(costs)), p_facilities=p)
    model.solve(pulp.HiGHS(msg=False, gapRel=0.0))
    return time.perf_counter() - begun


def neighbours(seed: int, *, tied: bool) -> Sharing:
    """Forty partners on a square of 60 km, eight functions with loads; `tied`: with every other term, too."""
    random = np.random.default_rng(seed)
    where = random.random((40, 2)) * 60
    minutes = np.linalg.norm(where[:, None] - where[None], axis=2) * 1.95 + 2 * (1 - np.eye(40))
    size = np.exp(random.normal(8.5, 0.7, 40))
    demand = np.stack([size * random.uniform(0.01, 0.06) * random.uniform(0.8, 1.2, 40) for _ in range(8)])
    draws = demand[None] * np.exp(random.normal(0, 0.08, (20, 8, 1))) * np.exp(random.normal(0, 0.05, (20, 8, 40)))
    fixed = random.uniform(30e3, 120e3, 8)[:, None] * random.uniform(0.9, 1.1, (8, 40))
    services = tuple(
        Service(
            f"s{k}",
            sites=6 if tied and k in (2, 5) else None,
            travel_cost=float(random.uniform(0.5, 1.5)),
            min_load=demand[k].sum() / 15 if k % 2 == 0 else 0.0,
            capacity=demand[k].sum() / 3 if k % 3 == 0 else np.inf,
            reach=45.0 if tied and k % 4 == 1 else np.inf,
        )
        for k in range(8)
    )
    terms: dict[str, Any] = {"max_functions": 2, "participation": "demand"} if tied else {}
    return Sharing(tuple(map(str, range(40))), services, minutes, draws, fixed, **terms)


def share(seconds: float) -> None:
    for tied in (False, True):
        for seed in (1, 2, 3):
            begun = time.perf_counter()
            plan = share_functions(neighbours(seed, tied=tied), rng=rng(), limits=Limits(seconds))
            words = "every term" if tied else "loads alone"
            print(f"40 x 8, {words:<11}  {time.perf_counter() - begun:5.1f} s  cost {plan.value:,.0f}  gap {plan.gap:.2%}")


def main() -> None:
    p_median(random_costs(30, 0), p=3, rng=rng())  # compile
    share(40.0)
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    found = []
    if folder:
        optima = {row["instance"]: row for row in csv.DictReader(next(folder.glob("*optima.csv")).open(encoding="utf-8"))}
        for name, row in optima.items():
            roads = read_edges(folder / f"{name}.txt")
            costs = dijkstra(roads.graph())
            found.append(solve(name, costs, int(row["p"]), int(row["pmedian_opt"])))
            assert p_center(costs, int(row["p"])).value == int(row["pcenter_opt"])
        slowest, roughest = max(e for e, _, _ in found), float(np.mean([gap for *_, gap in found]))
        print(f"slowest exact {slowest:.1f} s (claim 60), slowest heuristic {max(h for _, h, _ in found):.2f} s (claim 1),")
        print(f"mean gap of the heuristic {roughest:.3%} (claim 0.1 %)")
    for nodes, p in LARGE:
        solve(f"random {nodes}", random_costs(nodes, nodes + p), p, None)
    for nodes, p in ((100, 5), (200, 5)):
        costs = random_costs(nodes, 7)
        theirs = spopt_seconds(costs, p)
        begun = time.perf_counter()
        p_median(costs, p=p, rng=rng())
        ours = time.perf_counter() - begun
        words = "spopt is not installed: not compared" if theirs is None else f"spopt {theirs:.2f} s, {theirs / ours:.0f} times"
        print(f"random {nodes}, p {p}: ours {ours:.3f} s; {words}")


if __name__ == "__main__":
    main()
