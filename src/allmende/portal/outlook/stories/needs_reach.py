"""What has to be there in time: the norm, the sites, and who is reached, if the outlook has measured it."""

from __future__ import annotations

from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from allmende.needs.capacity import Facility
from allmende.needs.services import Norm
from allmende.outlook.inhabited import judge
from allmende.outlook.needs import REGION, ServiceNeeds
from allmende.outlook.reach import Reached, ServiceReach, read_reach
from allmende.portal import wording
from allmende.portal.drawing import Layer, choropleth
from allmende.portal.outlook.needs_sight import Stand
from allmende.portal.outlook.needs_words import source, title
from allmende.portal.outlook.stories.needs_tables import NONE
from allmende.portal.page import Fact, Page, Picture, Sheet
from allmende.portal.places import Place

OPEN = "c1 open"
"""The class of an area of which nobody knows whether it meets the target."""

NEARLY = 0.05
"""A municipality that misses the target by no more than this is told apart from those that miss it by more."""


def reach_page(stand: Stand, needs: ServiceNeeds, norm: Norm) -> tuple[Page, Sheet]:
    """Tell who is reached in time, or what it takes to know; the second table lists the sites."""
    measured = _measured(stand, needs)
    page = Page(
        title=title(needs.service),
        sentence=reach_sentence(stand, needs, norm),
        picture=_map(stand, measured) if measured else None,
        sheet=_table(stand, measured) if measured else None,
        notes=_notes(measured),
        origin=_origin(stand, norm),
        steps=[(reverse("bedarf"), _("Alle Dienste im Überblick"))],
    )
    return page, _sites(stand, needs)


def reach_sentence(stand: Stand, needs: ServiceNeeds, norm: Norm) -> str:
    """Say who is reached in time, or what shall be if nobody has measured it."""
    measured = _measured(stand, needs)
    return _reached(measured) if measured else _rule(needs, norm)


def _measured(stand: Stand, needs: ServiceNeeds) -> ServiceReach | None:
    return next((one for one in read_reach(stand.ahead.folder) if one.service == needs.service.id), None)


def _rule(needs: ServiceNeeds, norm: Norm) -> str:
    told = {
        "minutes": wording.number(norm.minutes), "before": wording.number(norm.before_driving),
        "drive": wording.number(norm.minutes - norm.before_driving), "share": wording.percent(norm.target, 0),
        "count": len(needs.facilities),
    }  # fmt: skip
    return (
        _(
            "%(share)s der Menschen sollen in %(minutes)s Minuten Hilfe haben; nach %(before)s Minuten bis zum Ausrücken "
            "bleiben %(drive)s Minuten Fahrt. Gemeldet sind %(count)s Standorte."
        )
        % told
    )


def _reached(measured: ServiceReach) -> str:
    whole, towns = measured.now.of(REGION), [one for one in measured.now.areas if one.area != REGION]
    held = [judge(one.bounds, measured.target) for one in towns]
    told = {
        "day": wording.key_day("12-31", measured.settled), "share": _share(whole), "all": len(towns),
        "people": wording.number(round(whole.people)), "open": held.count(None), "count": held.count(False),
        "minutes": wording.number(measured.minutes), "target": wording.percent(measured.target, 0),
    }  # fmt: skip
    reached = _(
        "Am %(day)s sind %(share)s der %(people)s Menschen der Region, die gezählt sind, in %(minutes)s Minuten zu erreichen; "
        "Ziel sind %(target)s."
    )
    towns_told = (
        _("%(count)s von %(all)s Gemeinden verfehlen es, in %(open)s ist das offen.")
        if None in held
        else _("%(count)s von %(all)s Gemeinden verfehlen es.")
    )
    return " ".join([reached % told, towns_told % told, *uncounted_words(whole.uncounted)])


