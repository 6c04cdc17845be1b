"""A proposal whose terms no plan keeps: which of them could give way, and how far, as plain data for pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from allmende.errors import Refused
from allmende.needs.siting import Infeasible, Relaxation
from allmende.outlook.proposals import Proposal


@dataclass(frozen=True, slots=True)
class Easing:
    """A term that can give way: its kind (`allmende.needs.siting.Term`), its function's title ({} if it is for all).

    `asked` for, `feasible` from there on (participation: the money a year that somebody pays more than alone), and the
    partners by name where it pinches.
    """

    kind: str
    function: Mapping[str, str]
    asked: float
    feasible: float
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A proposal without a plan. `together`: only all easings at once make one, else any of them; none if time ran out."""

    id: str
    title: Mapping[str, str]
    outlook: str
    release: str
    year: int
    partners: tuple[str, ...]
    together: bool
    easings: tuple[Easing, ...]


class NoPlan(Refused):
    """No plan keeps the terms of a proposal; `refusal` says so as data."""

    def __init__(self, error: Refused, refusal: Refusal, *, where: str, todo: str) -> None:
        super().__init__(error.what, where=where, expected=error.expected, todo=todo)
        self.refusal = refusal


def refusal_of(proposal: Proposal, names: Mapping[str, str], error: Refused, outlook: str, release: str) -> Refusal:
    """Return what an error says of a proposal; `names` of partners by key."""
    diagnosis = error.diagnosis if isinstance(error, Infeasible) else None
    eased = (diagnosis.single or next(iter(diagnosis.together), ())) if diagnosis else ()
    return Refusal(
        id=proposal.id,
        title=dict(proposal.title),
        outlook=outlook,
        release=release,
        year=proposal.year,
        partners=tuple(names[ags] for ags in proposal.partners),
        together=bool(diagnosis and not diagnosis.single),
        easings=tuple(_easing(one, proposal, names) for one in eased),
    )


def _easing(one: Relaxation, proposal: Proposal, names: Mapping[str, str]) -> Easing:
    number = one.term.service
    title = dict(proposal.functions[number].service.title) if number >= 0 else {}
    places = tuple(names[ags] for ags in one.where.split(", ") if ags)
    return Easing(one.term.kind, title, one.asked, one.feasible_from, places)
