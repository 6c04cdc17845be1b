"""How old people will be: the pyramid of a coming year against the last counted one."""

from __future__ import annotations

import numpy as np
from django.http import QueryDict
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from allmende.portal import wording
from allmende.portal.drawing import Sides, pyramid
from allmende.portal.outlook.sight import Sight
from allmende.portal.outlook.stories.population import small
from allmende.portal.outlook.stories.ways import ways
from allmende.portal.outlook.words import between, origin, rounded, step_of, variant_words
from allmende.portal.page import Choice, Page, Picture, Sheet, drawn, pick

Floats = NDArray[np.float64]
WOMEN, MEN = 0, 1
NOW = "heute"


def ages(sight: Sight, query: QueryDict) -> Page:
    """Tell how old the people of a place will be."""
    year, detail = sight.year(query), _detail(sight, query)
    step, when = int(detail.chosen), int(year.chosen)
    base = sight.ahead.outlook.years[0]
    now, then = (grouped(sight.ahead.people(sight.place, one, _middle(sight)), step) for one in (base, when))
    low, high = sight.ahead.ages_between(sight.place, when, step)
    # the marks stand around the median of the draws, the bars are the central path: neither may leave the other
    low, high = np.minimum(low, then), np.maximum(high, then)
    outline = _outline(sight, query)
    others = {str(base): now} if outline.chosen == NOW else _variants(sight, when, step)
    return Page(
        title=_("Altersaufbau"),
        sentence=_sentence(sight, when),
        picture=_picture(sight, when, step, then, others, (low, high)),
        sheet=_sheet(sight, when, step, now, then, (low, high)),
        origin=origin(sight.ahead.outlook),
        choices=[year, outline] if sight.ahead.too_small(sight.place) else [year, outline, detail],
        notes=[small(sight)] if sight.ahead.too_small(sight.place) else [],
        steps=ways(sight.place),
    )


def group_names(step: int) -> list[str]:
    """Name groups of ages, the last one open: "0-4" … "100+", or single years."""
    lows = range(0, 101, step)
    return ["100+" if low == 100 else str(low) if step == 1 else f"{low}-{low + step - 1}" for low in lows]


def sides(people: Floats) -> Sides:
    """Put men left and women right."""
    return Sides(people[MEN].tolist(), people[WOMEN].tolist())


def grouped(people: Floats, step: int) -> Floats:
    """Sum single ages [2, 101] to groups."""
    summed: Floats = np.add.reduceat(people, np.arange(0, people.shape[-1], step), axis=-1)
    return summed


def _outline(sight: Sight, query: QueryDict) -> Choice:
    options = [(NOW, str(sight.ahead.outlook.years[0])), ("varianten", _("die anderen Varianten"))]
    return Choice(
        "umriss", _("Umriss zum Vergleich"), options, pick(query, "umriss", [value for value, _words in options], NOW)
    )


def _variants(sight: Sight, year: int, step: int) -> dict[str, Floats]:
    return {
        variant_words(variant): grouped(sight.ahead.people(sight.place, year, variant.id), step)
        for variant in sight.ahead.outlook.variants[1:]
    }


def _middle(sight: Sight) -> str:
    return sight.ahead.outlook.variants[0].id


def _detail(sight: Sight, query: QueryDict) -> Choice:
    options = [("5", _("Fünfjahresgruppen"))]
    options += [] if sight.ahead.too_small(sight.place) else [("1", _("einzelne Jahre"))]
    return Choice("alter", _("Alter in"), options, pick(query, "alter", [value for value, _words in options], "5"))


def _picture(
    sight: Sight, year: int, step: int, then: Floats, others: dict[str, Floats], ends: tuple[Floats, Floats]
) -> Picture:
    names = group_names(step)
    heads = (_("Männer"), _("Frauen"))
    variants = [sides(people) for people in others.values()]
    label = _("Altersaufbau von %(place)s %(year)s. Die Zahlen stehen in der Tabelle darunter.") % {
        "place": sight.place.name, "year": year,
    }  # fmt: skip

    def draw(width: int) -> str:
        marks = (sides(ends[0]), sides(ends[1]))
        return pyramid(
            names, sides(then), None, heads, label, wording.number, width, variants=variants, interval=marks
        )  # fmt: skip

    legend = [
        ("left", _("Männer %(year)s") % {"year": year}),
        ("right", _("Frauen %(year)s") % {"year": year}),
        ("interval", _("80 % wahrscheinlich")),
    ]
    return drawn(draw, legend + [(f"v{at}", name) for at, name in enumerate(others)])


def _sentence(sight: Sight, year: int) -> str:
    base, people = sight.ahead.outlook.years[0], {}
    for name, one in (("now", base), ("then", year)):
        both = sight.ahead.people(sight.place, one, _middle(sight)).sum(axis=0)
        shares = (both[:20].sum() / both.sum(), both[65:].sum() / both.sum())
        people[name] = [wording.percent(float(share), 0) for share in shares]
    return _(
        "%(year)s werden in %(place)s %(old)s der Menschen 65 oder älter sein und %(young)s unter 20; "
        "%(base)s waren es %(old_now)s und %(young_now)s."
    ) % {
        "year": year, "place": sight.place.name, "base": base, "young": people["then"][0], "old": people["then"][1],
        "young_now": people["now"][0], "old_now": people["now"][1],
    }  # fmt: skip


def _sheet(sight: Sight, year: int, step: int, now: Floats, then: Floats, ends: tuple[Floats, Floats]) -> Sheet:
    base, rows = sight.ahead.outlook.years[0], []
    names = group_names(step)
    for at in reversed(range(len(names))):
        cells = []
        for sex in (MEN, WOMEN):
            low, high = float(ends[0][sex, at]), float(ends[1][sex, at])
            rough = step_of(low, high)
            cells += [
                wording.number(round(float(now[sex, at]))),
                rounded(float(then[sex, at]), rough),
                between(low, high, rough),
            ]
        rows.append([wording.band(names[at]), *cells])
    head = [_("Alter")]
    for who in (_("Männer"), _("Frauen")):
        head += [f"{who} {base}", f"{who} {year}", _("80 %: von – bis")]
    return Sheet(_("Menschen nach Alter und Geschlecht, %(place)s") % {"place": sight.place.name}, head, rows)