def uncounted_words(people: float) -> list[str]:
    """Say how many people are not counted because nobody may know where they live; nothing where all are."""
    if round(people) < 1:
        return []
    words = _("%(people)s Menschen wohnen in Zellen, die nicht veröffentlicht sind; sie sind nicht gezählt.")
    return [words % {"people": wording.number(round(people))}]


def _share(one: Reached) -> str:
    return wording.part(one.share) if one.people else NONE


def _held(one: Reached, target: float) -> str:
    """Say whether an area meets the target, and what it is between where that hangs on people who are not counted."""
    held = judge(one.bounds, target)
    if held is None:
        low, high = (wording.percent(bound, 1) for bound in one.bounds)
        return _("◇ offen: %(low)s bis %(high)s") % {"low": low, "high": high}
    return _("✓ erreicht") if held else _("▲ verfehlt")


def _towns(stand: Stand, measured: ServiceReach) -> list[Place]:
    known = {one.area for one in measured.now.areas}
    return [town for town in stand.shelf.atlas.municipalities if town.key in known]


def _table(stand: Stand, measured: ServiceReach) -> Sheet:
    rows = []
    for town in _towns(stand, measured):
        now, planned = measured.now.of(town.key), measured.planned.of(town.key)
        late, uncounted = (wording.number(round(people)) for people in (now.people - now.reached, now.uncounted))
        held = _held(now, measured.target)
        rows.append([town.name, wording.number(round(now.people)), late, uncounted, _share(now), _share(planned), held])
    head = [
        _("Gemeinde"), _("gezählte Menschen"), _("nicht rechtzeitig"), _("nicht gezählt"), _("Anteil heute"),
        _("Anteil %(year)s, mit allem Geplanten") % {"year": measured.planned.year},
        _("Ziel %(target)s") % {"target": wording.percent(measured.target, 0)},
    ]  # fmt: skip
    told = {"minutes": wording.number(measured.minutes)}
    return Sheet(_("Wer in %(minutes)s Minuten zu erreichen ist") % told, head, rows)


def _map(stand: Stand, measured: ServiceReach) -> Picture:
    sketches, layers, names, used = stand.shelf.sketches, [], {}, set[str]()
    for town in _towns(stand, measured):
        one = measured.now.of(town.key)
        words = _("%(place)s: %(said)s") % {"place": town.name, "said": _share(one)}
        judged = _class(one, measured.target)
        class_, _space, pattern = judged.partition(" ")
        used.add(judged)
        layers.append(
            Layer(town.key, words, class_, sketches[town.key], reverse("gebiet", args=[town.key]), "open" if pattern else "")
        )
        names[town.name, _share(one)] = sketches[town.key]
    label = _("Karte: Anteil der Menschen, die rechtzeitig zu erreichen sind. Die Werte stehen in der Tabelle darunter.")
    target, less = wording.percent(measured.target, 0), wording.percent(measured.target - NEARLY, 0)
    legend = [
        ("c0", _("Ziel erreicht: %(target)s und mehr") % {"target": target}),
        (OPEN, _("offen: hängt an Menschen, die nicht gezählt sind")),
        ("c2", _("knapp verfehlt: %(less)s bis unter %(target)s") % {"less": less, "target": target}),
        ("c4", _("verfehlt: unter %(less)s") % {"less": less}),
    ]  # fmt: skip
    drawing = mark_safe(choropleth(layers, [], label, names=names))  # noqa: S308  (numbers and escaped words only)
    return Picture(drawing, None, [entry for entry in legend if entry[0] in used])


def _class(one: Reached, target: float) -> str:
    if judge(one.bounds, target) is None:
        return OPEN
    return "c0" if one.share >= target else "c2" if one.share >= target - NEARLY else "c4"


