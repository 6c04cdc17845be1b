"""Words for needs: what is enough, what is short, how sure that is, and which ages and quotas it rests on."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from allmende.needs.findings import LIKELY, UNLIKELY, chance, supported
from allmende.needs.services import ASSUMPTION, Part, Service, Span, is_assumption
from allmende.outlook.needs import DISTRICT, MUNICIPALITY
from allmende.portal import wording
from allmende.portal.outlook.needs_sight import View

STEPS = {
    "Gruppe": {"de": "Gruppen", "en": "groups"},
    "Klasse": {"de": "Klassen", "en": "classes"},
    "halber Sitz": {"de": "halbe Sitze", "en": "half practices"},
}
"""What several of a step are called, by the German word for one: service files name one only."""

SIGNS = {"short": "▲", "open": "◇", "enough": "✓", "spare": "✓", "elsewhere": "–", "nobody": "·"}
"""A sign for each verdict, beside its word."""


def title(service: Service) -> str:
    """Name a service."""
    return service.title[wording.language()]


def subject(view: View) -> str:
    """Name the service and, where there are several, its part."""
    service = view.service
    if len(service.parts) == 1:
        return title(service)
    return _("%(service)s, %(part)s") % {"service": title(service), "part": view.part.title[wording.language()]}


def where(view: View) -> str:
    """Say where: in the region, in a municipality or Ortsteil."""
    return _("in der Region") if view.place.kind == "region" else _("in %(place)s") % {"place": view.place.name}


def key_day(view: View, year: int) -> str:
    """Return the key date of a year."""
    return wording.key_day("{:02}-{:02}".format(*view.service.key_date), year)


def figure(part: Part, value: float) -> str:
    """Write a figure of a part: whole ones, or tenths where steps are smaller than one."""
    return wording.number(value, 1 if part.step < 1 else 0)


def bears(view: View, year: int, value: float) -> str:
    """Write a figure no finer than the interval of the need in that year bears."""
    return figure(view.part, _borne(view, year, value))


def free(view: View, year: int) -> float:
    """Return what stays free in the middle case: what is there less the need as it is written, so that readers can subtract."""
    return max(view.figure("capacity", year) - _borne(view, year, view.quantile(0.5, year)), 0.0)


def _borne(view: View, year: int, value: float) -> float:
    smallest = view.part.step / 5 if view.part.step < 1 else 1.0
    width = view.quantile(0.9, year) - view.quantile(0.1, year)
    return supported(value, width, smallest) if value >= smallest / 2 else 0.0


def likely(probability: float) -> str:
    """Write a probability no finer than draws bear.

    >>> from django.utils.translation import override
    >>> with override("de"):
    ...     likely(0.853), likely(0.99)
    ('rund 85\u202f%', 'mehr als 95\u202f%')
    """
    said, bound = chance(probability)
    written = {"share": wording.percent(said, 0)}
    words = {"about": _("rund %(share)s"), "above": _("mehr als %(share)s"), "below": _("weniger als %(share)s")}
    return words[bound] % written


def amount(view: View, year: int, value: float) -> str:
    """Write how much is needed or missing, in the unit of the service."""
    return _counted(view, bears(view, year, value))


def free_amount(view: View, year: int) -> str:
    """Write how much stays free, in the unit of the service."""
    return _counted(view, figure(view.part, free(view, year)))


def _counted(view: View, number: str) -> str:
    unit = view.unit
    said = _("ein bis zwei %(unit)s") if number == "1" else _("rund %(number)s %(unit)s")
    return said % {"unit": unit, "number": number}


def steps(part: Part, count: float) -> str:
    r"""Write whole groups, classes or half practices; "" if a part has none.

    >>> from allmende.needs.services import Part
    >>> steps(Part("u3", {}, (), 15, {"de": "Gruppe", "en": "group"}), 1)
    '1\xa0Gruppe'
    """
    if part.step_name is None:
        return ""
    return f"{wording.number(count)}{wording.HARD}{step_word(part, count)}"


def step_word(part: Part, count: float = 2) -> str:
    """Return the word for one step or for several."""
    names: Mapping[str, str] = part.step_name or {}
    several = STEPS.get(names.get("de", ""), names)
    return (names if count == 1 else several).get(wording.language(), "")


def verdict(view: View) -> tuple[str, str]:
    """Judge the next ten years of a part in an area: the kind, and a word or two. The reader's threshold says what is short."""
    kind, short = view.finding.kind, view.short_years()
    if kind not in ("elsewhere", "nobody") and short:
        told = {"first": short[0], "last": short[-1]}
        if short[-1] == view.judged[-1]:
            return "short", _("knapp ab %(first)s") % told
        return "short", (_("knapp %(first)s bis %(last)s") if len(short) > 1 else _("knapp %(first)s")) % told
    # a shortage by the usual threshold that the reader's does not call one
    kind = "open" if kind == "short" else kind
    words = {
        "open": _("offen"), "enough": _("reicht"), "spare": _("reicht, frei"), "elsewhere": _("kein Angebot"),
        "nobody": _("kein Bedarf"),
    }  # fmt: skip
    return kind, words[kind]


def marked(view: View) -> str:
    """Return the verdict with its sign before it."""
    kind, words = verdict(view)
    return f"{SIGNS[kind]}{wording.HARD}{words}"


def ages(span: Span) -> str:
    """Write the ages and the sex of people who count."""
    if (span.low, span.high) == (0, 100):
        words = _("alle Altersgruppen")
    elif span.low == span.high:
        words = _("%(age)s Jahre") % {"age": span.low} if span.low > 1 else _("1 Jahr") if span.low else _("unter 1 Jahr")
    else:
        words = wording.band(f"{span.low}+" if span.high == 100 else f"{span.low}-{span.high}")
    sexes = {"f": _("%(ages)s, Frauen"), "m": _("%(ages)s, Männer")}
    return sexes[span.sex] % {"ages": words} if span.sex in sexes else words


def source(words: Mapping[str, str]) -> tuple[str, bool]:
    """Return a source without the mark of an assumption, and whether it is one."""
    language = wording.language()
    return words[language].removeprefix(ASSUMPTION[language]).lstrip(": "), is_assumption(words)


def judged(probability: float, offered: float) -> str:
    """Return the colour of an area on a map, and hatch what is open."""
    if offered == 0:
        return "none"
    limits = (UNLIKELY, 0.25, LIKELY, 0.75)
    class_ = f"c{sum(probability > limit for limit in limits)}"
    return f"{class_} open" if UNLIKELY < probability <= LIKELY else class_


def page_of(view: View, name: str = "bedarf_dienst", *, year: int | None = None) -> str:
    """Return the address of a page with its whole state."""
    state = {"gebiet": view.place.key, "teil": view.part.id, "schwelle": str(round(100 * view.threshold))}
    if year or view.year:
        state["jahr"] = str(year or view.year)
    if view.level != (DISTRICT if view.geography == DISTRICT else MUNICIPALITY):
        state["ebene"] = view.level
    return f"{reverse(name, args=[view.service.id])}?{urlencode(state)}"
