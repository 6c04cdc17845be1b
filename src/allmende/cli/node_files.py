"""Nodes of a network and their weights, from the command line and from small files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from allmende.areas.osm import is_osm, read_osm_places
from allmende.areas.roads import Roads
from allmende.errors import AllmendeError
from allmende.needs.reach import snap


def read_nodes(text: str, where: str) -> list[str]:
    """Read nodes, as their network writes them, from "3,7,12", or from a file with one a line (`#` begins a comment)."""
    if Path(text).is_file():
        lines = [line.partition("#")[0].strip() for line in _lines(Path(text), "nodes, one a line")]
        where = Path(text).name
    else:
        lines = [text]
    nodes = [node for line in lines for node in _listed(line)]
    repeated = sorted({node for node in nodes if nodes.count(node) > 1})
    if repeated or not nodes:
        what = f"Node {repeated[0]} is named twice." if repeated else "No node is named."
        raise AllmendeError(what, where=where, expected="each node once")
    return nodes


def _listed(line: str) -> list[str]:
    """Split nodes at commas; at blanks only where all are numbers, since names may have blanks."""
    words = line.replace(",", " ").split()
    return words if all(word.isdigit() for word in words) else [node.strip() for node in line.split(",") if node.strip()]


def nodes_of(roads: Roads, nodes: Sequence[str]) -> NDArray[np.int64]:
    """Return the positions of nodes in a network, or say which are not there."""
    labels = roads.labels
    position = {str(label): k for k, label in enumerate(labels)}
    missing = [node for node in nodes if node not in position]
    if missing:
        known = ", ".join(map(str, labels)) if len(labels) <= 6 else f"{labels[0]}, {labels[1]} … {labels[-1]}"
        raise AllmendeError(
            f"{len(missing)} {'node is' if len(missing) == 1 else 'nodes are'} not in the network.",
            where=", ".join(missing[:10]),
            expected=f"nodes as the network has them ({known}), or the path of a file with one a line",
        )
    return np.array([position[node] for node in nodes], dtype=np.int64)


def facilities_of(roads: Roads, text: str, source: Path) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the nodes of facilities, and notes: node numbers, or a tag as `amenity=fire_station` of the OpenStreetMap source.

    A tagged place stands at its nearest node; places farther than 500 m from any road are left out, by name, in the notes.
    """
    key, equals, value = text.partition("=")
    if not (equals and is_osm(source)):
        return nodes_of(roads, read_nodes(text, "--facilities")), ()
    places = read_osm_places(source, key, value)
    snapped = snap(roads, [place.lon for place in places], [place.lat for place in places])
    far = set(snapped.far.tolist())
    near = np.unique([node for k, node in enumerate(snapped.node.tolist()) if k not in far]).astype(np.int64)
    if not len(near):
        raise AllmendeError(f"No place with {text} is near a road.", where=source.name, expected="a tag that places carry")
    left_out = ", ".join(places[k].name or places[k].id for k in sorted(far))
    found = f"{len(places)} places with {text}, at {len(near)} nodes"
    return near, (found, f"farther than 500 m from any road and left out: {left_out}") if far else (found,)


def read_weights(path: Path, roads: Roads) -> NDArray[np.float64]:
    """Read `node weight` lines; nodes that are left out weigh 1."""
    given: dict[str, float] = {}
    for line, text in enumerate(_lines(path, "node weight, one a line"), 1):
        plain = text.partition("#")[0].replace(",", " ").replace(";", " ").strip()
        if not plain:
            continue
        where = f"{path.name}, line {line}"
        try:
            node, last = plain.rsplit(maxsplit=1)
            weight = float(last)
        except ValueError as error:
            raise AllmendeError(f"{text.strip()[:60]!r} is no weight.", where=where, expected="node weight") from error
        if not 0 <= weight < float("inf"):
            raise AllmendeError(f"The weight {weight:g} cannot be used.", where=where, expected="a number of at least 0")
        if node.strip() in given:
            raise AllmendeError(f"Node {node} has two weights.", where=where, expected="each node once")
        given[node.strip()] = weight
    weights = np.ones(len(roads))
    weights[nodes_of(roads, list(given))] = list(given.values())
    return weights


def _lines(path: Path, expected: str) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise AllmendeError(
            "The file is no text in UTF-8.", where=path.name, expected=expected, todo="Save it as UTF-8."
        ) from error
