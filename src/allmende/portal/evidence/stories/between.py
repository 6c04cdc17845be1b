"""Who moves from one member of the region to another."""

from __future__ import annotations

from django.utils.translation import gettext as _

from allmende.portal import wording
from allmende.portal.drawing import flow_map
from allmende.portal.evidence import figures
from allmende.portal.evidence.page import address, origin, plus_minus
from allmende.portal.evidence.reader import Reader
from allmende.portal.page import Choice, Page, Picture, Sheet, drawn
from allmende.portal.places import Place

LARGEST = 10
"""So many arrows the map shows; the table has every pair."""


def between_page(reader: Reader, place: Place, found: figures.Exchange, choice: Choice) -> Page:
    """Tell between which members most people moved, over several years together."""
    names = {town.key: town.name for town in reader.shelf.atlas.municipalities}
    span = f"{found.years[0]}–{found.years[1]}"
    return Page(
        title=_("Umzüge zwischen den Mitgliedern"),
        sentence=_sentence(found, names, span),
        picture=_picture(reader, found, names, span),
        sheet=_sheet(found, names, span),
        origin=origin(reader, found.table, [found.years[1]], 2),
        choices=[choice],
        notes=_notes(found, names),
        steps=[(address("entwicklung", place), _("Die Einwohnerzahl im Zeitverlauf"))],
    )


def _sentence(found: figures.Exchange, names: dict[str, str], span: str) -> str:
    ordered = sorted(found.flows, key=lambda flow: -found.flows[flow])
    if not ordered or found.flows[ordered[0]] <= 0:
        return _("%(span)s zog niemand von einem Mitglied der Region zu einem anderen.") % {"span": span}
    (origin_key, to), error = ordered[0], plus_minus(found.table)
    back = found.flows.get((to, origin_key))
    told = {
        "span": span, "all": wording.about(round(sum(found.flows.values())), plus_minus(found.table, len(found.flows))),
        "from": names[origin_key], "to": names[to], "number": wording.about(round(found.flows[ordered[0]]), error),
        "back": "" if back is None else wording.about(round(back), error),
    }  # fmt: skip
    words = _("%(span)s zogen %(all)s Menschen von einem Mitglied der Region zu einem anderen.") % told
    most = (
        _("Der stärkste Strom führt von %(from)s nach %(to)s: %(number)s.")
        if back is None
        else _("Der stärkste Strom führt von %(from)s nach %(to)s: %(number)s; zurück zogen %(back)s.")
    )
    return f"{words} {most % told}"


def _picture(reader: Reader, found: figures.Exchange, names: dict[str, str], span: str) -> Picture:
    outlines = {key: reader.shelf.sketches[key] for key in names}
    centres = {names[key]: _middle(outline) for key, outline in outlines.items()}
    flows = [(names[origin_key], names[to], value) for (origin_key, to), value in found.flows.items()]
    told = {"span": span, "largest": LARGEST}
    label = _(
        "Karte der %(largest)s stärksten Ströme zwischen den Mitgliedern der Region, %(span)s. Alle Zahlen stehen in der "
        "Tabelle darunter."
    )
    legend = [
        ("flow", _("Menschen, die %(span)s umzogen: je breiter der Pfeil, desto mehr (die %(largest)s stärksten)") % told)
    ]
    return drawn(
        lambda width: flow_map(
            list(outlines.values()), centres, flows, label % told, wording.number, width, largest=LARGEST
        ),
        legend,
    )  # fmt: skip


def _middle(outline: object) -> tuple[float, float]:
    point = outline.representative_point()  # type: ignore[attr-defined]  # a shapely polygon
    return float(point.x), float(point.y)


def _sheet(found: figures.Exchange, names: dict[str, str], span: str) -> Sheet:
    pairs = [(one, other) for one in names for other in names if names[one] < names[other]]
    known = [pair for pair in pairs if pair in found.flows]
    known.sort(key=lambda pair: -found.flows[pair] - found.flows[pair[::-1]])
    rows = []
    for one, other in known:
        there, back = found.flows[one, other], found.flows[other, one]
        told = {"one": names[one], "other": names[other]}
        rows.append([
            _("%(one)s und %(other)s") % told, wording.number(round(there)), wording.number(round(back)),
            wording.signed(round(back) - round(there)),
        ])  # fmt: skip
    rows += [
        [f"{names[one]}, {names[other]}", *[_("nicht veröffentlicht")] * 3]
        for one, other in pairs
        if (one, other) in found.unknown
    ]
    balance = _("Saldo des ersten (±\u00a0%(error)s)") % {"error": plus_minus(found.table, 2)}
    head = [_("Mitglieder"), _("vom ersten zum zweiten"), _("vom zweiten zum ersten"), balance]
    return Sheet(_("Umzüge zwischen den Mitgliedern, %(span)s") % {"span": span}, head, rows)


def _notes(found: figures.Exchange, names: dict[str, str]) -> list[str]:
    told = [
        _(
            "Jeder Umzug steht in zwei Registern, als Fortzug dort und als Zuzug hier; gezeigt ist das Mittel beider Zahlen. "
            "Beide sind geschützt: Ströme bis %(error)s Menschen können auch null oder doppelt so groß gewesen sein."
        )
        % {"error": plus_minus(found.table)},
        _("Mehrere Jahre sind zusammengezählt, weil die Zahlen eines Jahres zu klein für diese Einzelheit sind."),
    ]
    if found.silent:
        told.append(
            _(
                "Aus ihrem eigenen Register nicht veröffentlicht, weil zu klein oder nicht geliefert: %(names)s. Ihre Umzüge "
                "sind nur aus den Registern der anderen bekannt, die zwischen ihnen gar nicht."
            )
            % {"names": ", ".join(names[key] for key in found.silent)}
        )
    return told
