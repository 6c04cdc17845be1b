"""`siting/`: the plans of a region in its outlook folder, each as JSON, with its cost game beside it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from allmende.areas.hierarchy import load_region
from allmende.cubes.publication import RELEASES, read_publication
from allmende.errors import AllmendeError, Refused
from allmende.files import write_whole
from allmende.outlook.folder import CURRENT, read_model, read_outlook
from allmende.outlook.proposals import FUNCTIONS, read_proposals
from allmende.outlook.reach import REACH, reach_services, write_reach
from allmende.outlook.settled import read_journeys, read_settled
from allmende.outlook.siting import Hosted, JointPlan, Partner, Setting, plan_together

FORMAT = 2
"""Version of a plan's file; a reader refuses any other."""

SITING = "siting"
GAME = ".game.json"


def make_plans(
    public: Path, tell: Callable[[int, int], None] = lambda done, total: None
) -> tuple[tuple[JointPlan, ...], tuple[str, ...]]:
    """Compute all plans of `functions.toml` and who is reached in time, and write them into the outlook in force.

    Returns the plans, and a sentence for each proposal whose terms no plan keeps. Raises `AllmendeError` if there is no outlook
    or a file cannot be used.
    """
    folder = (public / CURRENT).resolve()
    outlook = read_outlook(folder)
    publication = read_publication(public / RELEASES / outlook.release)
    region = load_region(publication.folder / "region")
    names = {town.ags: town.name for town in region.municipalities}
    settled, journeys = read_settled(publication, region), read_journeys(public)
    write_reach(reach_services(public, region, publication.folder / "region", settled, journeys), folder / REACH)
    shutil.rmtree(folder / SITING, ignore_errors=True)  # a proposal that was withdrawn leaves no plan
    if not (public / FUNCTIONS).is_file():
        return (), ()
    proposals = read_proposals(public / FUNCTIONS, region)
    setting = Setting(outlook, read_model(folder), settled, journeys, names)
    made, refused = [], []
    for number, proposal in enumerate(proposals, 1):
        try:
            plan, game = plan_together(proposal, setting)
        except Refused as error:
            refused.append(str(error))
            continue
        made.append(plan)
        write_plan(plan, game, folder)
        tell(number, len(proposals))
    return tuple(made), tuple(refused)


def write_plan(plan: JointPlan, game: Mapping[str, Any] | None, folder: Path) -> None:
    """Write a plan and its game into an outlook folder, the same bytes for the same plan."""
    (folder / SITING).mkdir(exist_ok=True)
    write_whole(folder / SITING / f"{plan.id}.json", _text(asdict(plan) | {"format": FORMAT}))
    if game is not None:
        write_whole(folder / SITING / f"{plan.id}{GAME}", _text(game))


def read_plans(folder: Path) -> tuple[JointPlan, ...]:
    """Read the plans of an outlook folder, sorted by id; none if it has none."""
    files = sorted((folder / SITING).glob("*.json"))
    return tuple(_read(path) for path in files if not path.name.endswith(GAME))


def read_game(folder: Path, plan: str) -> bytes:
    """Return the cost game of a plan as it stands in its file. Raises `AllmendeError` if it has none."""
    path = folder / SITING / f"{plan}{GAME}"
    if not path.is_file():
        raise AllmendeError("This plan has no cost game.", where=plan, expected="a plan of at most ten partners")
    return path.read_bytes()


def _read(path: Path) -> JointPlan:
    document = json.loads(path.read_text(encoding="utf-8"))
    if document.pop("format", None) != FORMAT:
        raise AllmendeError(
            "The siting plan has another format.",
            where=str(path),
            expected=f"format {FORMAT}",
            todo="Make it again with `allmende needs plan PUBLIC`.",
        )
    functions = tuple(
        Hosted(**each | {"hosts": tuple(each["hosts"]), "quotas": tuple(each["quotas"])}) for each in document.pop("functions")
    )
    partners = tuple(Partner(**each) for each in document.pop("partners"))
    return JointPlan(**document, functions=functions, partners=partners)


def _text(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()
