"""What moves the number of people: births, deaths, who comes, who goes, summed from now to a coming year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.http import QueryDict
from django.utils.translation import gettext as _

from allmende.outlook.folder import COMPONENTS
from allmende.portal import wording
from allmende.portal.drawing import waterfall
from allmende.portal.outlook.sight import Sight
from allmende.portal.outlook.stories.ways import ways
from allmende.portal.outlook.words import origin, variant_words
from allmende.portal.page import Page, Picture, Sheet, drawn

SPAN = 5
"""The table sums so many years in a row."""


@dataclass(frozen=True, slots=True)
class Account:
    """The sums of a span of years: whole people at its ends, and what lies between."""

    first: int
    last: int
    start: int
    end: int
    births: int
    deaths: int
    came: int
    left: int
    inside: int

    @property
    def rest(self) -> int:
        """What rounding and groups held apart add."""
        return self.end - self.start - (self.births - self.deaths + self.came - self.left + self.inside)


def balance(sight: Sight, query: QueryDict) -> Page:
    """Tell what makes a place grow or shrink."""
    year, variant = sight.year(query), sight.variant(query)
    found = account(sight, variant.chosen, sight.ahead.outlook.years[0], int(year.chosen))
    name = variant_words(sight.ahead.outlook.variants[sight.ahead.variant(variant.chosen)])
    return Page(
        title=_("Bilanz"),
        sentence=_sentence(sight, found, name),
        picture=_picture(sight, found),
        sheet=_sheet(sight, variant.chosen, int(year.chosen)),
        origin=origin(sight.ahead.outlook),
        choices=[year, variant],
        notes=[
            _(
                "Die Bilanz folgt dem mittleren Weg der Raten. Die Mitte der gezogenen Zukünfte kann um "
                "einzelne Prozent daneben "
                "liegen, weil Zuwachs nach oben weiter ausschlagen kann als nach unten."
            )
        ],
        steps=ways(sight.place),
    )


def account(sight: Sight, variant: str, first: int, last: int) -> Account:
    """Sum the components of the years after `first` up to `last`."""
    outlook, row = sight.ahead.outlook, sight.ahead.sums[sight.ahead.row(sight.place)]
    path = sight.ahead.path(sight.place, variant)
    begin, end = outlook.years.index(first), outlook.years.index(last)
    flows = outlook.components[:, sight.ahead.variant(variant), begin:end].sum(axis=1, dtype=np.float64) @ row
    by_name = dict(zip(COMPONENTS, flows.tolist(), strict=True))
    whole = {name: round(by_name[name]) for name in ("births", "deaths", "came", "left")}
    inside = round(by_name["moved_in"] - by_name["moved_out"])
    return Account(first, last, round(float(path[begin])), round(float(path[end])), inside=inside, **whole)


def _steps(sight: Sight, found: Account) -> list[tuple[str, float]]:
    told = [
        (_("Geburten"), found.births),
        (_("Sterbefälle"), -found.deaths),
        (_("Zuzüge von außen"), found.came),
        (_("Fortzüge nach außen"), -found.left),
    ]
    if sight.place.kind != "region":
        told.append((_("Umzüge in der Region"), found.inside))
    if found.rest or (sight.place.kind == "region" and found.inside):
        told.append((_("Rundung"), found.rest + (found.inside if sight.place.kind == "region" else 0)))
    return [(name, float(value)) for name, value in told]


def _picture(sight: Sight, found: Account) -> Picture:
    label = _(
        "Was die Zahl der Menschen in %(place)s von %(first)s bis %(last)s verändert. "
        "Die Zahlen stehen in der Tabelle darunter."
    ) % {
        "place": sight.place.name, "first": found.first, "last": found.last,
    }  # fmt: skip
    steps = _steps(sight, found)
    ends = (str(found.first), float(found.start)), (str(found.last), float(found.end))

    def draw(width: int) -> str:
        return waterfall(steps, *ends, label, wording.number, width, signed=wording.signed)

    return drawn(draw, [("up", _("mehr Menschen")), ("down", _("weniger Menschen"))])


def _sentence(sight: Sight, found: Account, variant: str) -> str:
    moves = found.came - found.left + found.inside
    values = {
        "first": found.first, "last": found.last, "place": sight.place.name, "variant": variant,
        "births": _about(found.births), "deaths": _about(found.deaths), "moves": _about(abs(moves)),
    }  # fmt: skip
    if moves >= 0:
        words = _(
            "Von %(first)s bis %(last)s werden in %(place)s %(births)s Kinder geboren, und %(deaths)s "
            "Menschen sterben; durch Umzüge kommen unter dem Strich %(moves)s Menschen hinzu („%(variant)s“)."
        )
    else:
        words = _(
            "Von %(first)s bis %(last)s werden in %(place)s %(births)s Kinder geboren, und %(deaths)s "
            "Menschen sterben; durch Umzüge verliert der Ort unter dem Strich %(moves)s Menschen "
            "(„%(variant)s“)."
        )
    return words % values


def _about(value: int) -> str:
    return wording.about(value, max(abs(value) // 20, 1))


def _sheet(sight: Sight, variant: str, last: int) -> Sheet:
    base, inner = sight.ahead.outlook.years[0], sight.place.kind != "region"
    spans = [(first, min(first + SPAN, last)) for first in range(base, last, SPAN)]
    rows = []
    for first, end in [*spans, (base, last)] if len(spans) > 1 else spans:
        found = account(sight, variant, first, end)
        numbers = [found.births, -found.deaths, found.came, -found.left, *([found.inside] if inner else [])]
        cells = [wording.number(found.start), *(wording.signed(value) for value in numbers), wording.number(found.end)]
        rows.append([f"{first}\u2013{end}", *cells])
    head = [_("Jahre"), _("am Anfang"), _("Geburten"), _("Sterbefälle"), _("Zuzüge von außen"), _("Fortzüge nach außen")]
    head += [_("Umzüge in der Region")] if inner else []
    return Sheet(_("Bilanz von %(place)s") % {"place": sight.place.name}, [*head, _("am Ende")], rows)
