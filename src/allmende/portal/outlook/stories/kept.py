"""A kept scenario as it was computed: readable even when the outlook under it is gone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from allmende.errors import AllmendeError
from allmende.portal import wording
from allmende.portal.drawing import Line, lines
from allmende.portal.outlook.ahead import Ahead
from allmende.portal.outlook.models import Scenario
from allmende.portal.outlook.stories.said import left_out, said
from allmende.portal.outlook.words import apart, band_words, between, difference, rounded, step_of
from allmende.portal.page import Choice, Fact, Page, Sheet, drawn, pick
from allmende.portal.places import Atlas
from allmende.projection.levers import Levers, read_levers

EVERY = 5
Numbers = Mapping[str, Sequence[int]]


def kept(scenario: Scenario, atlas: Atlas, query: QueryDict, source: Ahead | None) -> Page:
    """Tell what a scenario said when it was computed."""
    areas = places(scenario, atlas)
    keys = [value for value, _words in areas]
    looked = QueryDict(scenario.asked).get("gebiet", "")
    key = pick(query, "gebiet", keys, looked if looked in keys else keys[0])
    bands = list(scenario.answer["areas"][key])
    band = pick(query, "gruppe", bands, bands[0])
    years: list[int] = scenario.answer["years"]
    year = int(pick(query, "jahr", [str(one) for one in years[1:]], str(years[min(15, len(years) - 1)])))
    numbers: Numbers = scenario.answer["areas"][key][band]
    name = dict(areas)[key]
    return Page(
        title=scenario.name,
        sentence=_sentence(numbers, name, band, year, years.index(year)),
        picture=drawn(
            lambda width: _drawn(years, numbers, name, width), [("median", scenario.name), ("outline", _("mittlere Variante"))]
        ),
        sheet=_sheet(years, numbers, name, band),
        origin=_origin(scenario, atlas),
        choices=[
            Choice("gebiet", _("Gebiet"), areas, key),
            Choice("gruppe", _("Altersgruppe"), [(one, band_words(one)) for one in bands], band),
            Choice("jahr", _("Jahr"), [(str(one), str(one)) for one in reversed(years[1:])], str(year)),
        ],
        notes=left_out(levers_of(scenario)),
        steps=[(f"{reverse('szenario')}?{scenario.asked}", _("Mit diesen Hebeln weiterarbeiten"))] if source else [],
    )


def places(scenario: Scenario, atlas: Atlas) -> list[tuple[str, str]]:
    """Return the areas that a scenario's answer holds, by name."""
    found = []
    for key in scenario.answer["areas"]:
        place = atlas.find(key, wording.language())
        found.append((key, apart(place, atlas).name if place else key))
    return found


def middle_of(numbers: Numbers) -> list[int]:
    """Return the middle variant: the scenario less what the levers add."""
    return [value - more for value, more in zip(numbers["middle"], numbers["more"], strict=True)]


def _sentence(numbers: Numbers, name: str, band: str, year: int, at: int) -> str:
    low, more, high = (numbers[each][at] for each in ("more_low", "more", "more_high"))
    step = step_of(low, high)
    ends = numbers["low"][at], numbers["high"][at]
    values = {
        "year": year, "place": name, "band": band_words(band), "number": rounded(numbers["middle"][at], step_of(*ends)),
        "more": rounded(abs(more), step), "low": wording.signed(round(low / step) * step),
        "high": wording.signed(round(high / step) * step),
    }  # fmt: skip
    if more == 0:
        return (
            _(
                "%(year)s leben in %(place)s in diesem Szenario rund %(number)s Menschen (%(band)s), so viele "
                "wie in der mittleren Variante."
            )
            % values
        )
    if more > 0:
        words = _(
            "%(year)s leben in %(place)s in diesem Szenario rund %(number)s Menschen (%(band)s): %(more)s "
            "mehr als in der mittleren Variante (80 %%: %(low)s bis %(high)s)."
        )
    else:
        words = _(
            "%(year)s leben in %(place)s in diesem Szenario rund %(number)s Menschen (%(band)s): %(more)s "
            "weniger als in der mittleren Variante (80 %%: %(low)s bis %(high)s)."
        )
    return words % values


def _drawn(years: Sequence[int], numbers: Numbers, name: str, width: int) -> str:
    label = _("Menschen in %(place)s im Szenario und in der mittleren Variante. Die Zahlen stehen in der Tabelle darunter.") % {
        "place": name,
    }  # fmt: skip
    shown = [at for at in range(len(years)) if at % EVERY == 0 or at == len(years) - 1]
    ours, middle = ([(years[at], float(values[at])) for at in shown] for values in (numbers["middle"], middle_of(numbers)))
    return lines([Line("", middle, "outline"), Line("", ours, "first")], label, wording.number, width)


def _sheet(years: Sequence[int], numbers: Numbers, name: str, band: str) -> Sheet:
    middle, rows = middle_of(numbers), []
    for at, year in enumerate(years):
        if at % EVERY and at != len(years) - 1:
            continue
        step = step_of(numbers["low"][at], numbers["high"][at])
        cells = [rounded(values[at], step) for values in (middle, numbers["middle"])]
        span = between(numbers["low"][at], numbers["high"][at], step)
        more = difference(*(numbers[each][at] for each in ("more_low", "more", "more_high")))
        rows.append([str(year), *cells, span, more])
    head = [_("Jahr"), _("mittlere Variante"), _("Szenario"), _("80 %: von – bis"), _("Unterschied (80 %)")]
    return Sheet(_("%(place)s, %(band)s") % {"place": name, "band": band_words(band)}, head, rows)


def _origin(scenario: Scenario, atlas: Atlas) -> list[Fact]:
    return [
        *moved(scenario, atlas),
        Fact(_("Vorausschau"), scenario.outlook),
        Fact(_("Veröffentlichung"), scenario.release),
        Fact(_("Gerechnet am"), wording.day(scenario.created.date())),
        *([Fact(_("Siegel"), scenario.seal[:16])] if scenario.seal else []),
    ]


def moved(scenario: Scenario, atlas: Atlas) -> list[Fact]:
    """Say which levers are moved; an answer of an older version whose levers nobody reads any more still has its figures."""
    levers = levers_of(scenario)
    return said(levers, atlas) if levers else []


def levers_of(scenario: Scenario) -> Levers | None:
    """Return the levers of a scenario, None if nobody reads them any more."""
    try:
        return read_levers(scenario.levers)
    except AllmendeError:
        return None
