"""What levers do to services: the need of each beside its capacity, and how probable a shortage becomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from allmende.needs.balance import LEVELS
from allmende.needs.findings import chance, supported
from allmende.needs.services import Part, Service
from allmende.outlook.moved_needs import DIFFERENCE, MovedNeeds
from allmende.portal import wording
from allmende.portal.outlook.answering import Answer
from allmende.portal.outlook.needs_sight import NEAR
from allmende.portal.outlook.needs_words import figure, likely, title
from allmende.portal.page import Sheet
from allmende.portal.places import Place

MIDDLE, LOW, HIGH = LEVELS.index(0.5), LEVELS.index(0.1), LEVELS.index(0.9)
NOTABLE = 0.05
"""A change of probability from which it is worth a sentence: what is written is rounded to so much."""


@dataclass(frozen=True, slots=True)
class Line:
    """A part of a service under levers, in one year."""

    service: Service
    at: int
    moved: MovedNeeds
    row: int

    @property
    def part(self) -> Part:
        """The part of the service."""
        return self.service.told()[self.at]

    @property
    def change(self) -> float:
        """How much more probable a shortage becomes, as it is written."""
        before, now = (chance(float(values[self.row, self.at]))[0] for values in (self.moved.short_before, self.moved.short))
        return now - before

    @property
    def name(self) -> str:
        """The service and, where there are several, its part."""
        if len(self.service.parts) == 1:
            return title(self.service)
        return _("%(service)s, %(part)s") % {"service": title(self.service), "part": self.part.title[wording.language()]}

    def written(self, value: float) -> str:
        """Write a figure no finer than the interval of the need bears."""
        width = float(self.moved.need[HIGH, self.row, self.at] - self.moved.need[LOW, self.row, self.at])
        smallest = self.part.step / 5 if self.part.step < 1 else 1.0
        return figure(self.part, supported(value, width, smallest) if value >= smallest / 2 else 0.0)


@dataclass(frozen=True, slots=True)
class MovedSheet:
    """What levers change for services: a sentence on the largest change, and a table."""

    sentence: str
    sheet: Sheet


def moved_sheet(answered: Answer, place: Place, year: int) -> MovedSheet | None:
    """Tell what levers change in the need of a place; None where nothing is planned for it.

    Beyond the years that needs are shown for, the last of them is told.
    """
    found = answered.needs(place)
    if not found:
        return None
    years = found[0][1].years[:NEAR]
    told = min(max(year, years[0]), years[-1])
    lines = [Line(needs.service, at, moved, moved.years.index(told)) for needs, moved in found for at in _shown(needs.service)]
    return MovedSheet(_sentence(lines, place, told), _sheet(lines, place, told))


def _shown(service: Service) -> Sequence[int]:
    """Return the parts to show: all of them, of a school those who start it and all classes."""
    several = range(len(service.told()))
    return (several[0], several[-1]) if service.whole() else several


def _sentence(lines: list[Line], place: Place, year: int) -> str:
    """Say which shortage becomes most more, or less, probable; nothing where none does."""
    most = max(lines, key=lambda line: abs(line.change))
    if abs(most.change) < NOTABLE:
        return ""
    if most.change > 0:
        words = _("%(service)s in %(place)s: %(year)s reicht das Angebot seltener. Es fehlt mit %(now)s statt mit %(before)s.")
    else:
        words = _("%(service)s in %(place)s: %(year)s reicht das Angebot öfter. Es fehlt mit %(now)s statt mit %(before)s.")
    values: dict[str, str | int] = {"service": most.name, "place": place.name, "year": year, **_chances(most)}
    return words % values


def _chances(line: Line) -> dict[str, str]:
    now, before = (likely(float(values[line.row, line.at])) for values in (line.moved.short, line.moved.short_before))
    return {"now": now, "before": before}


def _sheet(lines: list[Line], place: Place, year: int) -> Sheet:
    rows = []
    for line in lines:
        at, chances = (line.row, line.at), _chances(line)
        rows.append([
            _named(line), line.written(float(line.moved.before[MIDDLE, *at])), _moved_need(line),
            figure(line.part, float(line.moved.capacity[at])), chances["before"], chances["now"],
        ])  # fmt: skip
    before, now = (
        _("fehlt mit Wahrschein\u00adlichkeit (mittlere Variante)"),
        _("fehlt mit Wahrschein\u00adlichkeit (diese Hebel)"),
    )
    head = [_("Dienst"), _("Bedarf, mittlere Variante"), _("Bedarf mit diesen Hebeln"), _("Angebot"), before, now]
    return Sheet(
        _("Bedarf und Angebot in %(place)s %(year)s") % {"place": place.name, "year": year},
        head,
        rows,
        _("Was die Dienste brauchen"),
    )


def _named(line: Line) -> str:
    unit = line.part.unit or line.service.unit
    return _("%(service)s (%(unit)s)") % {"service": line.name, "unit": unit[wording.language()]}


def _moved_need(line: Line) -> str:
    """Write the need with the levers, and by how much they moved it."""
    more = float(line.moved.more[DIFFERENCE.index(0.5), line.row, line.at])
    told = wording.signed(more, 1 if line.part.step < 1 else 0)
    return f"{line.written(float(line.moved.need[MIDDLE, line.row, line.at]))}{wording.HARD}({told})"
