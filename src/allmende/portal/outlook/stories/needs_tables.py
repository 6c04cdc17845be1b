"""The tables of a page of needs: year by year, area by area, ages on the key date, quotas, facilities; and the file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from allmende.needs.balance import LEVELS
from allmende.needs.capacity import Facility
from allmende.needs.services import Part
from allmende.outlook.needs import COUNT_LEVELS, DISTRICT, MUNICIPALITY
from allmende.portal import wording
from allmende.portal.outlook.needs_sight import View, inside
from allmende.portal.outlook.needs_words import ages, bears, figure, free, key_day, likely, source, step_word, subject, where
from allmende.portal.page import Sheet

NONE = "–"
UNSAID = 0.05
"""What is missing is not said where it hardly ever is."""


def by_year(view: View, years: tuple[int, ...] = ()) -> Sheet:
    """Return the balance year by year, rounded to what it bears."""
    unit, part = view.unit, view.part
    day = wording.day_of_year("{:02}-{:02}".format(*view.service.key_date))
    head = [
        _("Jahr"),
        _("Menschen im Alter dafür, am %(day)s") % {"day": day},
        _("Bedarf, Mitte"),
        _("Bedarf, %(share)s") % {"share": wording.percent(0.8, 0)},
        _("Angebot"),
    ]
    head += [_("es fehlt mit"), _("fehlt dann"), _("frei, Mitte")]
    if part.step_name:
        word = {"steps": step_word(part)}
        head += [_("%(steps)s nötig, Mitte") % word, _("%(steps)s vorhanden") % word]
    rows = [_year_row(view, year) for year in years or view.years]
    caption = _("%(what)s %(where)s: %(unit)s") % {"what": subject(view), "where": where(view), "unit": unit}
    return Sheet(caption, head, rows)


def _year_row(view: View, year: int) -> list[str]:
    probability, missing, spare = (view.figure(name, year) for name in ("probability", "missing", "spare"))
    between = {"low": bears(view, year, view.quantile(0.1, year)), "high": bears(view, year, view.quantile(0.9, year))}
    row = [
        str(year),
        wording.number(_people(view, year)),
        bears(view, year, view.quantile(0.5, year)),
        _("%(low)s bis %(high)s") % between,
        figure(view.part, view.figure("capacity", year)),
        likely(probability),
        _said(view, year, missing, bears(view, year, missing)) if probability >= UNSAID else NONE,
        _said(view, year, spare, figure(view.part, free(view, year))),
    ]
    if view.part.step_name:
        row += [wording.number(view.quantile(0.5, year, "steps")), wording.number(view.figure("offered", year))]
    return row


def _people(view: View, year: int) -> float:
    """Return the median of all people of the part's ages on the key date."""
    return round(float(view.areas.eligible[COUNT_LEVELS.index(0.5), view.years.index(year), view.row, view.at]))


def _said(view: View, year: int, value: float, words: str) -> str:
    """Write what is missing or free in these words; nothing where it drowns in the width of the need's interval."""
    width = view.quantile(0.9, year) - view.quantile(0.1, year)
    return words if value >= max(width / 8, 0.1 * min(view.part.step, 10)) else NONE


def by_age(view: View) -> Sheet:
    """Return the people of each span of ages on the key date of the year in question, with their interval."""
    row, year = view.years.index(view.told), view.told
    rows = []
    for position, span in enumerate(view.service.spans()):
        if span not in [quota.span for quota in view.part.quotas]:
            continue
        low, middle, high = (wording.number(round(float(v))) for v in view.areas.people[:, row, view.row, position])
        rows.append([ages(span), middle, _("%(low)s bis %(high)s") % {"low": low, "high": high}])
    caption = _("Menschen %(where)s am %(day)s nach Alter") % {"where": where(view), "day": key_day(view, year)}
    return Sheet(caption, [_("Alter am Stichtag"), _("Mitte"), wording.percent(0.8, 0)], rows, _("Wer am Stichtag zählt"))


def quotas(view: View, parts: tuple[Part, ...] = ()) -> Sheet:
    """List every quota: ages, values with years, spread, source, and whether it is an assumption."""
    rows = []
    for part in parts or view.service.parts:
        for quota in part.quotas:
            words, assumed = source(quota.source)
            values = ", ".join(
                _("%(value)s (%(year)s)") % {"value": _quota(value), "year": year} for year, value in quota.by_year
            )
            rows.append([part.title[wording.language()], ages(quota.span), values, _spread(quota.spread), words, _yes(assumed)])
        if part.step_name:
            words, assumed = source(part.step_source)
            size = _("%(step)s: %(size)s") % {"step": step_word(part, 1), "size": figure(part, part.step)}
            rows.append([part.title[wording.language()], _("Größe"), size, NONE, words, _yes(assumed)])
    head = [_("Teil"), _("Alter"), _("Quote je Mensch (Jahr)"), _("Streuung"), _("Quelle"), _("Annahme?")]
    return Sheet(_("Quoten und Größen, mit denen gerechnet ist"), head, rows, _("Alle Quoten mit Quelle"))


