"""Lists that pages show: members of the region, tabs of a place, tables and their rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from allmende.cubes.publication import Publication
from allmende.portal import wording
from allmende.portal.evidence import download, figures
from allmende.portal.evidence.mapping import level_name
from allmende.portal.evidence.members import member_name
from allmende.portal.evidence.opendata import open_totals
from allmende.portal.evidence.page import origin
from allmende.portal.evidence.reader import Reader
from allmende.portal.page import Choice, Fact, pick
from allmende.portal.places import Place
from allmende.portal.public import Table

LISTED = 500
"""Up to so many areas a select field offers by name; beyond (grids) the address still takes `gebiet=`."""


def sizes(reader: Reader) -> tuple[list[dict[str, Any]], int, Table | None]:
    """Return the members of the region with their newest population and its change, the year, and the table used."""
    found: list[dict[str, Any]] = []
    year, table = 0, None
    totals = open_totals()[1]
    for place in reader.shelf.atlas.municipalities:
        series = figures.population(reader, place)
        if series is None:
            number = wording.number(totals[place.key]) if place.key in totals else _("nicht veröffentlicht")
            found.append({"place": place, "number": number, "change": "", "open": place.key in totals})
            continue
        year, table, first = series.years[-1], series.table, series.values[0]
        change = wording.signed(100 * (series.values[-1] / first - 1), 1) if first > 0 else ""
        found.append({"place": place, "number": wording.number(series.values[-1]), "change": change, "since": series.years[0]})
    return found, year, table


def lacking(sizes: list[dict[str, Any]]) -> bool:
    """Return whether a size stands there that is an open total."""
    return any(row.get("open") for row in sizes)


def origin_of(reader: Reader, table: Table | None, year: int) -> tuple[Fact, ...]:
    """Return where the figures of a list come from."""
    return origin(reader, table, [year], total=True) if table else ()


def choices(reader: Reader) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return all named areas for a select field: groups by municipality."""
    atlas = reader.shelf.atlas
    region = atlas.place("region", wording.language())
    groups = [(_("Region und Gemeinden"), [(region.key, region.name), *((m.key, m.name) for m in atlas.municipalities)])]
    for municipality in atlas.municipalities:
        inside = [(d.key, d.name) for d in atlas.districts if d.key.startswith(f"{municipality.key}.")]
        if inside:
            groups.append((municipality.name, inside))
    return groups


def tabs(place: Place, view: str) -> list[dict[str, Any]]:
    """Return the thoughts about a place, in order."""
    words = {
        "gebiet": _("Überblick"),
        "altersaufbau": _("Altersaufbau"),
        "altersgruppen": _("Altersgruppen"),
        "entwicklung": _("Entwicklung"),
        "bewegungen": _("Bewegungen"),
        "staatsangehoerigkeit": _("Staatsangehörigkeit"),
        "karte": _("Karte"),
    }
    return [{"name": name, "address": reverse(key, args=[place.key]), "here": key == view} for key, name in words.items()]


def release(publication: Publication) -> dict[str, Any]:
    """Return what pages tell of a release, in the visitor's language."""
    language = wording.language()
    return {
        "id": publication.id, "title": publication.title[language], "created": publication.created,
        "method": publication.method[language], "number": len(publication.tables),
    }  # fmt: skip


def cube_name(cube: str) -> str:
    """Return what a cube counts."""
    return {
        "stock": _("Bevölkerung"), "births": _("Geburten"), "deaths": _("Sterbefälle"),
        "internal_moves": _("Umzüge innerhalb"), "external_moves": _("Zuzüge und Fortzüge"),
    }[cube]  # fmt: skip


def dimension_name(name: str) -> str:
    """Return a dimension's word."""
    words = {
        "area": _("Gebiet"),
        "year": _("Jahr"),
        "age": _("Alter"),
        "sex": _("Geschlecht"),
        "nationality": _("Staatsangehörigkeit"),
        "residence": _("Wohnung"),
        "direction": _("Richtung"),
        "counterpart": _("Gegenüber"),
        "origin": _("Herkunft"),
    }
    return words.get(name, name)