def _notes(measured: ServiceReach | None) -> list[str]:
    if measured is None:
        return [
            _(
                "Wie viele Menschen in dieser Zeit erreicht werden, ist in dieser Vorausschau nicht gemessen. Dazu braucht es "
                "Standorte mit Koordinaten und, besser als die Luftlinie, das Straßennetz; „allmende needs plan“ misst es "
                "dann."
            )
        ]
    return [ways_words(measured.by_road, measured.size, measured.settled), *_opened(measured)]


def _opened(measured: ServiceReach) -> list[str]:
    whole = measured.now.of(REGION)
    if not uncounted_words(whole.uncounted):
        return []
    low, high = (wording.percent(bound, 1) for bound in whole.bounds)
    words = _(
        "Wo die Menschen wohnen, die nicht gezählt sind, weiß niemand. Ist niemand von ihnen rechtzeitig zu erreichen, sind es "
        "in der Region %(low)s, sind es alle, %(high)s. „Offen“ heißt: Daran hängt, ob das Ziel erreicht ist."
    )
    return [words % {"low": low, "high": high}]


def ways_words(by_road: bool, size: int, settled: int) -> str:
    """Say how ways were measured and whose they are."""
    ways = (
        _("Fahrzeiten im Straßennetz, ohne Verkehr.")
        if by_road
        else _("Fahrzeiten aus der Luftlinie mal einem Umwegfaktor, weil das Straßennetz fehlt: nur ein Anhalt.")
    )
    people = _(
        "Menschen vom %(day)s in Rasterzellen von %(size)s m; in späteren Jahren wächst oder schrumpft jede Zelle wie ihr "
        "Ortsteil in der mittleren Variante."
    )
    return f"{ways} {people % {'size': wording.number(size), 'day': wording.key_day('12-31', settled)}}"


def _sites(stand: Stand, needs: ServiceNeeds) -> Sheet:
    """Return the sites of each municipality by name, with the days on which they open or close."""
    rows = []
    for town in stand.shelf.atlas.municipalities:
        own = [one for one in needs.facilities if one.area.partition(".")[0] == town.key]
        names = ", ".join(_site(one) for one in sorted(own, key=lambda one: one.name))
        rows.append([town.name, wording.number(len(own)), names or NONE])
    head = [_("Gemeinde"), _("Standorte"), _("welche")]
    return Sheet(_("Standorte, heute und geplant"), head, rows, _("Alle Standorte"))


def _site(one: Facility) -> str:
    told = {
        "name": one.name,
        "first": wording.day(one.opens) if one.opens else "",
        "last": wording.day(one.closes) if one.closes else "",
    }
    if one.opens and one.closes:
        return _("%(name)s (%(first)s bis %(last)s)") % told
    return (_("%(name)s (ab %(first)s)") if one.opens else _("%(name)s (bis %(last)s)") if one.closes else "%(name)s") % told


def _origin(stand: Stand, norm: Norm) -> tuple[Fact, ...]:
    words, assumed = source(norm.source)
    events = {"report": _("vom Eingang der Meldung an"), "alarm": _("von der Alarmierung an")}
    told = {"minutes": wording.number(norm.minutes), "start": events.get(norm.start, norm.start)}
    release = stand.ahead.outlook.release
    return (
        Fact(_("Hilfsfrist"), _("%(minutes)s Minuten, %(start)s") % told),
        Fact(_("Ziel"), wording.percent(norm.target, 0)),
        Fact(_("Quelle der Norm"), _("Annahme: %(source)s") % {"source": words} if assumed else words),
        Fact(_("Veröffentlichung"), release, reverse("veroeffentlichung", args=[release])),
        Fact(_("Vorausschau"), stand.ahead.outlook.id, reverse("vorausschau")),
        Fact(_("Einrichtungen"), _("Liste der Region (facilities.csv)")),
        Fact(
            _("Was sie nicht weiß"),
            _(
                "Wo Menschen wohnen, deren Zelle nicht veröffentlicht ist, "
                "ob Freiwillige tagsüber am Ort sind, Verkehr, Wetter, zweite Einsätze"
            ),
        ),
    )