def _quota(value: float) -> str:
    if value < 0.005:
        return _("1 für %(people)s") % {"people": wording.number(round(1 / value))} if value else wording.percent(0)
    return wording.percent(value)


def _spread(value: float) -> str:
    return f"±{wording.HARD}{wording.percent(value, 0)}" if value else NONE


def _yes(assumed: bool) -> str:
    return _("ja, Annahme") if assumed else _("nein")


def facilities(view: View) -> Sheet:
    """List the facilities of the part in the place, with the days on which they open and close."""
    rows = [
        [one.name, _area(view, one), figure(view.part, one.capacity), _when(one.opens), _when(one.closes)]
        for one in view.facilities()
    ]
    head = [_("Einrichtung"), _("Gebiet"), view.unit, _("ab"), _("bis")]
    caption = _("%(what)s %(where)s: Einrichtungen, heute und geplant") % {"what": subject(view), "where": where(view)}
    named = _("%(count)s Einrichtungen") % {"count": len(rows)} if len(rows) != 1 else _("1 Einrichtung")
    return Sheet(caption, head, rows, named)


def _area(view: View, facility: Facility) -> str:
    return view.stand.place(facility.area).name


def _when(day: date | None) -> str:
    return wording.day(day) if day else NONE


def areas_beside(view: View) -> list[View]:
    """Return the areas to compare: all municipalities, or the Ortsteile of the one in question."""
    keys = inside(view.needs, view.place) if view.level == DISTRICT else view.needs.areas[MUNICIPALITY].balance.catchments
    return sorted((view.elsewhere(view.level, key) for key in keys), key=lambda one: one.place.name)


def comparison_head(view: View) -> list[str]:
    """Return the columns of the comparison, after the name."""
    year = {"year": view.told}
    return [
        _("Urteil"),
        _("Bedarf %(year)s") % year,
        _("Angebot %(year)s") % year,
        _("es fehlt mit"),
        _("fehlt dann"),
        _("frei, Mitte"),
    ]


def comparison_row(view: View, year: int) -> list[str]:
    """Return the figures of an area in a year, for the comparison; the verdict stands before them."""
    probability, missing, spare = (view.figure(name, year) for name in ("probability", "missing", "spare"))
    return [
        bears(view, year, view.quantile(0.5, year)),
        figure(view.part, view.figure("capacity", year)),
        likely(probability),
        _said(view, year, missing, bears(view, year, missing)) if probability >= UNSAID else NONE,
        _said(view, year, spare, figure(view.part, free(view, year))),
    ]


def csv_lines(view: View) -> Iterator[str]:
    """Yield the whole balance of a part in an area, unrounded, for all years: decimal comma in German, point in English."""
    outlook, balance, comma = view.stand.ahead.outlook, view.areas.balance, wording.language() == "de"
    quantiles = [f"need_q{1000 * level:g}" for level in LEVELS]
    yield (
        "\ufeff"
        + ";".join(
            [
                "outlook",
                "release",
                "service",
                "part",
                "area",
                "key_date",
                "people",
                *quantiles,
                "capacity",
                "p_short",
                "missing",
                "spare",
                "steps",
                "steps_offered",
            ]
        )
        + "\r\n"
    )
    start = [outlook.id, outlook.release, view.service.id, view.part.id, view.place.key]
    for at, year in enumerate(balance.years):
        here = (at, view.row, view.at)
        values = [
            view.areas.eligible[(COUNT_LEVELS.index(0.5), *here)],
            *balance.need[(slice(None), *here)],
            balance.capacity[here],
            balance.probability[here],
            balance.missing[here],
            balance.spare[here],
            balance.steps[(LEVELS.index(0.5), *here)],
            balance.offered[here],
        ]
        written = [f"{float(value):.4f}".rstrip("0").rstrip(".") for value in values]
        day = "{}-{:02}-{:02}".format(year, *view.service.key_date)
        yield ";".join([*start, day, *(each.replace(".", ",") if comma else each for each in written)]) + "\r\n"
