"""All services of the region at a glance: one small fan each, one sentence each, and who is short from when."""

from __future__ import annotations

from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.translation import gettext as _

from allmende.needs.balance import LEVELS
from allmende.outlook.needs import MUNICIPALITY, REGION, ServiceNeeds
from allmende.portal import wording
from allmende.portal.drawing import Panel, small_multiples
from allmende.portal.outlook.needs_sight import Stand, View
from allmende.portal.outlook.needs_words import SIGNS, page_of, subject, title, verdict
from allmende.portal.outlook.stories.needs_answer import answer, tally
from allmende.portal.outlook.stories.needs_origin import origin
from allmende.portal.page import Page, Picture, drawn


@dataclass(frozen=True, slots=True)
class Cell:
    """A verdict in the matrix: sign, words, address, and the kind that colours it."""

    sign: str
    words: str
    address: str
    kind: str


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
    heads: list[tuple[str, str]]
    rows: list[tuple[str, list[Cell]]]
    key: list[tuple[str, str]]


def overview(stand: Stand) -> Overview:
    """Tell of all services of the region."""
    views = views_of(stand)
    lines = [Line(subject(view), f"{answer(view)} {tally(view)}", page_of(view)) for view in views]
    lines += [_lacking(needs) for needs in stand.needs if not needs.areas]
    return Overview(
        page=Page(
            title=_("Bedarf"),
            sentence=_sentence(views),
            picture=_picture(views) if views else None,
            origin=origin(views[0])[:3] + origin(views[0])[4:] if views else (),
            notes=[_("Zahlen der Region gleichen Mangel und Überschuss aus. Darunter steht, wo es wann knapp wird.")],
            steps=[
                (reverse("vorausschau"), _("Wie viele Menschen es sein werden")),
                (reverse("treffsicherheit"), _("Wie gut hätte die Vorausschau früher getroffen?")),
            ],
        ),
        lines=lines,
        heads=[(subject(view), page_of(view)) for view in views],
        rows=_rows(stand, views),
        key=_key(),
    )


def views_of(stand: Stand) -> list[View]:
    """Return what the region sees of every part; of a school only those who enter: they are the other grades of later years."""
    region = stand.place(REGION)
    found = []
    for needs in stand.needs:
        if REGION in needs.areas:
            parts = needs.service.parts[:1] if needs.service.kind == "classes" else needs.service.parts
            found += [View(stand, needs, REGION, region, at) for at in range(len(parts))]
    return found


def _sentence(views: list[View]) -> str:
    if not views:
        return _("Für keinen Dienst ist bisher alles bekannt, was man zum Rechnen braucht.")
    short = {subject(view): len(_short_towns(view)) for view in views}
    most = max(short, key=lambda name: short[name])
    told = {
        "last": min(view.years[-1] for view in views), "what": most, "count": short[most],
        "all": len(views[0].needs.areas[MUNICIPALITY].balance.catchments),
    }  # fmt: skip
    if not short[most]:
        return _("Bis %(last)s wird nach dieser Rechnung in keiner Gemeinde ein Angebot knapp.") % told
    return _("Am häufigsten knapp wird bis %(last)s: %(what)s, in %(count)s von %(all)s Gemeinden.") % told


def _short_towns(view: View) -> list[str]:
    balance = view.needs.areas[MUNICIPALITY].balance.up_to(view.years[-1])
    first = balance.first_year(view.threshold)[:, view.at]
    return [key for key, year in zip(balance.catchments, first.tolist(), strict=True) if year]


def _picture(views: list[View]) -> Picture:
    panels = []
    for view in views:
        kind, words = verdict(view)
        quantiles = {level: view.balance.need[q, :, view.row, view.at].tolist() for q, level in enumerate(LEVELS)}
        offered = [(year, view.figure("capacity", year)) for year in view.years]
        panels.append(Panel(subject(view), view.years, quantiles, words, kind == "short", capacity=offered))
    label = _("Bedarf und Angebot der Region, ein Bild für jeden Dienst. Was die Bilder sagen, steht darunter in Sätzen.")

    def draw(width: int) -> str:
        return small_multiples(panels, label, wording.number, width)

    return drawn(
        draw,
        [
            ("median", _("Bedarf")),
            ("band80", _("80 % wahrscheinlich")),
            ("capacity", _("Angebot, mit allem, was geplant ist")),
        ],
    )


def _rows(stand: Stand, views: list[View]) -> list[tuple[str, list[Cell]]]:
    rows = []
    for town in stand.shelf.atlas.municipalities:
        cells = [_cell(view.elsewhere(MUNICIPALITY, town.key)) for view in views if _speaks(view.needs, town.key)]
        if cells:
            rows.append((town.name, cells))
    return rows


def _speaks(needs: ServiceNeeds, key: str) -> bool:
    return MUNICIPALITY in needs.areas and key in needs.areas[MUNICIPALITY].balance.catchments


def _cell(view: View) -> Cell:
    kind, words = verdict(replace(view, year=None))
    return Cell(SIGNS[kind], words, page_of(view), kind)


def _key() -> list[tuple[str, str]]:
    """Explain the signs of the matrix."""
    return [
        (SIGNS["short"], _("knapp ab: erstes Jahr, in dem es mit mehr als 50 % Wahrscheinlichkeit fehlt")),
        (SIGNS["open"], _("offen: in einem Jahr fehlt es mit 10 bis 50 % Wahrscheinlichkeit")),
        (SIGNS["enough"], _("reicht: in den nächsten zehn Jahren fehlt es nie mit mehr als 10 % Wahrscheinlichkeit")),
        (SIGNS["elsewhere"], _("kein eigenes Angebot")),
    ]


def _lacking(needs: ServiceNeeds) -> Line:
    """Say of a service without figures why there are none."""
    address = reverse("bedarf_dienst", args=[needs.service.id])
    if needs.service.norm is not None and not needs.service.parts:
        words = _("Hier zählt, in welcher Zeit die Hilfe da ist. Die Norm und die Standorte stehen auf der Seite.")
    else:
        words = _("Es fehlen Quoten, die keine Quelle nennt. Die Seite sagt, welche, und wohin Sie sie schreiben.")
    return Line(title(needs.service), words, address)
