"""Two places, or two dates, side by side."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _

from allmende.portal import wording
from allmende.portal.drawing import Sides, pyramid
from allmende.portal.evidence import figures
from allmende.portal.evidence.page import address, origin, plus_minus
from allmende.portal.evidence.reader import Reader, share
from allmende.portal.page import Choice, Page, Picture, Sheet, drawn, pick
from allmende.portal.places import Place


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: a place at a date."""

    place: Place
    year: int
    series: figures.Series

    def name(self) -> str:
        """Return "Musterstadt 2024"."""
        return f"{self.place.name} {self.year}"


def comparison(reader: Reader, query: QueryDict) -> Page:
    """Compare two places at two dates: size, ages, nationality, pyramid in per cent."""
    offered = _offered(reader)
    keys = [key for key, _name in offered]
    first = _side(reader, pick(query, "a", keys, keys[0]), query.get("jahr_a", ""))
    second = _side(reader, pick(query, "b", keys, keys[1] if len(keys) > 1 else keys[0]), query.get("jahr_b", ""))
    if first is None or second is None:
        return Page(_("Vergleich"), _("Für eines der beiden Gebiete ist keine Einwohnerzahl veröffentlicht."))
    return Page(
        title=_("Vergleich"),
        sentence=_sentence(first, second),
        picture=_picture(reader, first, second),
        sheet=Sheet(_("Vergleich"), [_("Angabe"), first.name(), second.name()], _rows(reader, first, second)),
        origin=origin(reader, first.series.table, sorted({first.year, second.year}), 2),
        choices=[
            Choice("a", _("Erstes Gebiet"), offered, first.place.key),
            _years("jahr_a", _("Jahr"), first),
            Choice("b", _("Zweites Gebiet"), offered, second.place.key),
            _years("jahr_b", _("Jahr"), second),
        ],
        notes=[_("Beide Pyramiden zeigen Prozent aller Menschen des Gebiets, damit Groß und Klein vergleichbar sind.")],
        steps=[(address("gebiet", place), place.name) for place in dict.fromkeys((first.place, second.place))],
    )  # fmt: skip


def _offered(reader: Reader) -> list[tuple[str, str]]:
    atlas, language = reader.shelf.atlas, wording.language()
    names = {place.key: place.name for place in atlas.municipalities}
    region = atlas.place("region", language)
    districts = [(d.key, f"{names[d.key[:8]]}: {d.name}") for d in atlas.districts if reader.table("stock", d)]
    return [(region.key, region.name), *names.items(), *districts]


def _side(reader: Reader, key: str, year: str) -> Side | None:
    place = reader.shelf.atlas.place(key, wording.language())
    series = figures.population(reader, place)
    if series is None:
        return None
    return Side(place, int(year) if year in [str(y) for y in series.years] else series.years[-1], series)


def _years(name: str, label: str, side: Side) -> Choice:
    return Choice(name, label, [(str(y), str(y)) for y in reversed(side.series.years)], str(side.year))


def _sentence(first: Side, second: Side) -> str:
    a, b = first.series.at(first.year), second.series.at(second.year)
    values = {
        "a": first.name(),
        "b": second.name(),
        "number_a": wording.about(a, plus_minus(first.series.table, total=True)),
        "number_b": wording.about(b, plus_minus(second.series.table, total=True)),
    }
    return _("%(a)s: %(number_a)s Menschen; %(b)s: %(number_b)s.") % values


def _picture(reader: Reader, first: Side, second: Side) -> Picture | None:
    a, b = figures.pyramid(reader, first.place, first.year), figures.pyramid(reader, second.place, second.year)
    if a is None or b is None:
        return None
    label = _("Altersaufbau von %(a)s und %(b)s in Prozent.") % {"a": first.name(), "b": second.name()}

    def draw(width: int) -> str:
        heads = (_("Männer, % aller"), _("Frauen, % aller"))
        return pyramid(a.bands, _in_percent(a), _in_percent(b), heads, label, lambda v: wording.number(v, 1), width)

    return drawn(draw, [("left", first.name()), ("outline", second.name())])


def _in_percent(found: figures.Pyramid) -> Sides:
    whole = 0.01 * max(found.total, 1)
    return Sides([value / whole for value in found.men], [value / whole for value in found.women])


def _rows(reader: Reader, first: Side, second: Side) -> list[list[str]]:
    described = [_described(reader, side) for side in (first, second)]
    names = list(dict.fromkeys([*described[0], *described[1]]))
    return [[name, *(one.get(name, _("nicht veröffentlicht")) for one in described)] for name in names]


def _described(reader: Reader, side: Side) -> dict[str, str]:
    value, start = side.series.at(side.year), side.series.values[0]
    rows = {_("Einwohnerinnen und Einwohner"): wording.number(value)}
    if start > 0:
        since = _("Veränderung seit %(year)s") % {"year": side.series.years[0]}
        rows[since] = wording.per_cent(wording.signed(100 * (value / start - 1), 1))
    ages = figures.life_stages(reader, side.place)
    if ages and side.year in ages.years:
        for band, count in zip(ages.members, ages.values[side.year], strict=True):
            rows[wording.band(band)] = wording.percent(share(count, ages.totals[side.year]))
    found = figures.nationality(reader, side.place)
    if found and side.year in found.years:
        rows[_("nur ausländische Staatsangehörigkeit")] = wording.percent(
            share(found.values[side.year][1], found.totals[side.year])
        )
    return rows
