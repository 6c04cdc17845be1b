"""What `allmende needs plan` adds to the look ahead in force: siting plans, and who reaches what in time."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from allmende.areas.hierarchy import load_region
from allmende.areas.region import Region
from allmende.cubes.publication import read_publication
from allmende.outlook.access import ACCESS, access_services, write_access
from allmende.outlook.facilities import unit_shapes
from allmende.outlook.folder import CURRENT, Outlook, read_model, read_outlook
from allmende.outlook.inhabited import inhabit
from allmende.outlook.joint_plan import JointPlan
from allmende.outlook.needs_file import NEEDS, read_needs
from allmende.outlook.proposals import FUNCTIONS, read_proposals
from allmende.outlook.reach import REACH, reach_services, write_reach
from allmende.outlook.refusal import NoPlan
from allmende.outlook.settled import Journeys, Settled, read_journeys, read_settled
from allmende.outlook.siting import Setting, plan_together
from allmende.outlook.siting_file import SITING, write_plan, write_refusal
from allmende.outlook.unusable import released_under
from allmende.outlook.weighing import Offer, read_offer


def make_plans(
    public: Path, tell: Callable[[int, int], None] = lambda done, total: None
) -> tuple[tuple[JointPlan, ...], tuple[str, ...]]:
    """Compute all plans of `functions.toml` and who reaches what in time, and write them into the outlook in force.

    Returns the plans, and a sentence for each proposal whose terms no plan keeps. Raises `AllmendeError` if there is no outlook
    or a file cannot be used.
    """
    folder = (public / CURRENT).resolve()
    outlook = read_outlook(folder)
    publication = read_publication(released_under(public, outlook.release, outlook.id))
    region = load_region(publication.folder / "region")
    settled, journeys = read_settled(publication, region), read_journeys(public)
    _measure_ways(public, folder, outlook, region, publication.folder / "region", settled, journeys)
    shutil.rmtree(folder / SITING, ignore_errors=True)  # a proposal that was withdrawn leaves no plan
    if not (public / FUNCTIONS).is_file():
        return (), ()
    proposals = read_proposals(public / FUNCTIONS, region)
    names = {town.ags: town.name for town in region.municipalities}
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


def planned_in(folder: Path) -> frozenset[str]:
    """Return which results of `needs plan` an outlook's folder has: a new outlook begins without any."""
    return frozenset(name for name in (REACH, ACCESS, SITING) if (folder / name).exists())


def _measure_ways(
    public: Path, folder: Path, outlook: Outlook, region: Region, region_folder: Path, settled: Settled, journeys: Journeys
) -> None:
    offer = read_offer(public, region, region_folder) or Offer((), ())
    inhabited = inhabit(settled, outlook, unit_shapes(region_folder, region))
    needs = read_needs(folder / NEEDS) if (folder / NEEDS).is_file() else ()
    write_reach(reach_services(offer, inhabited, journeys), folder / REACH)
    write_access(access_services(needs, inhabited, journeys), folder / ACCESS)
