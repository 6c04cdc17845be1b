"""Ages and years in one picture: how strong cohorts wander through the ages (Lexis surface)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from django.http import QueryDict
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from allmende.portal import wording
from allmende.portal.drawing import lexis
from allmende.portal.outlook.sight import Sight
from allmende.portal.outlook.stories.population import small
from allmende.portal.outlook.stories.ways import ways
from allmende.portal.outlook.words import origin
from allmende.portal.page import Choice, Page, Picture, Sheet, drawn, pick

Floats = NDArray[np.float64]
GROUP = 5
FIRST, LAST = 1950, 1975
"""Born in these years are the baby boomers. Their largest cohort is followed, even where younger ones are larger today: those
still come and go."""


def surface(sight: Sight, query: QueryDict) -> Page:
    """Tell how the ages of a place shift from year to year."""
    measures = [("zahl", _("Menschen je Altersjahr")), ("veraenderung", _("Unterschied zu heute"))]
    measure = pick(query, "mass", [value for value, _words in measures], "zahl")
    years, values = _by_year_and_age(sight)
    base = years.index(sight.ahead.outlook.years[0])
    shown = values - values[:, [base]] if measure == "veraenderung" else values
    boom = _boom(years[base], values[:, base])
    return Page(
        title=_("Alter und Zeit"),
        sentence=_sentence(sight, values, years, boom),
        picture=_picture(sight, years, shown, boom, measure),
        sheet=_sheet(sight, years, shown),
        origin=origin(sight.ahead.outlook),
        choices=[Choice("mass", _("Gezeigt wird"), measures, measure)],
        notes=[small(sight)] if sight.ahead.too_small(sight.place) else [],
        steps=ways(sight.place),
    )


def _by_year_and_age(sight: Sight) -> tuple[list[int], Floats]:
    """Return people by single age and year [A, Y], counted and projected; of few people the mean of groups of ages."""
    outlook = sight.ahead.outlook
    years = [*outlook.past_years, *outlook.years[1:]]
    middle = outlook.variants[0].id
    values = np.stack([sight.ahead.people(sight.place, year, middle).sum(axis=0) for year in years], axis=1)
    if sight.ahead.too_small(sight.place):
        lows = np.arange(0, 101, GROUP)
        widths = np.diff([*lows, 101])
        values = np.repeat(np.add.reduceat(values, lows, axis=0) / widths[:, None], widths, axis=0)
    # the open age 100+ is no single year
    return years, values[:100]


def _boom(base: int, ages: Floats) -> int:
    """Return the year of birth of the largest cohort of the baby boom."""
    first, last = max(base - LAST, 0), min(base - FIRST, len(ages) - 1)
    return base - (first + int(ages[first : last + 1].argmax()))


def _picture(sight: Sight, years: Sequence[int], values: Floats, boom: int, measure: str) -> Picture:
    label = _("Menschen nach Alter und Jahr in %(place)s, als Farben. Die Zahlen stehen in der Tabelle darunter.") % {
        "place": sight.place.name,
    }  # fmt: skip
    base = sight.ahead.outlook.years[0]

    def named(born: int) -> str:
        return _("Jahrgang %(year)s") % {"year": born}

    def draw(width: int) -> str:
        write, around = (wording.signed, 0.0) if measure == "veraenderung" else (wording.number, None)
        ages = range(values.shape[0])
        return lexis(
            years, ages, values, label, write, width, around=around, cohorts=(boom, base), named=named, now=base + 1
        )  # fmt: skip

    return drawn(draw, [("cohort", _("Menschen eines Jahrgangs altern entlang der Linie"))])


def _sentence(sight: Sight, values: Floats, years: Sequence[int], boom: int) -> str:
    base, last = sight.ahead.outlook.years[0], years[-1]
    old = values[80:].sum(axis=0)
    return _(
        "Die Linie folgt dem stärksten Jahrgang der Babyboomer (um %(boom)s) durch die Jahre. Alle Jahrgänge zusammen: "
        "%(base)s sind in %(place)s %(now)s Menschen 80 bis 99 Jahre alt, %(last)s werden es %(then)s sein."
    ) % {
        "place": sight.place.name, "boom": boom, "base": base, "last": last,
        "now": wording.number(float(old[years.index(base)])),
        "then": wording.about(round(old[-1]), max(round(old[-1] / 20), 1)),
    }  # fmt: skip


def _sheet(sight: Sight, years: Sequence[int], values: Floats) -> Sheet:
    shown = [year for year in years if (year - years[-1]) % GROUP == 0]
    write = wording.number if values.min() >= 0 else wording.signed
    rows = []
    for low in reversed(range(0, values.shape[0], GROUP)):
        sums = [values[low : low + GROUP, years.index(year)].sum() for year in shown]
        rows.append([wording.band(f"{low}-{low + GROUP - 1}"), *(write(float(value)) for value in sums)])
    caption = _("Menschen in Fünfjahresgruppen, %(place)s: jedes fünfte Jahr") % {"place": sight.place.name}
    return Sheet(caption, [_("Alter"), *(str(year) for year in shown)], rows)
