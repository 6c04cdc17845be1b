"""Who is served where, before and after a plan: two maps with the same frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely

from allmende.portal.drawing.ground import Ground, Place, fit, path_of
from allmende.portal.drawing.svg import WIDE, drawing, element, text
from allmende.portal.drawing.words import Labels, fitted

GAP = 24
HEAD = 26

State = Literal["kept", "new", "closed"]


@dataclass(frozen=True, slots=True)
class Plan:
    """Hosts by name, and from where to which host people go."""

    hosts: Mapping[str, Place]
    served: Sequence[tuple[Place, str]]


def siting_map(
    outlines: Sequence[Any],
    before: Plan,
    after: Plan,
    label: str,
    width: int = WIDE,
    *,
    titles: tuple[str, str] = ("Heute", "Geplant"),
    roads: Sequence[Any] = (),
) -> str:
    """Draw two maps, beside one another or on narrow screens below: hosts as squares, lines from origins to their host.

    In the second map a host that stays is filled, a new one has a ring, one that is given up is crossed out. `roads` are lines.
    """
    beside = width == WIDE
    wide = (width - GAP) / 2 if beside else width
    view, height = fit(tuple(shapely.total_bounds(list(outlines))), 8, HEAD, wide - 16, 0.8)
    states: dict[str, State] = {name: "kept" if name in before.hosts else "new" for name in after.hosts}
    states |= {name: "closed" for name in before.hosts if name not in after.hosts}
    tall = HEAD + height + 8
    first = _panel(titles[0], outlines, before, before.hosts, dict.fromkeys(before.hosts, "kept"), view, wide, tall, roads)
    second = _panel(titles[1], outlines, after, {**after.hosts, **before.hosts}, states, view, wide, tall, roads)
    shift = (wide + GAP, 0.0) if beside else (0.0, tall + GAP)
    moved = element("g", second, transform=f"translate({shift[0]:.1f} {shift[1]:.1f})")
    return drawing(width, tall if beside else 2 * tall + GAP, label, [element("g", first), moved], "chart map")


def _panel(
    title: str,
    outlines: Sequence[Any],
    plan: Plan,
    hosts: Mapping[str, Place],
    states: Mapping[str, State],
    view: Ground,
    wide: float,
    tall: float,
    roads: Sequence[Any],
) -> str:
    parts = [text(fitted(title, wide - 4), 0, 15, "start", "head")]
    parts += [element("path", d=path_of(shape), class_="land") for shape in view.draw(outlines)]
    parts += [element("path", d=path_of(line), class_="road") for line in view.draw(roads)]
    parts += [_trip(view.at(origin), view.at(hosts[host])) for origin, host in plan.served]
    origins = view.project(np.array([origin for origin, _ in plan.served], dtype=np.float64).reshape(-1, 2)).tolist()
    parts += [element("circle", cx=x, cy=y, r=2.2, class_="origin-dot") for x, y in origins]
    labels = Labels((1, HEAD - 4, wide - 1, tall - 1))
    spots = {name: view.at(place) for name, place in hosts.items()}
    labels.block(spots.values(), 9)
    labels.block([(x, y) for x, y in origins], 2)
    parts += [host_symbol(*spots[name], states[name]) for name in hosts]
    parts += [_name(fitted(name, wide / 2), spots[name], states[name], labels) for name in hosts]
    return "".join(parts)


def _trip(origin: Place, host: Place) -> str:
    return element("line", x1=origin[0], y1=origin[1], x2=host[0], y2=host[1], class_="trip")


def host_symbol(x: float, y: float, state: State) -> str:
    """Draw a host: a square that stays, one with a ring that is new, a crossed one that is given up."""
    cross = f"M{x - 6:.1f},{y - 6:.1f}l12,12m0,-12l-12,12"
    if state == "closed":
        return element("path", d=cross, class_="host closed")
    square = element("rect", x=x - 6, y=y - 6, width=12, height=12, class_=f"host {state}")
    return square + (element("circle", cx=x, cy=y, r=11, class_="ring") if state == "new" else "")


def _name(name: str, spot: tuple[float, float], state: State, labels: Labels) -> str:
    x, y = spot
    spots = [(x, y - 14, "middle"), (x, y + 25, "middle"), (x + 14, y + 5, "start"), (x - 14, y + 5, "end")]
    return labels.place(name, spots, "place gone" if state == "closed" else "place", far=160)
