"""A place in one glance: how many, who, how it changes."""

from __future__ import annotations

from django.http import QueryDict
from django.utils.translation import gettext as _

from allmende.portal import wording
from allmende.portal.drawing import Line, lines
from allmende.portal.evidence import figures
from allmende.portal.evidence.page import address, origin, plus_minus
from allmende.portal.evidence.reader import Reader, share
from allmende.portal.evidence.stories.structure import silent, trend
from allmende.portal.page import Page, Sheet, drawn
from allmende.portal.places import Place


def overview(reader: Reader, place: Place, query: QueryDict) -> Page:
    """Tell the population of a place, its line over the years, and the key figures of its people."""
    series = figures.population(reader, place)
    if series is None:
        return silent(place.name, place)
    first, last = series.years[0], series.years[-1]
    error = plus_minus(series.table, total=True)

    def draw(width: int) -> str:
        label = _("Einwohnerzahl von %(place)s je Jahr. Die Zahlen stehen auf der Seite „Entwicklung“.") % {"place": place.name}
        points = [(year, float(value)) for year, value in zip(series.years, series.values, strict=True)]
        return lines([Line("", points)], label, wording.number, width)

    sentence = _("Am %(date)s lebten in %(place)s %(number)s Menschen.") % {
        "place": place.name, "date": wording.key_day(series.table.note.key_date, last),
        "number": wording.about(series.values[-1], error),
    }  # fmt: skip
    if first != last:
        sentence += " " + trend(series.values[-1] - series.values[0], plus_minus(series.table, 2, total=True), first)
    caption = _("Kennzahlen, %(place)s") % {"place": place.name}
    return Page(
        title=place.name,
        sentence=sentence,
        picture=drawn(draw, [("first", _("Einwohnerinnen und Einwohner"))]),
        sheet=Sheet(caption, [_("Angabe"), str(last)], _key_figures(reader, place, series), _("Kennzahlen als Tabelle")),
        origin=origin(reader, series.table, series.years, 2, total=True),
        steps=[
            (address("entwicklung", place), _("Die Einwohnerzahl Jahr für Jahr, mit Tabelle")),
            (address("altersaufbau", place), _("Wie alt sind die Menschen hier?")),
            (address("bewegungen", place), _("Was bewegt die Einwohnerzahl?")),
        ],
    )  # fmt: skip


def _key_figures(reader: Reader, place: Place, series: figures.Series) -> list[list[str]]:
    year = series.years[-1]
    rows = [[_("Einwohnerinnen und Einwohner"), wording.number(series.values[-1])]]
    ages = figures.life_stages(reader, place)
    if ages and year in ages.years:
        for band, count in zip(ages.members, ages.values[year], strict=True):
            rows.append([wording.band(band), f"{wording.number(count)} ({wording.percent(share(count, ages.totals[year]))})"])
    found = figures.nationality(reader, place)
    if found and year in found.years:
        count = found.values[year][1]
        words = f"{wording.number(count)} ({wording.percent(share(count, found.totals[year]))})"
        rows.append([_("nur ausländische Staatsangehörigkeit"), words])
    return rows
