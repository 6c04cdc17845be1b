"""The Method of Equal Shares with add1 against pabutools, and the rehearsal of a fund.

1. An election of 2,500 voters and 40 projects, cost utility, add1. Claim: at least 10 times as fast, the same projects.
2. 40 members, 20 years, 1,000 runs of a fund. Claim: at most 10 seconds.

pabutools (GPL) is no part of Allmende; where it lies is named on the command line, and without it only our times are printed.

Run: python benchmarks/fund.py [folder with pabutools]
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

import numpy as np

from allmende.fund.pabulib import parse_pabulib
from allmende.fund.rehearsal import Member, Rules, Setting, Shock, Strategy, World
from allmende.fund.rehearsal.study import rehearse
from allmende.fund.selection import select


def election(voters: int, projects: int, seed: int) -> str:
    """Write an election in Pabulib's format: round costs, so that ties are frequent; popular and unpopular projects."""
    rng = np.random.default_rng(seed)
    costs = rng.integers(5, 200, projects) * 500
    appeal = rng.gamma(1.0, 1.0, projects)
    lines = ["META", "key;value", f"budget;{int(costs.sum() // 3)}", "vote_type;approval"]
    lines += ["PROJECTS", "project_id;cost", *(f"{j};{cost}" for j, cost in enumerate(costs)), "VOTES", "voter_id;vote"]
    for voter in range(voters):
        named = rng.choice(projects, size=rng.integers(1, 9), replace=False, p=appeal / appeal.sum())
        lines.append(f"{voter};{','.join(map(str, named))}")
    return "\n".join(lines) + "\n"


def timed(call: Callable[[], list[str]]) -> tuple[float, list[str]]:
    start = time.perf_counter()
    found = call()
    return time.perf_counter() - start, sorted(found)


def ours(text: str, completion: str) -> Callable[[], list[str]]:
    parsed = parse_pabulib(text)
    return lambda: [parsed.projects[j] for j in select(parsed, "equal-shares", completion=completion).chosen]


def theirs(text: str, increment: int | None) -> Callable[[], list[str]]:
    from pabutools.election import Cost_Sat  # type: ignore[import-not-found]
    from pabutools.election.pabulib import parse_pabulib_from_string  # type: ignore[import-not-found]
    from pabutools.rules import method_of_equal_shares  # type: ignore[import-not-found]

    instance, profile = parse_pabulib_from_string(text)
    return lambda: [
        project.name
        for project in method_of_equal_shares(instance, profile, sat_class=Cost_Sat, voter_budget_increment=increment)
    ]


def rehearsal_seconds(members: int, years: int, runs: int) -> float:
    rng = np.random.default_rng(1)
    everybody = tuple(
        Member(f"m{k}", int(rng.integers(500, 30_000)), int(rng.integers(10**7, 10**9)), 1.0, 55.0, 12_000_000, "steady", -0.6)
        for k in range(members)
    )
    setting = Setting(everybody, {"steady": Strategy("steady", push=1.5)}, (Shock("tax", -0.3, 0.1),))
    rules = Rules(volume=66_500_000, weight_tax=0.5, match=0.5, funding_rate=0.8, returns=0.1, guarantee=0.3)
    rehearse(setting, rules, [World()], 2, 1, 2)
    start = time.perf_counter()
    rehearse(setting, rules, [World()], years, 1, runs)
    return time.perf_counter() - start


def main() -> None:
    print(f"rehearsal, 40 members, 20 years, 1,000 runs: {rehearsal_seconds(40, 20, 1000):.2f} s", flush=True)
    sys.path += sys.argv[1:]
    ours(election(20, 9, 0), "add1")()
    for seed in (1, 2, 3):
        text = election(2500, 40, seed)
        for completion, increment in (("none", None), ("add1", 1)):
            seconds, found = timed(ours(text, completion))
            line = f"equal shares, {completion:5} seed {seed}: {seconds:8.3f} s, {len(found)} projects"
            if len(sys.argv) > 1:
                other, same = timed(theirs(text, increment))
                line += f"; pabutools {other:8.3f} s, ratio {other / seconds:6.1f}, same {found == same}"
            print(line, flush=True)


if __name__ == "__main__":
    main()
