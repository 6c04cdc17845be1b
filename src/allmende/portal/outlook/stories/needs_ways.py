"""The ways to a service: who is within the norm, and where there is too little within reach of those who compete for it."""

from __future__ import annotations

from django.http import QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from allmende.needs.services import Service
from allmende.outlook.access import Served, ServiceAccess, Year
from allmende.outlook.inhabited import judge
from allmende.outlook.needs import REGION
from allmende.portal import wording
from allmende.portal.drawing import Layer, choropleth
from allmende.portal.outlook.needs_sight import Stand
from allmende.portal.outlook.needs_words import source, title
from allmende.portal.outlook.stories.needs_reach import uncounted_words, ways_words
from allmende.portal.page import Fact, Page, Picture, Sheet, pick, years_choice
from allmende.portal.places import Place

ENOUGH = 1.0
UNDER = 0.75
"""Below this part of what is needed a place is called underserved, unless the service names a limit of its own."""

SIGNS = {"under": "▲", "scarce": "▽", "served": "✓", "open": "◇"}
COLOURS = {"under": "c4", "scarce": "c2", "served": "c0", "open": "c1 open"}


def ways_page(stand: Stand, service: Service, measured: ServiceAccess, query: QueryDict) -> tuple[Page, Sheet]:
    """Tell of the ways to a service in a year; the second table lists the Ortsteile."""
    years = [each.year for each in measured.years]
    chosen = int(pick(query, "jahr", [str(year) for year in years], str(years[0])))
    year = measured.years[years.index(chosen)]
    page = Page(
        title=_("%(service)s: Wege") % {"service": title(service)},
        sentence=_sentence(stand, service, measured, year),
        picture=_map(stand, service, year),
        sheet=_towns(stand, service, measured, year),
        choices=[years_choice("jahr", _("Jahr"), years, chosen)],
        notes=_notes(service, measured),
        origin=_origin(stand, service, measured),
        steps=[
            (reverse("bedarf_dienst", args=[service.id]), _("Bedarf und Angebot nach Jahren")),
            (reverse("bedarf"), _("Alle Dienste im Überblick")),
        ],
    )
    return page, _districts(stand, service, measured, year)


def verdict(service: Service, one: Served) -> str:
    """Judge how much of what is needed a place can count on: under, scarce, served, or open: it hangs on the uncounted."""
    low, high = (
        "served" if cover >= ENOUGH else "scarce" if cover >= _limit(service) else "under" for cover in one.cover_bounds
    )
    return low if low == high else "open"


def _limit(service: Service) -> float:
    return next((value / 100 for name, value, _source in service.thresholds if name == "under"), UNDER)


def _said(kind: str) -> str:
    words = {"under": _("unterversorgt"), "scarce": _("knapp versorgt"), "served": _("versorgt"), "open": _("offen")}
    return f"{SIGNS[kind]}{wording.HARD}{words[kind]}"


def _sentence(stand: Stand, service: Service, measured: ServiceAccess, year: Year) -> str:
    parts = [one for _place, one in _finest(stand, year)]
    under = sum(verdict(service, one) == "under" for one in parts)
    told = {
        "year": year.year, "minutes": wording.number(measured.minutes), "target": wording.percent(measured.target, 0),
        "share": _share(year.of(REGION)), "count": under, "all": len(parts),
    }  # fmt: skip
    near = (
        _(
            "%(year)s haben %(share)s der Menschen der Region, die gezählt sind, einen Standort in höchstens %(minutes)s "
            "Minuten; Ziel sind %(target)s."
        )
        % told
    )
    near = " ".join([near, *_uncounted(year, measured.target)])
    if not under:
        return f"{near} {_('Unterversorgt ist, Wege und Angebot zusammen, kein Ortsteil.')}"
    return f"{near} {_('Unterversorgt sind, Wege und Angebot zusammen, %(count)s von %(all)s Ortsteilen.') % told}"


def _share(one: Served | None) -> str:
    return wording.part(one.share) if one and one.people else "–"


def _uncounted(year: Year, target: float) -> list[str]:
    """Say how many people are not counted, and whether the region's target hangs on them."""
    whole = year.of(REGION)
    if whole is None or not (said := uncounted_words(whole.uncounted or 0.0)):
        return []
    low, high = (wording.percent(bound, 1) for bound in whole.bounds)
    if judge(whole.bounds, target) is None:
        said.append(_("Ob das Ziel erreicht ist, ist deshalb offen: %(low)s bis %(high)s.") % {"low": low, "high": high})
    return said


def _finest(stand: Stand, year: Year) -> list[tuple[Place, Served]]:
    """Return the Ortsteile, and the municipalities that have none, by municipality and name."""
    keys = set(stand.ahead.outlook.units)
    found = [(stand.place(one.area), one) for one in year.areas if one.area in keys]
    return sorted(found, key=lambda pair: (pair[0].key.partition(".")[0], pair[0].name))


def _towns(stand: Stand, service: Service, measured: ServiceAccess, year: Year) -> Sheet:
    rows = [
        [town.name, *_row(service, one)]
        for town in stand.shelf.atlas.municipalities
        if (one := year.of(town.key)) is not None and one.people
    ]
    told = {"minutes": wording.number(measured.minutes), "year": year.year}
    caption = _("Wer %(year)s in %(minutes)s Minuten versorgt ist, und wie viel vom Bedarf in Reichweite ist") % told
    return Sheet(caption, [_("Gemeinde"), *_head(measured)], rows)


