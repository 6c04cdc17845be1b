"""All services of the region at a glance: one small fan each, one sentence each, and who is short from when."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from allmende.needs.balance import LEVELS
from allmende.outlook.needs import MUNICIPALITY, REGION, ServiceNeeds
from allmende.portal import wording
from allmende.portal.drawing import Panel, small_multiples
from allmende.portal.outlook.needs_sight import Stand, View, area_options, place_of, seen_from
from allmende.portal.outlook.needs_words import SIGNS, bears, figure, likely, page_of, subject, title, verdict
from allmende.portal.outlook.stories.needs_answer import answer, short_towns, since, tally
from allmende.portal.outlook.stories.needs_origin import origin
from allmende.portal.outlook.stories.needs_reach import reach_sentence
from allmende.portal.page import Choice, Page, Picture, Sheet, drawn
from allmende.portal.places import Place


@dataclass(frozen=True, slots=True)
class Cell:
    """A verdict in the matrix: sign, words, address, and the kind that colours it."""

    sign: str
    words: str
    address: str
    kind: str


@dataclass(frozen=True, slots=True)
class Head:
    """A service over its columns: its name, and its parts with their addresses if it has several."""

    name: str
    address: str
    parts: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Line:
    """A service or a part of it, told in sentences; `address` leads to its page."""

    name: str
    words: str
    address: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The page, what each service says, and municipalities × services."""

    page: Page
    lines: list[Line]
    heads: list[Head]
    rows: list[tuple[str, bool, list[Cell]]]
    key: list[tuple[str, str]]


def overview(stand: Stand, query: QueryDict) -> Overview:
    """Tell of all services of the region, or of one of its places."""
    fullest = max(stand.needs, key=lambda needs: len(needs.areas))
    areas = area_options(stand, fullest, query.get("gebiet", "")) if fullest.areas else []
    place = place_of(stand, query, {key for key, _name in areas})
    views = views_of(stand, place)
    lines = [Line(subject(view), f"{answer(view)} {_second(view)}", page_of(view)) for view in views]
    lines += [_lacking(stand, needs) for needs in stand.needs if not needs.areas]
    return Overview(
        page=Page(
            title=_("Bedarf"),
            sentence=_sentence(views) if place.kind == REGION else _sentence_of(place, views),
            picture=_picture(views) if views else None,
            sheet=_sheet(views) if views else None,
            origin=origin(views[0])[:3] + origin(views[0])[4:] if views else (),
            choices=[Choice("gebiet", _("Gebiet"), areas, place.key)] if areas else [],
            notes=_notes(place, views),
            steps=[
                (reverse("vorausschau"), _("Wie viele Menschen es sein werden")),
                (reverse("treffsicherheit"), _("Wie gut hätte die Vorausschau früher getroffen?")),
            ],
        ),
        lines=lines,
        heads=_heads(views),
        rows=_rows(stand, views, place),
        key=_key(),
    )


def views_of(stand: Stand, place: Place) -> list[View]:
    """Return what a place sees of every part; of a school all grades together, in classes."""
    found = []
    for needs in stand.needs:
        if needs.areas:
            count = len(needs.service.parts)
            parts = [count] if needs.service.whole() else range(count)
            found += [seen_from(stand, needs, place, at) for at in parts]
    return found


def _sentence(views: list[View]) -> str:
    if not views:
        return _("Für keinen Dienst ist bisher alles bekannt, was man zum Rechnen braucht.")
    short = {subject(view): len(short_towns(view)) for view in views}
    most = max(short, key=lambda name: short[name])
    told = {
        "last": min(view.judged[-1] for view in views), "what": most, "count": short[most],
        "all": len(views[0].needs.areas[MUNICIPALITY].balance.catchments),
    }  # fmt: skip
    if not short[most]:
        return _("Bis %(last)s wird nach dieser Rechnung in keiner Gemeinde ein Angebot knapp.") % told
    return _("Am häufigsten knapp wird bis %(last)s: %(what)s, in %(count)s von %(all)s Gemeinden.") % told


def _sentence_of(place: Place, views: list[View]) -> str:
    short = {subject(view): view.short_years()[0] for view in views if view.short_years()}
    told = {"place": place.name, "last": views[0].judged[-1], "all": len(views), "count": len(short)}
    if not short:
        return _("In %(place)s wird bis %(last)s nach dieser Rechnung nichts davon knapp.") % told
    first = min(short, key=lambda name: short[name])
    told |= {"what": first, "first": short[first]}
    return _("Knapp in %(place)s bis %(last)s: %(count)s von %(all)s Angeboten, zuerst %(first)s %(what)s.") % told


