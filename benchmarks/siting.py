"""p-median: every shared network exact and by heuristic alone; larger random ones; spopt on the same instance and solver.

Claims: all twenty networks proved in at most 60 s each; heuristic alone at most 1 s each, mean gap at most 0.1 %; faster than
spopt, which writes the classic form for HiGHS by PuLP (pip install spopt pulp highspy; without them it is not compared).

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
from allmende.needs.siting import Limits, p_center, p_median, p_median_heuristic

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


def main() -> None:
    p_median(random_costs(30, 0), p=3, rng=rng())  # compile
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
