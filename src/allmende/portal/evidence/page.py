"""What every data page is made of: an answer, a picture, the same as a table, where it comes from, what to do next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from allmende.cubes.released import TableNote
from allmende.portal import wording
from allmende.portal.drawing.svg import NARROW, WIDE
from allmende.portal.evidence.reader import Reader
from allmende.portal.places import Place
from allmende.portal.public import Table


@dataclass(frozen=True, slots=True)
class Choice:
    """A select field of the page's GET form: options as (value, words)."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    chosen: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart drawn for wide and for narrow screens (equal if it has no words), and its legend as (class, words)."""

    wide: SafeString
    narrow: SafeString | None
    legend: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """The same as a table: the first column names the row, the others are written numbers."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Origin:
    """The answer to "Woher?"."""

    source: str
    counted: str
    when: tuple[str, str]
    territory: str
    protection: str
    uncertainty: str
    table: str
    title: str
    release: str


@dataclass(frozen=True, slots=True)
class Page:
    """One thought about one place."""

    title: str
    sentence: str
    picture: Picture | None = None
    sheet: Sheet | None = None
    origin: Origin | None = None
    choices: Sequence[Choice] = ()
    notes: Sequence[str] = ()
    steps: Sequence[tuple[str, str]] = ()
    map_source: str = ""
    map_borders: str = ""


def drawn(draw: Callable[[int], str], legend: Sequence[tuple[str, str]] = ()) -> Picture:
    """Draw a chart for both screens."""
    # charts are built from numbers and escaped words only
    return Picture(mark_safe(draw(WIDE)), mark_safe(draw(NARROW)), legend)  # noqa: S308


def pick(query: QueryDict, name: str, options: Sequence[str], default: str) -> str:
    """Return what the address chose, or the default if it chose nothing that is offered."""
    chosen = query.get(name, default)
    return chosen if chosen in options else default


def years_choice(name: str, label: str, years: Sequence[int], chosen: int) -> Choice:
    """Offer years, the newest first."""
    return Choice(name, label, [(str(year), str(year)) for year in reversed(years)], str(chosen))


def origin(reader: Reader, table: Table, years: Sequence[int], parts: int = 1, *, total: bool = False) -> Origin:
    """Say where the figures of a page come from; `parts` is how many protected figures one of them is made of."""
    note, publication = table.note, reader.shelf.publication
    return Origin(
        source=note.source,
        counted=_counted(note),
        when=_when(note, years),
        territory=wording.day(publication.region.territory_date),
        protection=publication.method[wording.language()],
        uncertainty=_uncertainty(table, parts, total=total),
        table=note.table,
        title=table.entry.title[wording.language()],
        release=publication.id,
    )


def plus_minus(table: Table, parts: int = 1, *, total: bool = False) -> int:
    """Return the ± of a figure made of `parts` figures of a table; `total` says that these are totals of an area."""
    return wording.uncertainty(table.entry.accuracy, parts * table.parts, exact=table.note.exact and total)


def _when(note: TableNote, years: Sequence[int]) -> tuple[str, str]:
    """Return what the date is called and the date: a key date of a stock, calendar years of events."""
    stock = note.cube == "stock"
    first, last = (
        wording.key_day(note.key_date, year) if stock else str(year) for year in (years[0] - note.pooled + 1, years[-1])
    )
    words = last if first == last else _("%(first)s bis %(last)s") % {"first": first, "last": last}
    if stock and note.age_date != note.key_date:
        words += ". " + _("Alter am %(day)s desselben Jahres.") % {"day": wording.day_of_year(note.age_date)}
    return (_("Stichtag") if stock else _("Zeitraum")), words


def _counted(note: TableNote) -> str:
    if note.cube != "stock":
        return _("Ereignisse des Kalenderjahres, wie sie im Melderegister stehen")
    return {
        "main": _("Bevölkerung: Personen mit alleiniger Wohnung oder Hauptwohnung"),
        "secondary": _("Personen mit Nebenwohnung; sie zählen andernorts zur Bevölkerung"),
        "all": _("Gemeldete Personen, mit Haupt- oder Nebenwohnung"),
    }[note.residence]


def _uncertainty(table: Table, parts: int, *, total: bool) -> str:
    if table.note.exact and total:
        return _("Keine: Die Einwohnerzahl von Gemeinden und Region erscheint, wie sie gezählt wurde.")
    words = _("Eine Zahl liegt in etwa 95 von 100 Fällen höchstens %(one)s neben der gezählten.") % {"one": plus_minus(table)}
    if table.parts > 1:
        words += " " + _("Sie ist aus bis zu %(parts)s veröffentlichten Zahlen zusammengezählt.") % {"parts": table.parts}
    if parts > 1:
        words += " " + _("Ein Saldo oder Unterschied aus %(parts)s solchen Zahlen: ±\u00a0%(all)s.") % {
            "parts": parts,
            "all": plus_minus(table, parts),
        }
    return words


def address(view: str, place: Place) -> str:
    """Return the address of a view of a place."""
    return reverse(view, args=[place.key])
