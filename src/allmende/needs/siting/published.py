"""Reference numbers of siting, small enough to carry, and the same numbers computed."""

from __future__ import annotations

import numpy as np

from allmende.comparison import Comparison
from allmende.needs.siting.agreement import share_functions
from allmende.needs.siting.sharing import Service, Sharing

OWN = "own numbers of 2026-11, brute force over 772 choices"

MINUTES = np.array(
    [
        [0.0, 17.8, 19.4, 19.8, 45.9, 34.6, 30.0, 23.6],
        [17.8, 0.0, 8.5, 33.2, 42.5, 20.4, 44.5, 10.3],
        [19.4, 8.5, 0.0, 29.5, 34.0, 15.2, 40.8, 4.3],
        [19.8, 33.2, 29.5, 0.0, 38.6, 41.7, 11.4, 33.3],
        [45.9, 42.5, 34.0, 38.6, 0.0, 29.6, 44.4, 33.2],
        [34.6, 20.4, 15.2, 41.7, 29.6, 0.0, 52.3, 11.1],
        [30.0, 44.5, 40.8, 11.4, 44.4, 52.3, 0.0, 44.5],
        [23.6, 10.3, 4.3, 33.3, 33.2, 11.1, 44.5, 0.0],
    ]
)
DEMAND = np.array(
    [
        [104.0, 331, 100, 219, 337, 163, 176, 154],
        [1882.0, 860, 2479, 1279, 1351, 1410, 1581, 1517],
        [6.0, 11, 9, 9, 8, 7, 4, 11],
    ]
)
FIXED_COST = 1000 * np.array(
    [[113.0, 100, 132, 98, 132, 120, 95, 92], [73.0, 61, 64, 75, 89, 73, 84, 87], [36.0, 32, 28, 30, 25, 29, 27, 24]]
)


def eight_neighbours() -> Sharing:
    """Return eight municipalities that share a Gymnasium, a pool and a fire brigade's workshop, one function each at most."""
    services = (
        Service("Gymnasium", sites=2, travel_cost=20.0, min_load=500.0),
        Service("Hallenbad", sites=2, travel_cost=5.0, min_load=2500.0),
        Service("Feuerwehr-Technikzentrum", sites=1, travel_cost=150.0),
    )
    return Sharing(tuple("ABCDEFGH"), services, MINUTES, DEMAND, FIXED_COST, max_functions=1)


def comparisons() -> tuple[Comparison, ...]:
    """Compare the joint plan of eight neighbours with the optimum and its hosts."""
    plan = share_functions(eight_neighbours(), rng=np.random.default_rng(1))
    named = "eight neighbours, three services"
    hosts = [int("".join(map(str, np.flatnonzero(row)))) for row in plan.hosting]
    return (
        Comparison(f"{named}: optimum", OWN, 1_651_186.5, plan.value, 1e-6),
        Comparison(f"{named}: proved bound", OWN, 1_651_186.5, plan.bound, 1e-3),
        *(
            Comparison(f"{named}: hosts of service {s}, from 0", OWN, published, found, 0)
            for s, (published, found) in enumerate(zip((13, 26, 7), hosts, strict=True))
        ),
    )