def _notes(place: Place, views: list[View]) -> list[str]:
    told = [_("Zahlen der Region gleichen Mangel und Überschuss aus. Darunter steht, wo es wann knapp wird.")]
    years = [(view.judged[-1], view.years[-1]) for view in views if view.judged != view.years]
    if years:
        words = _("Knapp, offen oder reicht: Geurteilt ist über zehn Jahre, bis %(last)s. Die Bilder reichen bis %(shown)s.")
        told.append(words % dict(zip(("last", "shown"), min(years), strict=True)))
    return told if place.kind == REGION else told[1:]


def _second(view: View) -> str:
    return tally(view) if view.place.kind == REGION else since(view)


def _picture(views: list[View]) -> Picture:
    panels = []
    for view in views:
        kind, words = verdict(view)
        quantiles = {level: view.balance.need[q, :, view.row, view.at].tolist() for q, level in enumerate(LEVELS)}
        offered = [(year, view.figure("capacity", year)) for year in view.years]
        panels.append(Panel(subject(view), view.years, quantiles, words, kind == "short", capacity=offered, middle=_last(view)))
    label = _("Bedarf und Angebot, ein Bild für jeden Dienst. Was die Bilder sagen, steht darunter in Sätzen.")

    def draw(width: int) -> str:
        return small_multiples(panels, label, wording.number, width)

    return drawn(
        draw,
        [
            ("median", _("Bedarf, Mitte")),
            ("band80", _("80 % wahrscheinlich")),
            ("capacity", _("Angebot, mit allem, was geplant ist")),
        ],
    )


def _last(view: View) -> str:
    """Write the need of the last year as the table does."""
    last = view.years[-1]
    return bears(view, last, view.quantile(0.5, last))


def _sheet(views: list[View]) -> Sheet:
    first, last = views[0].years[0], views[0].years[-1]
    rows = []
    for view in views:
        low, middle, high = (bears(view, last, view.quantile(level, last)) for level in (0.1, 0.5, 0.9))
        rows.append([
            subject(view), bears(view, first, view.quantile(0.5, first)), figure(view.part, view.figure("capacity", first)),
            middle, _("%(low)s bis %(high)s") % {"low": low, "high": high}, figure(view.part, view.figure("capacity", last)),
            likely(view.figure("probability", last)),
        ])  # fmt: skip
    now, then = {"year": first}, {"year": last}
    head = [_("Dienst"), _("Bedarf %(year)s") % now, _("Angebot %(year)s") % now, _("Bedarf %(year)s") % then]
    head += [wording.percent(0.8, 0), _("Angebot %(year)s") % then, _("es fehlt mit")]
    return Sheet(_("Bedarf und Angebot, in der Mitte und im Bereich"), head, rows)


def _heads(views: list[View]) -> list[Head]:
    heads: dict[str, Head] = {}
    for view in views:
        head = heads.setdefault(view.service.id, Head(title(view.service), page_of(view), []))
        if len(view.service.parts) > 1:
            head.parts.append((view.part.title[wording.language()], page_of(view)))
    return list(heads.values())


def _rows(stand: Stand, views: list[View], place: Place) -> list[tuple[str, bool, list[Cell]]]:
    rows = []
    for town in stand.shelf.atlas.municipalities:
        cells = [_cell(view.elsewhere(MUNICIPALITY, town.key)) for view in views if _speaks(view.needs, town.key)]
        if cells:
            rows.append((town.name, place.key.startswith(town.key), cells))
    return rows


def _speaks(needs: ServiceNeeds, key: str) -> bool:
    return MUNICIPALITY in needs.areas and key in needs.areas[MUNICIPALITY].balance.catchments


def _cell(view: View) -> Cell:
    kind, words = verdict(replace(view, year=None))
    return Cell(SIGNS[kind], words, page_of(view), kind)


def _key() -> list[tuple[str, str]]:
    """Explain the signs of the matrix."""
    return [
        (SIGNS["short"], _("knapp ab: erstes der nächsten zehn Jahre, in dem es mit mehr als 50 % Wahrscheinlichkeit fehlt")),
        (SIGNS["open"], _("offen: in einem der nächsten zehn Jahre fehlt es mit 10 bis 50 % Wahrscheinlichkeit, nie mit mehr")),
        (SIGNS["enough"], _("reicht: in den nächsten zehn Jahren fehlt es nie mit mehr als 10 % Wahrscheinlichkeit")),
        (SIGNS["elsewhere"], _("kein eigenes Angebot")),
    ]


def _lacking(stand: Stand, needs: ServiceNeeds) -> Line:
    """Say of a service without figures of need who is reached in time, or why there are none."""
    address, norm = reverse("bedarf_dienst", args=[needs.service.id]), needs.service.norm
    if norm is not None and not needs.service.parts:
        return Line(title(needs.service), reach_sentence(stand, needs, norm), address)
    words = _("Es fehlen Quoten, die keine Quelle nennt. Die Seite sagt, welche, und wohin Sie sie schreiben.")
    return Line(title(needs.service), words, address)
