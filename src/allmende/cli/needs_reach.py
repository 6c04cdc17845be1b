"""`allmende needs reach`: who reaches the nearest facility in time, by road or, labelled so, as the crow flies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray

from allmende.areas.osm import read_roads
from allmende.cli.measures import Measure
from allmende.cli.needs_site import EDGES, layout_option, weights_option
from allmende.cli.node_files import facilities_of, read_weights
from allmende.cli.output import json_option, say, say_json
from allmende.cli.place_files import read_places
from allmende.needs.reach import nearest_facility, straight_ways, within_minutes
from allmende.parameters import load

BY_EDGES = "shortest way over the edges"


@dataclass(frozen=True, slots=True)
class Found:
    """Every place's name, people, minutes to the nearest facility (infinity: none) and that facility's name.

    `basis` says how the minutes were had.
    """

    places: list[str | int]
    people: NDArray[np.float64]
    minutes: NDArray[np.float64]
    facility: list[str | int | None]
    basis: str
    notes: tuple[str, ...]


@click.command("reach")
@click.option("--edges", type=click.Path(path_type=Path), help=EDGES)
@layout_option
@click.option(
    "--facilities",
    required=True,
    help="With --edges: nodes (3,7,12, or a file with one a line) or a tag of the OpenStreetMap file. With --places: a table "
    "id;lon;lat.",
)
@click.option("--outward", is_flag=True, help="Drive from the facility (fire engines); else to it. Differs by one-way roads.")
@click.option("--within", type=Measure(min=0), required=True, help="Minutes that count as reached.")
@weights_option
@click.option(
    "--places",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Without roads: a table id;lon;lat;people. Minutes are then straight line × detour, and the answer says so.",
)
@click.option("--detour", type=Measure(min=1), help="With --places: way by road per straight line.  [default: 1.3]")
@click.option("--speed", type=Measure(min=0, min_open=True), help="With --places: km/h.  [default: 40]")
@json_option
def reach(
    edges: Path | None,
    layout: str,
    facilities: str,
    outward: bool,
    within: float,
    weights: Path | None,
    places: Path | None,
    detour: float | None,
    speed: float | None,
    as_json: bool,
) -> None:
    """Count who reaches the nearest facility in time; costs of the edges are minutes. Who does not is listed.

    Where no roads are known, --places takes the place of --edges: the straight line times a detour factor at one speed. That
    knows no river and no motorway; every answer made so names its basis.

    \b
    Example:
      allmende needs reach --edges roads.txt --facilities 3,17 --within 10 --weights people.txt
      allmende needs reach --edges county.osm.pbf --facilities amenity=fire_station --outward --within 10
      allmende needs reach --places villages.csv --facilities stations.csv --within 7
    """
    if (edges is None) == (places is None):
        raise click.UsageError("Give either --edges (roads) or --places (straight line × detour).")
    if edges is not None:
        if detour is not None or speed is not None:
            raise click.UsageError("--detour and --speed belong to --places: by road nothing is guessed.")
        found = _by_road(edges, layout, facilities, outward, weights)
    else:
        if weights is not None or outward or layout != "auto":
            raise click.UsageError(
                "--weights, --outward and --layout belong to --edges; people stand in the table of --places."
            )
        found = _straight(places, facilities, within, detour, speed)
    _answer(found, within, as_json)


def _by_road(edges: Path, layout: str, facilities: str, outward: bool, weights: Path | None) -> Found:
    roads = read_roads(edges, layout=layout)
    at, notes = facilities_of(roads, facilities, edges)
    nearest = nearest_facility(roads, at, outward=outward)
    people = read_weights(weights, roads) if weights else np.ones(len(roads))
    labels = roads.labels
    served = [labels[at[k]] if k >= 0 else None for k in nearest.facility.tolist()]
    return Found(labels, people, nearest.minutes, served, BY_EDGES, (*roads.notes, *notes))


def _straight(places: Path | None, facilities: str, within: float, detour: float | None, speed: float | None) -> Found:
    assert places is not None  # noqa: S101 - the caller has seen to it
    known = load("roads")
    homes, sites = read_places(places, "The places"), read_places(Path(facilities), "The facilities")
    ways = straight_ways(
        homes.lonlat,
        sites.lonlat,
        limit=np.inf,
        speed=known["straight_speed"]["value"] if speed is None else speed,
        detour=known["detour"]["value"] if detour is None else detour,
    )
    table = ways.minutes.reshape(len(homes.ids), len(sites.ids))
    served = [sites.ids[k] for k in table.argmin(axis=1).tolist()]
    return Found(list(homes.ids), homes.people, table.min(axis=1), list(served), ways.basis, ())


def _answer(found: Found, within: float, as_json: bool) -> None:
    cover = within_minutes(found.minutes, found.people, within)
    late = [found.places[at] for at in cover.late.tolist()]
    unreachable = [place for place, facility in zip(found.places, found.facility, strict=True) if facility is None]
    if as_json:
        ways = [
            {"node": place, "facility": facility, "minutes": None if facility is None else minutes}
            for place, facility, minutes in zip(found.places, found.facility, found.minutes.tolist(), strict=True)
        ]
        say_json(
            {
                "basis": found.basis,
                "within": within,
                "people": float(cover.people),
                "share": float(cover.share) if found.people.any() else None,
                "late": late,
                "unreachable": unreachable,
                "nearest": ways,
                "notes": list(found.notes),
            }
        )
        return
    share = f" ({float(cover.share):.1%})" if found.people.any() else ""
    say(f"{float(cover.people):g} of {float(found.people.sum()):g}{share} are within {within:g} min.")
    named = f" ({', '.join(map(str, late[:10]))}{' …' if len(late) > 10 else ''})" if late else ""
    say(f"Not in time: {len(late)} places{named}, of which {len(unreachable)} have no way at all.")
    say(f"Minutes: {found.basis}.")
    for note in found.notes:
        say(f"  {note}")
