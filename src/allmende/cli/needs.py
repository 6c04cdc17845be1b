"""`allmende needs`: what is needed, where shared functions go, and who reaches them."""

from __future__ import annotations

from math import isnan
from pathlib import Path

import click
import numpy as np

from allmende.cli.needs_plan import plan as plan_command
from allmende.cli.needs_reach import reach
from allmende.cli.needs_report import report
from allmende.cli.needs_site import seconds_option, seed_option, site
from allmende.cli.output import json_option, say, say_json
from allmende.cli.sharing_files import plan_document, read_sharing
from allmende.needs.siting import NO_LIMITS, Limits, as_cost_game, regret, share_functions


@click.group("needs")
def group() -> None:
    """Say what people need and how they reach it: needs and capacities, siting of shared functions, reachability.

    Example: allmende needs site --edges roads.txt --p 3
    """


for command in (report, plan_command, site, reach):
    group.add_command(command)


@group.command("share")
@click.argument("plan", type=click.Path(path_type=Path))
@click.option(
    "--regret", "regret_draws", type=click.IntRange(min=0), default=0, help="Solve so many draws on their own and compare."
)
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
    limits = NO_LIMITS if seconds is None else Limits(seconds)
    found = share_functions(sharing, rng=np.random.default_rng(seed), limits=limits)
    document = plan_document(sharing, found, ignored)
    if regret_draws:
        document["regret"] = [float(value) for value in regret(sharing, found, draws=regret_draws, limits=limits).regret]
        document["notes"] += _of_draws(regret_draws, document["regret"])
    if game:
        document["game"] = as_cost_game(sharing, joint_cost=found.value, limits=limits)
    if as_json:
        say_json(document)
        return
    for service in document["services"]:
        say(f"{service['name']}: {', '.join(service['hosts'])}")
    say(f"Cost {found.value:,.2f} (gap {found.gap:.3%}); worth {float(found.worth.mean()):,.2f} against everybody alone.")
    known = [value for value in document.get("regret", []) if not isnan(value)]
    if known:
        say(f"Regret: {max(known):,.2f} at most, {sum(known) / len(known):,.2f} in the mean of {len(known)} draws.")
    for partner in document["partners"]:
        say(f"  {partner['name']:<24} pays {partner['pays']:>14,.2f}, alone {partner['alone']:>14,.2f}")
    for note in document["notes"]:
        say(f"  {note}")


def _of_draws(asked: int, regrets: list[float]) -> list[str]:
    """Say why there is less regret to tell than was asked for."""
    notes = []
    if len(regrets) == 1:
        notes.append(
            "regret: the file has one demand and no draws, so the plan is the best for it; draws are a list of demands"
        )
    elif len(regrets) < asked:
        notes.append(f"regret: the file has {len(regrets)} draws, not {asked}")
    lost = sum(isnan(value) for value in regrets)
    return notes + ([f"regret: in {lost} draws no plan keeps all terms"] if lost else [])
