"""One service in one area: the need as a fan against what is there, and everything a committee asks about it."""

from __future__ import annotations

from dataclasses import dataclass
from math import isnan

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from allmende.needs.balance import LEVELS
from allmende.outlook.needs import DISTRICT
from allmende.portal import wording
from allmende.portal.drawing import FanWords, fan
from allmende.portal.outlook.needs_sight import View, access_of, choices
from allmende.portal.outlook.needs_words import bears, figure, marked, page_of, subject, title, where
from allmende.portal.outlook.stories import needs_tables as tables
from allmende.portal.outlook.stories.needs_answer import answer, neighbour_lines, neighbours, since
from allmende.portal.outlook.stories.needs_map import judged_map
from allmende.portal.outlook.stories.needs_origin import origin
from allmende.portal.page import Page, Picture, Sheet, drawn


@dataclass(frozen=True, slots=True)
class Row:
    """An area in the comparison: its name and address, the verdict, and figures."""

    name: str
    address: str
    verdict: str
    cells: list[str]
    here: bool
    small: bool


@dataclass(frozen=True, slots=True)
class Told:
    """All parts of the page: `page` has the first thought; the others follow below it."""

    page: Page
    beside: list[Row]
    beside_head: list[str]
    paper: str
    csv: str
    map: Picture | None
    map_title: str
    near: list[tuple[str, str]]
    ages: Sheet
    sheets: list[Sheet]


def service_page(view: View) -> Told:
    """Tell of a part of a service in an area."""
    beside, small = tables.areas_beside(view), view.stand.small()
    return Told(
        page=Page(
            title=title(view.service),
            sentence=f"{answer(view)} {since(view)}",
            picture=fan_of(view),
            sheet=tables.by_year(view),
            origin=origin(view),
            choices=choices(view),
            notes=[*notes(view), *_own_seats(view)],
            steps=_steps(view),
        ),
        beside=[
            Row(
                each.place.name,
                page_of(each, year=view.year),
                marked(each),
                tables.comparison_row(each, view.told),
                each.place.key == view.place.key,
                each.place.key in small,
            )
            for each in beside
        ],
        beside_head=tables.comparison_head(view),
        paper=page_of(view, "bedarf_vorlage"),
        csv=page_of(view, "bedarf_csv"),
        map=judged_map(view, beside),
        map_title=_("Wo es %(year)s fehlt, und wie sicher das ist") % {"year": view.told},
        near=neighbour_lines(view, neighbours(view)),
        ages=tables.by_age(view),
        sheets=[tables.quotas(view), tables.facilities(view)],
    )


def fan_of(view: View) -> Picture:
    """Draw the need as a fan, what is there as a step line, and mark the first year of a shortage."""
    years, first = view.years, next(iter(view.short_years()), view.short_later())
    quantiles = {level: view.balance.need[q, :, view.row, view.at].tolist() for q, level in enumerate(LEVELS)}
    offered = [(year, view.figure("capacity", year)) for year in years]
    label = _("Bedarf und Angebot %(where)s, %(first)s bis %(last)s: %(what)s. Die Zahlen stehen in der Tabelle darunter.") % {
        "where": where(view),
        "what": subject(view),
        "first": years[0],
        "last": years[-1],
    }
    short = ""
    if first:
        missing = bears(view, first, view.figure("missing", first))
        worth = missing != figure(view.part, 0.0)
        short = _("%(year)s: rund %(missing)s fehlen") % {"year": first, "missing": missing} if worth else str(first)
    words = FanWords(capacity=_("Angebot"), short=short)
    digits = 1 if view.part.step < 1 else 0

    def write(value: float) -> str:
        return wording.number(value, digits)

    def ends(value: float) -> str:
        return bears(view, years[-1], value)

    def draw(width: int) -> str:
        return fan(
            years, (), quantiles, label, write, width, write_ends=ends, capacity=offered, named=words,
            short_from=first or None, zero=True,
        )  # fmt: skip

    legend = [
        ("median", _("Bedarf: darüber und darunter gleich wahrscheinlich")),
        ("band50", _("50 % wahrscheinlich")),
        ("band80", _("80 %")),
        ("band95", _("95 %")),
        ("capacity", _("Angebot am Stichtag, mit allem, was geplant ist")),
    ]
    return drawn(draw, legend)


