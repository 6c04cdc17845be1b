"""Where people came from and where they went."""

from __future__ import annotations

from django.utils.translation import gettext as _

from allmende.portal import wording
from allmende.portal.drawing import grouped_bars
from allmende.portal.evidence import figures
from allmende.portal.evidence.members import member_name
from allmende.portal.evidence.page import origin, plus_minus
from allmende.portal.evidence.reader import Reader
from allmende.portal.page import Choice, Page, Sheet, drawn
from allmende.portal.places import Place

SHOWN = 10
"""So many places the picture shows; the table has them all."""


def partners_page(reader: Reader, place: Place, found: figures.Partners, choice: Choice) -> Page:
    """Tell with which places most people were exchanged, over several years together."""
    names = [member_name(reader, found.dimension, key) for key in found.keys]
    span = f"{found.years[0]}–{found.years[1]}"
    known = [(name, i, o) for name, i, o in zip(names, found.inward, found.outward, strict=True) if o is not None]
    label = _("Zuzüge und Fortzüge nach Herkunft und Ziel, %(place)s. Die Zahlen stehen in der Tabelle darunter.") % {
        "place": place.name,
    }  # fmt: skip

    def draw(width: int) -> str:
        bars = [(name, float(inward)) for name, inward, _outward in known[:SHOWN]]
        return grouped_bars(bars, [float(outward) for *_rest, outward in known[:SHOWN]], label, wording.number, width)

    return Page(
        title=_("Geburten, Sterbefälle, Umzüge"),
        sentence=_sentence(found, names, place, span),
        picture=drawn(draw, [("first", _("Zuzüge von dort %(span)s") % {"span": span}), ("second", _("Fortzüge dorthin"))]),
        sheet=_sheet(found, names, place, span),
        origin=origin(reader, found.table, [found.years[1]], 2),
        choices=[choice],
        notes=[_("Mehrere Jahre sind zusammengezählt, weil die Zahlen eines Jahres zu klein für diese Einzelheit sind.")],
    )


def _sentence(found: figures.Partners, names: list[str], place: Place, span: str) -> str:
    if not names:
        return _("Für %(place)s ist diese Darstellung nicht veröffentlicht.") % {"place": place.name}
    first = max(range(len(names)), key=lambda i: found.inward[i])
    return _("Wer %(span)s nach %(place)s zog, kam am häufigsten aus: %(where)s (%(number)s Menschen).") % {
        "span": span, "where": names[first], "place": place.name,
        "number": wording.about(found.inward[first], plus_minus(found.table)),
    }  # fmt: skip


def _sheet(found: figures.Partners, names: list[str], place: Place, span: str) -> Sheet:
    unknown = _("nicht veröffentlicht")
    rows = [
        [
            name,
            wording.number(inward),
            unknown if outward is None else wording.number(outward),
            "–" if outward is None else wording.signed(inward - outward),
        ]
        for name, inward, outward in zip(names, found.inward, found.outward, strict=True)
    ]
    balance = _("Saldo (±\u00a0%(error)s)") % {"error": plus_minus(found.table, 2)}
    head = [_("Herkunft oder Ziel"), _("Zuzüge"), _("Fortzüge"), balance]
    return Sheet(f"{_('Umzüge nach Herkunft und Ziel')}, {place.name}, {span}", head, rows)
