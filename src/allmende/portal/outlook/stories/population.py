"""How many people: the fan of one band in one place."""

from __future__ import annotations

from django.http import QueryDict
from django.utils.translation import gettext as _

from allmende.portal import wording
from allmende.portal.drawing import FanWords, fan
from allmende.portal.outlook.ahead import Fan
from allmende.portal.outlook.hindsight import said_before
from allmende.portal.outlook.sight import Sight
from allmende.portal.outlook.stories.ways import ways
from allmende.portal.outlook.words import band_words, interval, origin, rounded, step_of, variant_words
from allmende.portal.page import Page, Picture, Sheet, drawn

EVERY = 5
"""The table names every fifth year; the file has all."""


def population(sight: Sight, query: QueryDict) -> Page:
    """Tell how many people of an age there will be, and how sure that is."""
    band, year, variant = sight.band(query), sight.year(query), sight.variant(query)
    found = sight.ahead.fan(sight.place, band.chosen)
    others = _others(sight, band.chosen, variant.chosen, found)
    return Page(
        title=sight.place.name,
        sentence=_sentence(sight, found, band.chosen, int(year.chosen), variant.chosen),
        picture=_picture(sight, found, band.chosen, others),
        sheet=_sheet(sight, found, band.chosen, int(year.chosen), others),
        origin=origin(sight.ahead.outlook),
        choices=[band, year, variant],
        notes=_notes(sight, found, band.chosen),
        steps=ways(sight.place),
    )


def _others(sight: Sight, band: str, chosen: str, found: Fan) -> dict[str, list[float]]:
    """Return the course of the chosen variant, if it is not the middle one: the median and what the variant adds to it."""
    middle, *rest = sight.ahead.outlook.variants
    one = sight.ahead.band(band)
    base = sight.ahead.path(sight.place, middle.id, one)
    return {
        variant_words(variant): (sight.ahead.path(sight.place, variant.id, one) - base + found.quantiles[0.5]).tolist()
        for variant in rest
        if variant.id == chosen
    }


def _picture(sight: Sight, found: Fan, band: str, others: dict[str, list[float]]) -> Picture:
    before = [said.line for said in said_before(sight.ahead, sight.place, band)]
    named = {"band": wording.sentence(band_words(band)), "place": sight.place.name}
    label = _("%(band)s in %(place)s: gezählt und vorausgeschaut. Die Zahlen stehen in der Tabelle darunter.") % named
    if before:
        label += " " + _(
            "Dünne Linien dahinter: was das Modell in früheren Jahren gesagt hätte. Diese Zahlen stehen in der Rückschau."
        )
    lines = [list(zip(found.years, values, strict=True)) for values in others.values()]

    last = {level: values[-1] for level, values in found.quantiles.items()}

    def ends(value: float) -> str:
        return rounded(value, step_of(last[0.1], last[0.9]))

    def draw(width: int) -> str:
        words = FanWords(now=_("ab hier gerechnet"))
        return fan(
            found.years,
            found.past,
            found.quantiles,
            label,
            wording.number,
            width,
            write_ends=ends,
            forecasts=before,
            variants=lines,
            named=words,
        )

    behind = [("forecast", _("hätte das Modell früher gesagt (nachgerechnet, nie veröffentlicht)"))] if before else []
    return drawn(draw, [*fan_legend(), *(("v1", name) for name in others), *behind])


def fan_legend() -> list[tuple[str, str]]:
    """Name the parts of a fan."""
    return [
        ("past", _("gezählt")),
        ("median", _("Mitte: darüber und darunter gleich wahrscheinlich")),
        ("band50", _("50 % wahrscheinlich")),
        ("band80", _("80 %")),
        ("band95", _("95 %")),
    ]


def _sentence(sight: Sight, found: Fan, band: str, year: int, variant: str) -> str:
    middle, outlook = sight.ahead.outlook.variants[0].id, sight.ahead.outlook
    at = found.at(year)
    values = interval(at) | {
        "year": str(year), "place": sight.place.name, "band": band_words(band), "base": str(outlook.years[0]),
        "now": rounded(found.base, step_of(at[0.1], at[0.9])),
    }  # fmt: skip
    if variant != middle:
        one = sight.ahead.band(band)
        more = sight.ahead.path(sight.place, variant, one) - sight.ahead.path(sight.place, middle, one)
        step = step_of(at[0.1], at[0.9])
        values |= {
            "variant": variant_words(outlook.variants[sight.ahead.variant(variant)]),
            "other": rounded(at[0.5] + float(more[outlook.years.index(year)]), step),
        }
        words = _(
            "In der Variante „%(variant)s“ wären es %(year)s in %(place)s rund %(other)s Menschen "
            "(%(band)s), in der mittleren %(number)s."
        )
        return words % values
    if band == "all":
        words = _(
            "%(year)s leben in %(place)s rund %(number)s Menschen, mit 80 %% Wahrscheinlichkeit zwischen "
            "%(low)s und %(high)s. %(base)s waren es %(now)s."
        )
    else:
        words = _(
            "%(year)s leben in %(place)s rund %(number)s Menschen im Alter „%(band)s“, mit 80 %% "
            "Wahrscheinlichkeit zwischen %(low)s und %(high)s. %(base)s waren es %(now)s."
        )
    return words % values


def _sheet(sight: Sight, found: Fan, band: str, year: int, others: dict[str, list[float]]) -> Sheet:
    head = [
        _("Jahr"),
        _("gezählt oder Mitte"),
        _("50 % von"),
        _("50 % bis"),
        _("80 % von"),
        _("80 % bis"),
        _("95 % von"),
        _("95 % bis"),
        *others,
    ]
    ends = (0.25, 0.75, 0.1, 0.9, 0.025, 0.975)
    empty = [""] * (len(ends) + len(others))
    rows = [[str(one), wording.number(round(value)), *empty] for one, value in found.past[:: max(len(found.past) - 1, 1)]]
    for at, one in enumerate(found.years):
        if at == 0 or (at % EVERY and one != year):
            continue
        quantiles = found.at(one)
        step = step_of(quantiles[0.1], quantiles[0.9])
        cells = [rounded(quantiles[level], step) for level in (0.5, *ends)]
        rows.append([str(one), *cells, *(rounded(values[at], step) for values in others.values())])
    caption = _("%(place)s, %(band)s: jedes fünfte Jahr; alle Jahre stehen in der CSV-Datei") % {
        "place": sight.place.name, "band": band_words(band),
    }  # fmt: skip
    return Sheet(caption, head, rows)


def _notes(sight: Sight, found: Fan, band: str) -> list[str]:
    told = []
    wide = found.at(found.years[-1])
    if found.base > 0 and (wide[0.9] - wide[0.1]) > found.base:
        told.append(
            _("Am Ende ist der Bereich breiter als die heutige Zahl: Für so wenige Menschen trägt eine so weite Aussage nicht.")
        )
    if sight.ahead.too_small(sight.place) and band != "all":
        told.append(small(sight))
    return told


def small(sight: Sight) -> str:
    """Say that a place has too few people for statements by single ages."""
    return _(
        "%(place)s hat weniger als %(threshold)s Menschen. Aussagen für einzelne Altersjahre tragen "
        "hier nicht; lesen Sie Fünfjahresgruppen und Bereiche."
    ) % {
        "place": sight.place.name,
        "threshold": wording.number(sight.ahead.outlook.threshold),
    }
