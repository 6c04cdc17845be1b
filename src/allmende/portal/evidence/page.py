"""Where the figures of a data page come from, how far they may be off, and the addresses of data pages."""

from __future__ import annotations

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from allmende.cubes.released import TableNote
from allmende.portal import wording
from allmende.portal.evidence.reader import Reader
from allmende.portal.page import Fact
from allmende.portal.places import Place
from allmende.portal.public import Table


def origin(reader: Reader, table: Table, years: Sequence[int], parts: int = 1, *, total: bool = False) -> tuple[Fact, ...]:
    """Say where the figures of a page come from; `parts` is how many protected figures one of them is made of."""
    note, publication, language = table.note, reader.shelf.publication, wording.language()
    return (
        Fact(_("Quelle"), note.source),
        Fact(_("Gezählt"), _counted(note)),
        _when(note, years),
        Fact(_("Gebietsstand"), wording.day(publication.region.territory_date)),
        Fact(_("Schutz"), publication.method[language]),
        Fact(_("Unsicherheit"), _uncertainty(table, parts, total=total)),
        Fact(_("Tabelle"), table.entry.title[language], reverse("tabelle", args=[note.table])),
        Fact(_("Veröffentlichung"), publication.id, reverse("veroeffentlichung", args=[publication.id])),
        Fact(_("Mehr dazu"), _("Wie die Zahlen geschützt sind"), reverse("methode")),
    )


def plus_minus(table: Table, parts: int = 1, *, total: bool = False) -> int:
    """Return the ± of a figure made of `parts` figures of a table; `total` says that these are totals of an area."""
    return wording.uncertainty(table.entry.accuracy, parts * table.parts, exact=table.note.exact and total)


def _when(note: TableNote, years: Sequence[int]) -> Fact:
    """Return the key dates of a stock, or the calendar years of events."""
    stock = note.cube == "stock"
    first, last = (
        wording.key_day(note.key_date, year) if stock else str(year) for year in (years[0] - note.pooled + 1, years[-1])
    )
    words = last if first == last else _("%(first)s bis %(last)s") % {"first": first, "last": last}
    if stock and note.age_date != note.key_date:
        words += ". " + _("Alter am %(day)s desselben Jahres.") % {"day": wording.day_of_year(note.age_date)}
    return Fact(_("Stichtag") if stock else _("Zeitraum"), words)


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
