"""Who may read, change and agree on a scenario, and how the region's members come to agree.

draft: its municipality reads and changes it. shared: everybody with the link reads it. proposed: all members read it, each
municipality says yes or no, and nothing else can change. agreed: all have said yes; everybody reads it, nobody changes it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max, Q, QuerySet

from allmende.portal.accounts.models import Person
from allmende.portal.accounts.services import audiences, municipalities_of
from allmende.portal.outlook.models import AGREED, DRAFT, PROPOSED, SHARED, Consent, Line, Scenario

Visitor = Person | AnonymousUser


@dataclass(frozen=True, slots=True)
class Rights:
    """What a visitor may do with a scenario."""

    read: bool
    change: bool
    consent: frozenset[str]

    @property
    def steps(self) -> tuple[str, ...]:
        """The steps that are open besides consent."""
        return ("umbenennen", "teilen", "vorschlagen", "loeschen") if self.change else ()


def rights(visitor: Visitor, scenario: Scenario, members: frozenset[str]) -> Rights:
    """Return what a visitor may do; `members` are the AGS of the region's municipalities."""
    own = municipalities_of(visitor) & members
    open_to = {DRAFT: scenario.owner in own, SHARED: True, PROPOSED: bool(own), AGREED: True}
    read = scenario.audience in audiences(visitor) and open_to[scenario.status]
    change = scenario.owner in own and scenario.status in (DRAFT, SHARED)
    return Rights(read, change, own if read and scenario.status == PROPOSED else frozenset())


def was_shared(visitor: Visitor, scenario: Scenario) -> bool:
    """Return whether a scenario that is proposed now was open to everybody with its link before: they may know where it is."""
    if scenario.status != PROPOSED or scenario.audience not in audiences(visitor):
        return False
    last = scenario.lines.filter(step__in=("teilen", "zuruecknehmen")).last()
    return last is not None and last.step == "teilen"


def readable(visitor: Visitor, members: frozenset[str]) -> QuerySet[Scenario]:
    """Return the scenarios that stand in a visitor's list; shared ones of others come by their link."""
    own = municipalities_of(visitor) & members
    wanted = Q(status=AGREED) | Q(owner__in=own)
    if own:
        wanted |= Q(status=PROPOSED)
    return Scenario.objects.filter(wanted, audience__in=audiences(visitor))


@transaction.atomic
def keep(scenario: Scenario, person: Person) -> None:
    """Store a new scenario with its first line."""
    scenario.author = person
    scenario.save()
    _write(scenario, person, scenario.owner, "gesichert")


@transaction.atomic
def take_step(scenario: Scenario, step: str, person: Person, members: frozenset[str]) -> None:
    """Share a scenario or take it back, propose it or withdraw the proposal.

    Raises PermissionDenied for a step that is not open to this person in this state.
    """
    scenario = _locked(scenario)
    before, after = STEPS.get(step, ((), ""))
    if scenario.status not in before or scenario.owner not in municipalities_of(person) & members:
        raise PermissionDenied
    scenario.status = after
    scenario.save()
    _write(scenario, person, scenario.owner, step)
    if after == PROPOSED:
        _say(scenario, person, scenario.owner, True, "", members)
    elif PROPOSED in before:
        scenario.consents.all().delete()


STEPS: dict[str, tuple[tuple[str, ...], str]] = {
    "teilen": ((DRAFT,), SHARED),
    "zuruecknehmen": ((SHARED,), DRAFT),
    "vorschlagen": ((DRAFT, SHARED), PROPOSED),
    "zurueckziehen": ((PROPOSED,), DRAFT),
}
"""Steps of the owner: from which states, to which."""


@transaction.atomic
def consent(scenario: Scenario, person: Person, ags: str, agrees: bool, note: str, members: frozenset[str]) -> None:
    """Say yes or no for a municipality; when all members have said yes, freeze the scenario with the next version.

    Raises PermissionDenied where the scenario is not proposed, or the person does not speak for the municipality.
    """
    scenario = _locked(scenario)
    if ags not in rights(person, scenario, members).consent:
        raise PermissionDenied
    _say(scenario, person, ags, agrees, note, members)


def _say(scenario: Scenario, person: Person, ags: str, agrees: bool, note: str, members: frozenset[str]) -> None:
    told = {"agrees": agrees, "note": note, "person": person}
    Consent.objects.update_or_create(scenario=scenario, ags=ags, defaults=told)
    _write(scenario, person, ags, "zugestimmt" if agrees else "abgelehnt")
    if members <= set(scenario.consents.filter(agrees=True).values_list("ags", flat=True)):
        _freeze(scenario, person)


def _freeze(scenario: Scenario, person: Person) -> None:
    last: int = Scenario.objects.aggregate(last=Max("version"))["last"] or 0
    scenario.status, scenario.version, scenario.seal = AGREED, last + 1, scenario.fingerprint()
    scenario.save()
    _write(scenario, person, "", "vereinbart")


def _locked(scenario: Scenario) -> Scenario:
    """Return the scenario as it stands now, held until the step is done."""
    return Scenario.objects.select_for_update().get(number=scenario.number)


def _write(scenario: Scenario, person: Person, ags: str, step: str) -> None:
    Line.objects.create(scenario=scenario, person=person, ags=ags, step=step)