def open_column(name: str) -> str:
    """Return the word for a column of an open table; of a column that we do not know, its own name."""
    words = {
        "ags": _("AGS"), "name": _("Name"), "association": _("Gemeindeverband"), "people": _("Personen"), "male": _("männlich"),
        "female": _("weiblich"), "km2": "km²", "cell": _("Rasterzelle"), "mean_age": _("Durchschnittsalter"),
        "percent_under_18": _("unter 18 Jahren, %"), "percent_65_and_over": _("65 Jahre und älter, %"),
        "percent_women": _("Frauen, %"), "percent_other_nationality": _("nur ausländisch, %"),
    }  # fmt: skip
    return words.get(name, name.replace("_", " "))


def tables(reader: Reader, query: QueryDict) -> dict[str, Any]:
    """Return the tables that match the filter, and the filter's choices."""
    entries = reader.entries()
    cubes = sorted({entry.note.cube for entry in entries})
    geographies = sorted({entry.note.geography for entry in entries})
    cube, geography = pick(query, "inhalt", cubes, ""), pick(query, "gebiete", geographies, "")
    rows = [
        {
            "entry": entry, "title": entry.title[wording.language()], "counts": cube_name(entry.note.cube),
            "geography": level_name(entry.note.geography), "years": _span(entry.years),
            "dimensions": ", ".join(dimension_name(name) for name, _classes in entry.note.dimensions) or "–",
        }
        for entry in entries
        if cube in ("", entry.note.cube) and geography in ("", entry.note.geography)
    ]  # fmt: skip
    every = ("", _("alle"))
    return {
        "rows": rows,
        "choices": [
            Choice("inhalt", _("Inhalt"), [every, *((value, cube_name(value)) for value in cubes)], cube),
            Choice("gebiete", _("Gebiete"), [every, *((value, level_name(value)) for value in geographies)], geography),
        ],
    }


def preview(reader: Reader, table: Table, query: QueryDict, limit: int) -> dict[str, Any]:
    """Return the first rows of a table for the chosen area and year, with names people read."""
    areas, years = list(table.areas), [str(year) for year in table.entry.years]
    area, year = pick(query, "gebiet", areas, ""), pick(query, "jahr", years, years[-1])
    cube = download.chosen(table, area, int(year))
    shown = min(limit, len(cube))
    columns = [column.take(np.arange(shown)).values() for column in cube.columns]
    rows = [
        [
            *(member_name(reader, name, member) for name, member in zip(table_head(table), members, strict=True)),
            wording.number(value),
        ]
        for members, value in zip(zip(*columns, strict=True), cube.value[:shown].tolist(), strict=True)
    ]
    every = ("", _("alle"))
    few = areas if len(areas) <= LISTED else []
    named = sorted(((key, member_name(reader, "area", key)) for key in few), key=lambda pair: pair[1])
    return {
        "entry": table.entry, "title": table.entry.title[wording.language()],
        "head": [*(dimension_name(name) for name in table_head(table)), _("Wert")],
        "rows": rows, "shown": shown, "cells": len(cube),
        "choices": [
            *([Choice("gebiet", _("Gebiet"), [every, *named], area)] if named else []),
            Choice("jahr", _("Jahr"), [(value, value) for value in reversed(years)], year),
        ],
        "origin": origin(reader, table, [int(year)]),
        "query": query.urlencode(), "two_sexes": _two_sexes(table),
    }  # fmt: skip


def _two_sexes(table: Table) -> bool:
    """Return whether a table has columns of men and women only, so that others stand in its totals alone."""
    names = [column.name for column in table.cube.columns]
    return "sex" in names and set(table.cube["sex"].labels or ()) <= {"m", "w"}


def table_head(table: Table) -> list[str]:
    """Return the names of a table's columns without the value."""
    return [column.name for column in table.cube.columns]


def _span(years: tuple[int, ...]) -> str:
    return str(years[0]) if len(years) == 1 else f"{years[0]}–{years[-1]}"
