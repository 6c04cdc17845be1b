"""What other apps may ask of the evidence."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from allmende.portal import wording
from allmende.portal.accounts.services import audiences
from allmende.portal.evidence import figures, listing
from allmende.portal.evidence.mapping import level_name
from allmende.portal.evidence.opendata import open_totals
from allmende.portal.evidence.page import origin, plus_minus
from allmende.portal.evidence.reader import Reader, share
from allmende.portal.evidence.stories import mapdrawing, maps, mapview
from allmende.portal.page import Fact, Picture, Sheet
from allmende.portal.places import Place
from allmende.portal.public import shelf

__all__ = ["Glance", "level_name", "region_at_a_glance", "told_by_others"]


@dataclass(frozen=True, slots=True)
class Glance:
    """The region in one glance: a map, sentences that are true, where they come from, and all areas to choose from."""

    place: Place
    picture: Picture | None
    picture_title: str
    sheet: Sheet | None
    sentences: tuple[str, ...]
    origin: tuple[Fact, ...]
    areas: list[tuple[str, list[tuple[str, str]]]]


def region_at_a_glance(request: HttpRequest) -> Glance:
    """Return what the start page shows to this visitor."""
    reader = Reader(shelf(), audiences(request.user))
    place = reader.shelf.atlas.place("region", wording.language())
    view = mapview.choose(reader, place, QueryDict("ebene=municipality&mass=veraenderung"))
    series = figures.population(reader, place)
    title = _("Veränderung der Einwohnerzahl in Prozent, %(first)s bis %(last)s")
    own = (_size(reader, place), _age(reader, place), _moves(reader, place))
    told = own if series else told_by_others(reader)
    sheet = maps.sheet(reader, view) if view else None
    return Glance(
        place=place,
        picture=mapdrawing.picture(reader, view) if view else None,
        picture_title=title % {"first": series.years[0], "last": series.years[-1]}
        if series
        else sheet.caption
        if sheet
        else "",
        sheet=sheet,
        sentences=tuple(wording.sentence(words) for words in told if words),
        origin=origin(reader, series.table, series.years[-1:], total=True) if series else (),
        areas=listing.choices(reader),
    )


def told_by_others(reader: Reader) -> tuple[str, ...]:
    """Say what is known of a region of which not all municipalities have released figures: open totals, and who has."""
    table, totals = open_totals()
    members = [(m.ags, m.name) for m in reader.shelf.region.municipalities]
    said = []
    if table and all(ags in totals for ags, _name in members):
        said.append(
            _("%(number)s Menschen lebten am %(date)s in der Region, so die amtliche Statistik.")
            % {"number": wording.number(sum(totals[ags] for ags, _name in members)), "date": wording.day(table.day)}
        )
    language = wording.language()
    released = [name for ags, name in members if figures.population(reader, reader.shelf.atlas.place(ags, language))]
    if released:
        said.append(_("Eigene Zahlen dieses Portals gibt es bisher für %(names)s.") % {"names": ", ".join(released)})
    return tuple(said)


def _size(reader: Reader, place: Place) -> str:
    series = figures.population(reader, place)
    if series is None:
        return ""
    return _("%(number)s Menschen lebten am %(date)s in %(count)s Gemeinden der Region.") % {
        "number": wording.about(series.values[-1], plus_minus(series.table, total=True)),
        "date": wording.key_day(series.table.note.key_date, series.years[-1]),
        "count": len(reader.shelf.region.municipalities),
    }


def _age(reader: Reader, place: Place) -> str:
    ages = figures.life_stages(reader, place)
    if ages is None:
        return ""
    year = ages.years[-1]
    return _("%(young)s von ihnen waren unter %(age)s, %(old)s waren 65 oder älter.") % {
        "age": 20 if len(ages.members) == 3 else 18,
        "young": wording.percent(share(ages.values[year][0], ages.totals[year]), 0),
        "old": wording.percent(share(ages.values[year][-1], ages.totals[year]), 0),
    }


def _moves(reader: Reader, place: Place) -> str:
    found = figures.movements(reader, place)
    if found is None or found.births is None or found.deaths is None or not found.years:
        return ""
    error = max(plus_minus(table) for table in found.tables)
    return _("%(births)s Kinder kamen %(year)s zur Welt, %(deaths)s Menschen starben.") % {
        "births": wording.about(found.births[-1], error),
        "deaths": wording.about(found.deaths[-1], error),
        "year": found.years[-1],
    }
