"""`siting/`: the plans of a region in its outlook folder, each as JSON, with its cost game beside it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from allmende.errors import AllmendeError
from allmende.files import write_whole
from allmende.outlook.joint_plan import Hosted, JointPlan, Partner
from allmende.outlook.refusal import Easing, Refusal
from allmende.outlook.unusable import PLAN, read_document, using

FORMAT = 2
"""Version of a plan's file; a reader refuses any other."""

Read = TypeVar("Read")

SITING = "siting"
GAME, REFUSED = ".game.json", ".refused.json"


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
