"""Where in a place people become more or fewer, cell by cell: the direction and a class, never a number."""

from __future__ import annotations

import numpy as np
from django.http import QueryDict
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from allmende.outlook.cells.file import CellsAhead
from allmende.portal import wording
from allmende.portal.drawing import Squares, choropleth
from allmende.portal.metres import around, corners, in_degrees
from allmende.portal.outlook.cells_sight import (
    GROWS,
    RATHER_FEWER,
    RATHER_MORE,
    SHRINKS,
    STAYS,
    CellView,
    cell_choices,
    choose_cells,
)
from allmende.portal.outlook.sight import Sight
from allmende.portal.outlook.stories.change import change_legend, change_words
from allmende.portal.outlook.stories.ways import ways
from allmende.portal.outlook.words import band_words, origin
from allmende.portal.page import Fact, Page, Picture, Sheet

FEW = 20
"""Of fewer cells whose direction was sure no success is told: it would be luck."""


def cells_map(sight: Sight, query: QueryDict) -> Page:
    """Tell which cells of a place grow and which shrink."""
    view = choose_cells(sight, query)
    title = _("Rasterkarte")
    if view is None:
        return Page(
            title,
            _("Über Rasterzellen ist hier nichts zu sagen: Es sind keine veröffentlicht, oder erst seit zu kurzer Zeit."),
        )
    state = f"?raster={view.grid.size}&gruppe={view.group.replace('+', '%2B')}&jahr={view.year}"
    region = sight.shelf.region.id
    return Page(
        title=title,
        sentence=_sentence(view),
        picture=_picture(view),
        sheet=_sheet(view),
        origin=_origin(view),
        choices=cell_choices(view),
        notes=_notes(view),
        steps=[
            (reverse("vorausschau_raster_csv", args=[sight.place.key]), _("Alle Zellen als CSV herunterladen")),
            *ways(sight.place),
        ],
        map_source=reverse("vorausschau_rasterdaten", args=[sight.place.key]) + state,
        map_borders=reverse("kartendaten", args=[region]) + "?ebene=municipality",
        map_frame=in_degrees(around(_borders(sight), corners(view.cells), view.grid.size)),
    )


def verdict_words(verdict: int) -> str:
    """Say in a word what becomes of a cell."""
    return {
        GROWS: _("wächst"),
        RATHER_MORE: _("eher mehr"),
        STAYS: _("bleibt etwa gleich"),
        RATHER_FEWER: _("eher weniger"),
        SHRINKS: _("schrumpft"),
    }[verdict]


def cell_words(view: CellView) -> list[str]:
    """Say of each cell what becomes of it, with the class of its change."""
    words = change_words()
    return [
        f"{verdict_words(verdict)}: {words[change]}"
        for verdict, change in zip(view.verdicts.tolist(), view.change.tolist(), strict=True)
    ]


def _picture(view: CellView) -> Picture:
    label = _("Karte: Veränderung bis %(year)s je Rasterzelle, %(band)s. Die Zahlen stehen in der Tabelle darunter.") % {
        "year": view.year, "band": band_words(view.group),
    }  # fmt: skip
    lower_left, borders = corners(view.cells), _borders(view.sight)
    squares = Squares(view.grid.size, lower_left, view.classes, view.open.tolist())
    names = _names(view.sight) if view.sight.place.kind == "region" else {}
    frame = around(borders, lower_left, view.grid.size)
    drawn = choropleth([], borders, label, names=names, squares=squares, frame=frame)
    return Picture(mark_safe(drawn), None, change_legend())  # noqa: S308  (numbers and escaped words only)


def _borders(sight: Sight) -> list[object]:
    outlines, towns = sight.shelf.sketches, [town.key for town in sight.shelf.atlas.municipalities]
    shown = towns if sight.place.kind == "region" else [sight.place.key[:8], sight.place.key]
    return [outlines[key] for key in dict.fromkeys(shown) if key in outlines]


def _names(sight: Sight) -> dict[tuple[str, str], object]:
    outlines = sight.shelf.sketches
    return {(town.name, ""): outlines[town.key] for town in sight.shelf.atlas.municipalities if town.key in outlines}


def _sentence(view: CellView) -> str:
    count = np.bincount(view.verdicts, minlength=5)
    return _(
        "Bis %(year)s wachsen %(more)s von %(all)s Rasterzellen (%(band)s), %(fewer)s schrumpfen; "
        "%(same)s bleiben etwa gleich, bei %(open)s ist die Richtung noch offen."
    ) % {
        "year": view.year, "band": band_words(view.group), "all": wording.number(len(view.cells)),
        "more": wording.number(count[GROWS]), "fewer": wording.number(count[SHRINKS]), "same": wording.number(count[STAYS]),
        "open": wording.number(count[RATHER_MORE] + count[RATHER_FEWER]),
    }  # fmt: skip


def _sheet(view: CellView) -> Sheet:
    """Count cells by what becomes of them, in the place and in each of its parts."""
    place = view.sight.place
    parts = [(part.name, view.inside(part)) for part in view.sight.shelf.atlas.parts(place)]
    everywhere = (_("Insgesamt"), np.ones(len(view.cells), dtype=np.bool_))
    rows = []
    for name, there in [everywhere, *((name, there) for name, there in parts if there.any())]:
        count = np.bincount(view.verdicts[there], minlength=5)
        rows.append([name, wording.number(there.sum()), *(wording.number(each) for each in count)])
    head = [_("Gebiet"), _("Zellen"), *(verdict_words(verdict) for verdict in range(5))]
    caption = _("Zellen nach dem, was aus ihnen wird, bis %(year)s, %(band)s") % {
        "year": view.year, "band": band_words(view.group),
    }  # fmt: skip
    return Sheet(caption, head, rows, _("Wie viele Zellen wachsen und schrumpfen, als Tabelle"))


def _notes(view: CellView) -> list[str]:
    notes = [
        _("„Eher mehr“ und „eher weniger“ heißt: Der 80-%-Bereich reicht von Abnahme bis Zunahme (schraffiert)."),
        _("Eine Zahl je Zelle nennt die Vorausschau nicht: Für so wenige Menschen wäre sie scheingenau."),
        _("Wo keine Zelle gezeichnet ist, wohnt niemand oder so wenige, dass nichts veröffentlicht ist."),
    ]
    tried = [each for each in view.grid.tried if each.group == view.group]
    sure, right = sum(each.sure for each in tried), sum(each.right for each in tried)
    if sure >= FEW:
        words = _(
            "Nachgerechnet aus früheren Jahren, bis zu %(years)s Jahre voraus: Wo die Richtung feststand, ging es in %(share)s "
            "der Fälle wirklich dorthin."
        )
        years = max(each.horizon for each in tried)
        notes.insert(0, words % {"years": years, "share": wording.percent(right / sure, 0)})
    return notes


def _origin(view: CellView) -> tuple[Fact, ...]:
    return (
        *origin(view.sight.ahead.outlook),
        Fact(_("Zellen"), _table_words(view.grid), reverse("tabelle", args=[view.grid.table])),
    )


def _table_words(grid: CellsAhead) -> str:
    return _("Veröffentlicht für den %(day)s; sie altern wie ihr Gebiet und halten dessen Vorausschau ein") % {
        "day": wording.key_day("12-31", grid.base_year),
    }  # fmt: skip
