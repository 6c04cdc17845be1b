"""`siting/`: the plans of a region in its outlook folder, each as JSON, with its cost game beside it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from allmende.areas.hierarchy import load_region
from allmende.cubes.publication import read_publication
from allmende.errors import AllmendeError
from allmende.files import write_whole
from allmende.outlook.folder import CURRENT, read_model, read_outlook
from allmende.outlook.proposals import FUNCTIONS, read_proposals
from allmende.outlook.reach import REACH, reach_services, write_reach
from allmende.outlook.refusal import Easing, NoPlan, Refusal
from allmende.outlook.settled import read_journeys, read_settled
from allmende.outlook.siting import Hosted, JointPlan, Partner, Setting, plan_together
from allmende.outlook.unusable import PLAN, read_document, released_under, using

FORMAT = 2
"""Version of a plan's file; a reader refuses any other."""

Read = TypeVar("Read")

SITING = "siting"
GAME, REFUSED = ".game.json", ".refused.json"


def make_plans(
    public: Path, tell: Callable[[int, int], None] = lambda done, total: None
) -> tuple[tuple[JointPlan, ...], tuple[str, ...]]:
    """Compute all plans of `functions.toml` and who is reached in time, and write them into the outlook in force.

    Returns the plans, and a sentence for each proposal whose terms no plan keeps. Raises `AllmendeError` if there is no outlook
    or a file cannot be used.
    """
    folder = (public / CURRENT).resolve()
    outlook = read_outlook(folder)
    publication = read_publication(released_under(public, outlook.release, outlook.id))
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
        except NoPlan as error:
            refused.append(str(error))
            write_refusal(error.refusal, folder)
            continue
        made.append(plan)
        write_plan(plan, game, folder)
        tell(number, len(proposals))
    return tuple(made), tuple(refused)


def write_plan(plan: JointPlan, game: Mapping[str, Any] | None, folder: Path) -> None:
    """Write a plan and its game into an outlook folder, the same bytes for the same plan."""
    _write(asdict(plan), folder, f"{plan.id}.json")
    if game is not None:
        write_whole(folder / SITING / f"{plan.id}{GAME}", _text(game))


def write_refusal(refusal: Refusal, folder: Path) -> None:
    """Write why a proposal has no plan into an outlook folder."""
    _write(asdict(refusal), folder, f"{refusal.id}{REFUSED}")


def read_plans(folder: Path) -> tuple[JointPlan, ...]:
    """Read the plans of an outlook folder, sorted by id; none if it has none."""
    files = sorted((folder / SITING).glob("*.json"))
    return tuple(_read(path, _plan) for path in files if not path.name.endswith((GAME, REFUSED)))


def read_refusals(folder: Path) -> tuple[Refusal, ...]:
    """Read of an outlook folder which proposals have no plan, and why, sorted by id."""
    return tuple(_read(path, _refusal) for path in sorted((folder / SITING).glob(f"*{REFUSED}")))


def read_game(folder: Path, plan: str) -> bytes:
    """Return the cost game of a plan as it stands in its file. Raises `AllmendeError` if it has none."""
    path = folder / SITING / f"{plan}{GAME}"
    if not path.is_file():
        raise AllmendeError("This plan has no cost game.", where=plan, expected="a plan of at most ten partners")
    return path.read_bytes()


def _write(document: Mapping[str, Any], folder: Path, name: str) -> None:
    (folder / SITING).mkdir(exist_ok=True)
    write_whole(folder / SITING / name, _text({**document, "format": FORMAT}))


def _read(path: Path, make: Callable[[dict[str, Any]], Read]) -> Read:
    document = read_document(path, FORMAT, PLAN)
    with using(path, PLAN):
        return make(document)


def _plan(document: dict[str, Any]) -> JointPlan:
    functions = tuple(
        Hosted(**each | {"hosts": tuple(each["hosts"]), "quotas": tuple(each["quotas"])}) for each in document.pop("functions")
    )
    partners = tuple(Partner(**each) for each in document.pop("partners"))
    return JointPlan(**document, functions=functions, partners=partners)


def _refusal(document: dict[str, Any]) -> Refusal:
    easings = tuple(Easing(**each | {"places": tuple(each["places"])}) for each in document.pop("easings"))
    return Refusal(**document | {"partners": tuple(document["partners"])}, easings=easings)


def _text(document: Mapping[str, Any]) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()