def _districts(stand: Stand, service: Service, measured: ServiceAccess, year: Year) -> Sheet:
    towns = {town.key: town.name for town in stand.shelf.atlas.municipalities}
    rows = []
    for place, one in _finest(stand, year):
        if one.people:
            town = towns[place.key.partition(".")[0]]
            name = town if place.key in towns else _("%(town)s: %(part)s") % {"town": town, "part": place.name}
            rows.append([name, *_row(service, one)])
    told = {"year": year.year}
    return Sheet(_("Ortsteile %(year)s") % told, [_("Ortsteil"), *_head(measured)], rows, _("Alle Ortsteile"))


def _head(measured: ServiceAccess) -> list[str]:
    return [
        _("gezählte Menschen"), _("nicht gezählt"), _("in %(minutes)s Minuten") % {"minutes": wording.number(measured.minutes)},
        _("vom Bedarf in Reichweite"), _("Urteil"),
    ]  # fmt: skip


def _row(service: Service, one: Served) -> list[str]:
    return [
        wording.number(round(one.people)), "–" if one.uncounted is None else wording.number(round(one.uncounted)),
        _share(one), wording.part(one.cover), _said(verdict(service, one)),
    ]  # fmt: skip


def _map(stand: Stand, service: Service, year: Year) -> Picture:
    sketches, layers, names, used = stand.shelf.sketches, [], {}, set[str]()
    for place, one in _finest(stand, year):
        kind = verdict(service, one)
        class_, _space, pattern = COLOURS[kind].partition(" ")
        used.add(kind)
        words = _("%(place)s: %(said)s") % {"place": place.name, "said": wording.part(one.cover)}
        layers.append(
            Layer(place.key, words, class_, sketches[place.key], reverse("gebiet", args=[place.key]), "open" if pattern else "")
        )
    for town in stand.shelf.atlas.municipalities:
        if (whole := year.of(town.key)) is not None:
            names[town.name, wording.part(whole.cover)] = sketches[town.key]
    borders = [sketches[town.key] for town in stand.shelf.atlas.municipalities]
    label = _("Karte: wie viel vom Bedarf jedes Ortsteils in Reichweite ist. Die Werte stehen in den Tabellen darunter.")
    limit = wording.percent(_limit(service), 0)
    legend = [
        ("served", _("versorgt: %(all)s vom Bedarf und mehr") % {"all": wording.percent(1, 0)}),
        ("scarce", _("knapp versorgt: %(limit)s bis unter %(all)s") % {"limit": limit, "all": wording.percent(1, 0)}),
        ("under", _("unterversorgt: unter %(limit)s") % {"limit": limit}),
        ("open", _("offen: hängt an Menschen, die nicht gezählt sind")),
    ]
    drawing = mark_safe(choropleth(layers, borders, label, names=names))  # noqa: S308  (numbers and escaped words only)
    return Picture(drawing, None, [(COLOURS[kind], words) for kind, words in legend if kind in used])


def _within_reach(service: Service) -> str:
    """Say why the page of the service may judge otherwise."""
    words = _(
        "Hier zählt, was in Reichweite ist, auch jenseits der Gemeindegrenze. Wo nur zählt, was in der Gemeinde selbst seinen "
        "Sitz hat, kann das Urteil anders ausfallen: {link}."
    )
    link = (reverse("bedarf_dienst", args=[service.id]), _("Bedarf und Angebot nach Sitz"))
    return format_html(words, link=format_html('<a href="{}">{}</a>', *link))


def _notes(service: Service, measured: ServiceAccess) -> list[str]:
    steps = [
        _("bis %(minutes)s Minuten mit %(share)s") % {"minutes": wording.number(minutes), "share": wording.percent(weight, 0)}
        for minutes, weight in measured.decay
    ]
    said = [
        _within_reach(service),
        _(
            "„Vom Bedarf in Reichweite“ teilt jedes Angebot unter allen, die es erreichen; je weiter sie es haben, desto "
            "weniger zählen sie (E2SFCA: %(steps)s). 100 %% heißt genug. Grenzen von Gemeinden halten niemanden auf."
        )
        % {"steps": ", ".join(steps)},
        ways_words(measured.by_road, measured.size, measured.settled),
    ]
    if any(one.uncounted for one in measured.years[0].areas):
        said.append(
            _(
                "Wie viele Menschen nicht gezählt sind, ist nur von ganzen Gemeinden bekannt, nicht von ihren Ortsteilen. "
                "„Offen“ heißt: Das Urteil hängt daran, was die Menschen in Reichweite haben, die nicht gezählt sind."
            )
        )
    if measured.lost:
        names = ", ".join(measured.lost)
        said.append(_("Nicht mitgezählt, weil ihre Lage nicht bekannt ist: %(names)s.") % {"names": names})
    return said


def _origin(stand: Stand, service: Service, measured: ServiceAccess) -> tuple[Fact, ...]:
    words, assumed = source(measured.source)
    outlook = stand.ahead.outlook
    return (
        Fact(_("Norm"), _("%(minutes)s Minuten Weg") % {"minutes": wording.number(measured.minutes)}),
        Fact(_("Ziel"), wording.percent(measured.target, 0)),
        Fact(_("Quelle der Norm"), _("Annahme: %(source)s") % {"source": words} if assumed else words),
        Fact(_("Bedarf"), _("Mitte der Vorausschau für jede Gemeinde, auf ihre Zellen verteilt wie die Menschen")),
        Fact(_("Veröffentlichung"), outlook.release, reverse("veroeffentlichung", args=[outlook.release])),
        Fact(_("Vorausschau"), outlook.id, reverse("vorausschau")),
        Fact(_("Einrichtungen"), _("Liste der Region (facilities.csv)")),
        Fact(
            _("Was sie nicht weiß"),
            _(
                "Wo Menschen wohnen, deren Zelle nicht veröffentlicht ist, "
                "Bus und Bahn, Wartezeiten, wer nicht Auto fährt, wer über die Grenze der Region fährt"
            ),
        ),
    )
