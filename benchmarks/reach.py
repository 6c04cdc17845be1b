"""E2SFCA over 11,000 places × 2,000 facilities × 1,000 draws of people; PySAL's access on one draw where it is installed.

Claims: at most 10 s, everything adds up to the reachable supply, equal to access.

Run: python benchmarks/reach.py
"""

from __future__ import annotations

import time

import numpy as np

from allmende.needs.reach import e2sfca_decay, straight_ways, two_step

PLACES, FACILITIES, DRAWS = 11_000, 2_000, 1_000


def main() -> None:
    rng = np.random.default_rng(1)
    places = np.stack([rng.uniform(7, 12, PLACES), rng.uniform(51, 54, PLACES)], axis=1)
    facilities = np.stack([rng.uniform(7, 12, FACILITIES), rng.uniform(51, 54, FACILITIES)], axis=1)
    begun = time.perf_counter()
    ways = straight_ways(places, facilities, limit=30.0)
    print(f"{len(ways.minutes):,} pairs within 30 min: {time.perf_counter() - begun:.2f} s")
    people = rng.gamma(2.0, 500.0, (PLACES, DRAWS))
    supply = rng.integers(1, 20, FACILITIES).astype(float)
    begun = time.perf_counter()
    found = two_step(ways, people, supply, decay=e2sfca_decay())
    seconds = time.perf_counter() - begun
    worst = np.abs((found.index * people).sum(axis=0) / found.reachable - 1).max()
    print(f"{DRAWS:,} draws: {seconds:.2f} s (claim 10), off the reachable supply by {worst:.1e}")
    assert seconds <= 10
    try:
        import pandas as pd
        from access import fca, weights
    except ImportError:
        print("access is not installed: not compared")
        return
    cost = pd.DataFrame({"origin": ways.place, "dest": ways.facility, "cost": ways.minutes})
    begun = time.perf_counter()
    theirs = fca.two_stage_fca(
        pd.DataFrame({"demand": people[:, 0]}).rename_axis("geoid"),
        pd.DataFrame({"supply": supply}).rename_axis("geoid"),
        cost,
        max_cost=30,
        weight_fn=weights.step_fn({10: 1, 20: 0.68, 30: 0.22}),
    )
    one = time.perf_counter() - begun
    off = np.abs(found.index[theirs.index, 0] - theirs.to_numpy()).max()
    print(f"access, one draw: {one:.3f} s, ours {seconds / DRAWS:.4f} s; largest difference {off:.1e}")


if __name__ == "__main__":
    main()
