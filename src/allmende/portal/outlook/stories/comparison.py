"""Scenarios side by side: their courses in one picture, their differences in one table."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import QueryDict
from django.utils.translation import gettext as _

from allmende.portal import wording
from allmende.portal.drawing import Line, lines
from allmende.portal.outlook.models import Scenario
from allmende.portal.outlook.stories.kept import EVERY, moved, places
from allmende.portal.outlook.words import band_words, rounded, signed_to, step_of
from allmende.portal.page import Choice, Fact, Page, Sheet, drawn, pick
from allmende.portal.places import Atlas

MOST = 4
"""More scenarios in one picture cannot be told apart."""
CLASSES = ("first", "outline", "v1", "v2")
KEYS = ("median", "outline", "v1", "v2")
"""Classes of the lines, and of their keys in the legend."""


def comparison(scenarios: Sequence[Scenario], atlas: Atlas, query: QueryDict) -> Page:
    """Tell how scenarios differ in a band of a place that all of them know."""
    common = [pair for pair in places(scenarios[0], atlas) if all(pair[0] in one.answer["areas"] for one in scenarios)]
    key = pick(query, "gebiet", [value for value, _words in common], common[0][0])
    bands = [band for band in scenarios[0].answer["areas"][key] if all(band in one.answer["areas"][key] for one in scenarios)]
    band = pick(query, "gruppe", bands, bands[0])
    years = [year for year in scenarios[0].answer["years"] if all(year in one.answer["years"] for one in scenarios)]
    year = int(pick(query, "jahr", [str(one) for one in years[1:]], str(years[min(15, len(years) - 1)])))
    name = dict(common)[key]
    return Page(
        title=_("Szenarien im Vergleich"),
        sentence=_sentence(scenarios, key, band, year, name),
        picture=drawn(
            lambda width: _drawn(scenarios, key, band, years, name, width),
            list(zip(KEYS, (one.name for one in scenarios), strict=False)),
        ),
        sheet=_sheet(scenarios, key, bands, year, name),
        origin=[Fact(one.name, _assumed(one, atlas)) for one in scenarios],
        choices=[
            Choice("gebiet", _("Gebiet"), common, key),
            Choice("gruppe", _("Altersgruppe"), [(one, band_words(one)) for one in bands], band),
            Choice("jahr", _("Jahr"), [(str(one), str(one)) for one in reversed(years[1:])], str(year)),
        ],
        notes=[_("Diese Szenarien beruhen auf verschiedenen Vorausschauen; ein Teil des Unterschieds kommt daher.")]
        if len({one.outlook for one in scenarios}) > 1
        else [],
    )


def _assumed(scenario: Scenario, atlas: Atlas) -> str:
    """List the levers of a scenario and the outlook under it."""
    told = [f"{fact.term}: {fact.words}" for fact in moved(scenario, atlas)]
    return "; ".join([*told, _("Vorausschau %(outlook)s") % {"outlook": scenario.outlook}])


def _value(scenario: Scenario, key: str, band: str, year: int, what: str = "middle") -> int:
    found: int = scenario.answer["areas"][key][band][what][scenario.answer["years"].index(year)]
    return found


def _sentence(scenarios: Sequence[Scenario], key: str, band: str, year: int, name: str) -> str:
    values = {one.name: _value(one, key, band, year) for one in scenarios}
    low, high = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
    span = values[high] - values[low]
    if not span:
        return _("%(year)s unterscheiden sich die Szenarien in %(place)s nicht (%(band)s).") % {
            "year": year,
            "place": name,
            "band": band_words(band),
        }
    return _("%(year)s liegen in %(place)s zwischen „%(high)s“ und „%(low)s“ %(span)s Menschen (%(band)s).") % {
        "year": year, "place": name, "band": band_words(band), "high": high, "low": low,
        "span": wording.about(span, max(span // 20, 1)),
    }  # fmt: skip


def _drawn(
    scenarios: Sequence[Scenario], key: str, band: str, years: Sequence[int], name: str, width: int
) -> str:  # fmt: skip
    shown = [year for at, year in enumerate(years) if at % EVERY == 0 or year == years[-1]]
    label = _("Verlauf der Szenarien in %(place)s, %(band)s. Die Zahlen stehen in der Tabelle darunter.") % {
        "place": name, "band": band_words(band),
    }  # fmt: skip
    series = [
        Line("", [(year, float(_value(one, key, band, year))) for year in shown], class_)
        for one, class_ in zip(scenarios, CLASSES, strict=False)
    ]
    return lines(series, label, wording.number, width)


def _sheet(scenarios: Sequence[Scenario], key: str, bands: Sequence[str], year: int, name: str) -> Sheet:
    first, *others = scenarios
    rows = []
    for band in bands:
        numbers = [_value(one, key, band, year) for one in scenarios]
        step = step_of(*(_value(first, key, band, year, end) for end in ("low", "high")))
        differences = [signed_to(number - numbers[0], max(step // 10, 1)) for number in numbers[1:]]
        rows.append([band_words(band), *(rounded(number, step) for number in numbers), *differences])
    head = [_("Altersgruppe"), *(one.name for one in scenarios)]
    head += [_("%(other)s gegenüber %(first)s") % {"other": one.name, "first": first.name} for one in others]
    caption = _("%(place)s %(year)s: Mitte jedes Szenarios und Unterschied zum ersten") % {"place": name, "year": year}
    return Sheet(caption, head, rows)