def notes(view: View) -> list[str]:
    """Say what limits the figures of this page."""
    told = []
    own = view.service.notes
    if own:
        told.append(own[wording.language()])
    if view.place.key in view.stand.small():
        told.append(
            _(
                "%(place)s hat weniger als %(threshold)s Menschen. Einzelne Altersjahre tragen hier kaum: Lesen Sie die "
                "Bereiche, nicht die Mitte, und planen Sie mit den Nachbarn."
            )
            % {"place": view.place.name, "threshold": wording.number(view.stand.ahead.outlook.threshold)}
        )
    if view.geography == DISTRICT:
        told.append(
            _(
                "Ein Ortsteil ist kein Einzugsgebiet: Wer hier wohnt, kann anderswo versorgt sein. Für die Entscheidung zählt "
                "die Gemeinde."
            )
        )
    if view.areas.left_out:
        names = sorted({one.name for one in view.needs.facilities if one.id in view.areas.left_out})
        told.append(_("Nicht mitgezählt, weil nur ihre Gemeinde bekannt ist: %(names)s.") % {"names": ", ".join(names)})
    if view.place.kind == "region":
        told.append(
            _(
                "In der Summe der Region gleichen sich Mangel und Überschuss aus, auch wenn niemand so weit fährt. Wählen Sie "
                "Ihre Gemeinde."
            )
        )
    return told + _coverage(view)


def _own_seats(view: View) -> list[str]:
    """Say why the page of ways may judge otherwise, where there is one."""
    if access_of(view.stand, view.service.id) is None:
        return []
    words = _(
        "Hier steht dem Bedarf gegenüber, was im Gebiet selbst seinen Sitz hat. Wer über die Gemeindegrenze fährt, kann "
        "trotzdem versorgt sein, und umgekehrt: {link}."
    )
    link = (reverse("bedarf_wege", args=[view.service.id]), _("was in Reichweite ist"))
    return [format_html(words, link=format_html('<a href="{}">{}</a>', *link))]


def _coverage(view: View) -> list[str]:
    """Say how the offer stands to the limits that the law knows."""
    coverage = view.balance.coverage()[LEVELS.index(0.5), view.years.index(view.told), view.row, view.at]
    if not view.service.thresholds or isnan(coverage):
        return []
    said = [
        _("Das Angebot deckt %(year)s im mittleren Fall %(share)s des Bedarfs.")
        % {
            "year": view.told,
            "share": wording.per_cent(wording.number(round(coverage))),
        }
    ]
    words = {
        "under": _("Unter %(value)s gilt ein Gebiet als unterversorgt."),
        "closed": _("Über %(value)s ist ein Gebiet für neue Niederlassungen gesperrt."),
    }
    for name, value, _source in view.service.thresholds:
        if name in words:
            said.append(words[name] % {"value": wording.per_cent(wording.number(value))})
    said.append(_("Quelle: %(source)s.") % {"source": view.service.thresholds[0][2][wording.language()].partition(":")[0]})
    return [" ".join(said)]


def _steps(view: View) -> list[tuple[str, str]]:
    ways = [(reverse("bedarf_wege", args=[view.service.id]), _("Wer in der Nähe versorgt ist, und wer nicht"))]
    return [
        *(ways if access_of(view.stand, view.service.id) else ()),
        (reverse("bedarf"), _("Alle Dienste im Überblick")),
        (f"{reverse('szenario')}?gebiet={view.place.key}", _("Was wäre, wenn? An Hebeln ziehen")),
    ]
