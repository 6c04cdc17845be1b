"""What moving the levers does: people, ages and bands beside the middle variant."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from allmende.portal import wording
from allmende.portal.drawing import FanWords, Share, fan, pyramid, share_bars
from allmende.portal.outlook.answering import Answer, Course
from allmende.portal.outlook.sight import Sight
from allmende.portal.outlook.stories.ages import group_names, grouped, sides
from allmende.portal.outlook.stories.population import fan_legend
from allmende.portal.outlook.stories.result_needs import MovedSheet, moved_sheet
from allmende.portal.outlook.stories.said import left_out, not_possible, said
from allmende.portal.outlook.words import band_words, between, difference, rounded, signed_to, step_of
from allmende.portal.page import Fact, Picture, Sheet, drawn
from allmende.portal.places import Place
from allmende.projection.levers import Levers

NEEDS = ("0-2", "3-5", "6-9", "65-79", "80+")
"""Bands that stand for services: nursery, kindergarten, primary school, the old, care."""
GROUP = 5


@dataclass(frozen=True, slots=True)
class Result:
    """What a scenario answers for a place: the sentence, pictures and tables, what was assumed, what is left out.

    `bands` is None while no lever is moved, `needs` where nothing is planned for the place.
    """

    place: Place
    sentence: str
    people: Picture
    ages: Picture
    bands: Picture | None
    sheet: Sheet
    needs: MovedSheet | None
    assumed: list[Fact]
    left_out: list[str]


def result(sight: Sight, answered: Answer, levers: Levers, place: Place, year: int) -> Result:
    """Tell what the levers change in a place until a year."""
    names = [band.name for band in sight.ahead.outlook.bands]
    courses = {name: answered.course(place, name) for name in names}
    at = sight.ahead.outlook.years.index(year)
    everybody = courses[names[0]]
    return Result(
        place=place,
        sentence=_sentence(everybody, place, year, at, levers),
        people=_fan(sight, everybody, place, names[0]),
        ages=_ages(sight, answered, place, year),
        bands=_bands({name: courses[name] for name in NEEDS if name in courses}, place, year, at)
        if levers != Levers()
        else None,
        sheet=_sheet(sight, courses, place, year, at),
        needs=moved_sheet(answered, place, year),
        assumed=said(levers, sight.shelf.atlas),
        left_out=[*not_possible(levers, answered, sight.shelf.atlas), *left_out(levers)],
    )


def _sentence(course: Course, place: Place, year: int, at: int, levers: Levers) -> str:
    low, more, high = (float(values[at]) for values in course.more)
    ends = course.quantiles[0.1][at], course.quantiles[0.9][at]
    step = step_of(low, high)
    values = {
        "year": year, "place": place.name, "number": rounded(float(course.quantiles[0.5][at]), step_of(*ends)),
        "more": rounded(abs(more), step), "low": signed_to(low, step), "high": signed_to(high, step),
    }  # fmt: skip
    if levers == Levers():
        return (
            _(
                "Noch ist kein Hebel bewegt: %(year)s leben in %(place)s rund %(number)s Menschen, wie in der "
                "mittleren Variante."
            )
            % values
        )
    if round(more) == 0:
        return (
            _("Mit diesen Hebeln leben %(year)s in %(place)s rund %(number)s Menschen, so viele wie in der mittleren Variante.")
            % values
        )
    if more > 0:
        words = _(
            "Mit diesen Hebeln leben %(year)s in %(place)s rund %(number)s Menschen: %(more)s mehr als in "
            "der mittleren Variante (80 %%: %(low)s bis %(high)s)."
        )
    else:
        words = _(
            "Mit diesen Hebeln leben %(year)s in %(place)s rund %(number)s Menschen: %(more)s weniger als in "
            "der mittleren Variante (80 %%: %(low)s bis %(high)s)."
        )
    return words % values


def _fan(sight: Sight, course: Course, place: Place, band: str) -> Picture:
    before = sight.ahead.fan(place, band)
    label = _(
        "Menschen in %(place)s mit diesen Hebeln und in der mittleren Variante. Die Zahlen stehen in der Tabelle darunter."
    ) % {
        "place": place.name,
    }
    middle = list(zip(before.years, before.quantiles[0.5], strict=True))

    def ends(value: float) -> str:
        return rounded(value, step_of(float(course.quantiles[0.1][-1]), float(course.quantiles[0.9][-1])))

    def draw(width: int) -> str:
        quantiles = {level: values.tolist() for level, values in course.quantiles.items()}
        words = FanWords(now=_("ab hier gerechnet"))
        return fan(
            before.years, before.past, quantiles, label, wording.number, width, write_ends=ends, variants=[middle], named=words
        )

    return drawn(draw, [*fan_legend(), ("v1", _("mittlere Variante"))])


def _ages(sight: Sight, answered: Answer, place: Place, year: int) -> Picture:
    ours = sides(grouped(answered.people(place, year), GROUP))
    middle = sides(grouped(sight.ahead.people(place, year, sight.ahead.outlook.variants[0].id), GROUP))
    label = _("Altersaufbau von %(place)s %(year)s mit diesen Hebeln, als Umriss die mittlere Variante.") % {
        "place": place.name, "year": year,
    }  # fmt: skip
    heads = (_("Männer"), _("Frauen"))

    def draw(width: int) -> str:
        return pyramid(group_names(GROUP), ours, middle, heads, label, wording.number, width)

    return drawn(draw, [
        ("left", _("Männer %(year)s") % {"year": year}), ("right", _("Frauen %(year)s") % {"year": year}),
        ("outline", _("mittlere Variante")),
    ])  # fmt: skip


def _bands(courses: dict[str, Course], place: Place, year: int, at: int) -> Picture:
    rows = []
    for name, course in courses.items():
        low, more, high = (float(values[at]) for values in course.more)
        rows.append(Share(band_words(name), more, low, high))
    label = _(
        "Unterschied zur mittleren Variante %(year)s in %(place)s nach Altersgruppen. "
        "Die Zahlen stehen in der Tabelle darunter."
    ) % {
        "place": place.name, "year": year,
    }  # fmt: skip
    legend = [("gain", _("mehr Menschen")), ("loss", _("weniger Menschen")), ("interval", _("80 % wahrscheinlich"))]
    return drawn(lambda width: share_bars(rows, label, wording.signed, width), legend)


def _sheet(sight: Sight, courses: dict[str, Course], place: Place, year: int, at: int) -> Sheet:
    rows = []
    for name, course in courses.items():
        before = sight.ahead.fan(place, name)
        low, more, high = (float(values[at]) for values in course.more)
        step = step_of(float(course.quantiles[0.1][at]), float(course.quantiles[0.9][at]))
        low_end, middle, high_end = (float(course.quantiles[level][at]) for level in (0.1, 0.5, 0.9))
        rows.append([
            band_words(name), wording.number(before.base), rounded(before.at(year)[0.5], step),
            f"{rounded(middle, step)}{wording.HARD}({between(low_end, high_end, step)})", difference(low, more, high),
        ])  # fmt: skip
    head = [
        _("Altersgruppe"), str(sight.ahead.outlook.years[0]), _("mittlere Variante"), _("mit diesen Hebeln (80 %)"),
        _("Unterschied (80 %)"),
    ]  # fmt: skip
    return Sheet(_("%(place)s %(year)s nach Altersgruppen") % {"place": place.name, "year": year}, head, rows)
