"""How a place changes: the years, and what moved them."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import QueryDict
from django.utils.translation import gettext as _

from allmende.portal import wording
from allmende.portal.drawing import Line, columns, lines
from allmende.portal.evidence import figures
from allmende.portal.evidence.page import address, origin, plus_minus
from allmende.portal.evidence.reader import Reader
from allmende.portal.evidence.stories.between import between_page
from allmende.portal.evidence.stories.partners import partners_page
from allmende.portal.evidence.stories.structure import silent, trend
from allmende.portal.page import Choice, Page, Sheet, drawn, pick
from allmende.portal.places import Place

PARTNERS, MEMBERS = "herkunft", "mitglieder"


def development(reader: Reader, place: Place, query: QueryDict) -> Page:
    """Tell how many people lived in a place, year by year."""
    title = _("Entwicklung")
    series = figures.population(reader, place)
    if series is None:
        return silent(title, place)
    first, last = series.years[0], series.years[-1]
    error = plus_minus(series.table, 2, total=True)
    points = list(zip(series.years, series.values, strict=True))

    def draw(width: int) -> str:
        label = _("Einwohnerzahl von %(place)s, %(first)s bis %(last)s. Die Zahlen stehen in der Tabelle darunter.")
        named = label % {"place": place.name, "first": first, "last": last}
        return lines([Line("", [(year, float(value)) for year, value in points])], named, wording.number, width)

    rows = []
    for i in reversed(range(len(points))):
        year, value = points[i]
        step = wording.signed(value - points[i - 1][1]) if i else "–"
        rows.append([wording.key_day(series.table.note.key_date, year), wording.number(value), step])
    change_head = _("Veränderung zum Vorjahr (±\u00a0%(error)s)") % {"error": error} if error else _("Veränderung zum Vorjahr")
    sentence = _("Am %(date)s lebten in %(place)s %(number)s Menschen.") % {
        "date": wording.key_day(series.table.note.key_date, last), "place": place.name,
        "number": wording.about(series.values[-1], plus_minus(series.table, total=True)),
    }  # fmt: skip
    return Page(
        title=title,
        sentence=f"{sentence} {trend(series.values[-1] - series.values[0], error, first)}" if first != last else sentence,
        picture=drawn(draw, [("first", _("Einwohnerinnen und Einwohner"))]),
        sheet=Sheet(_("Einwohnerzahl, %(place)s") % {"place": place.name}, [_("Stichtag"), _("Personen"), change_head], rows),
        origin=origin(reader, series.table, series.years, 2, total=True),
        notes=[_("Die senkrechte Achse beginnt nicht bei null, damit die Veränderung zu sehen ist.")],
        steps=[
            (address("bewegungen", place), _("Was die Zahl bewegt hat: Geburten, Sterbefälle, Umzüge")),
            (address("altersgruppen", place), _("Welche Altersgruppen wachsen")),
        ],
    )


def movements(reader: Reader, place: Place, query: QueryDict) -> Page:
    """Tell births, deaths and moves with their balances."""
    title = _("Geburten, Sterbefälle, Umzüge")
    found, others = figures.movements(reader, place), figures.partners(reader, place)
    members = figures.exchange(reader) if place.kind == "region" else None
    kinds = _kinds(found, others) + ([(MEMBERS, _("Zwischen den Mitgliedern"))] if members else [])
    if not kinds:
        return silent(title, place)
    kind = pick(query, "bild", [value for value, _words in kinds], kinds[0][0])
    choice = Choice("bild", _("Bild"), kinds, kind)
    if members and kind == MEMBERS:
        return between_page(reader, place, members, choice)
    if found is None or (others and kind == PARTNERS):
        return partners_page(reader, place, others, choice) if others else silent(title, place)
    up, down = (found.arrivals, found.departures) if kind == "umzuege" else (found.births, found.deaths)
    names = (_("Zuzüge"), _("Fortzüge")) if kind == "umzuege" else (_("Geburten"), _("Sterbefälle"))
    named = _("%(title)s je Jahr in %(place)s. Die Zahlen stehen in der Tabelle darunter.") % {
        "title": dict(kinds)[kind], "place": place.name,
    }  # fmt: skip

    def draw(width: int) -> str:
        return columns(found.years, up or (), down or (), named, wording.number, width)

    return Page(
        title=title,
        sentence=_movement_sentence(found, place),
        picture=drawn(draw, [("up", names[0]), ("down", names[1]), ("balance", _("Saldo"))]),
        sheet=_movement_sheet(found, place),
        origin=origin(reader, found.tables[-1], found.years, 4),
        choices=[choice],
        notes=_movement_notes(place),
        steps=[(address("entwicklung", place), _("Die Einwohnerzahl im Zeitverlauf"))],
    )


def _kinds(found: figures.Movements | None, others: figures.Partners | None) -> list[tuple[str, str]]:
    kinds = []
    if found and found.years and found.arrivals is not None:
        kinds.append(("umzuege", _("Zuzüge und Fortzüge")))
    if found and found.years and found.births is not None and found.deaths is not None:
        kinds.append(("natuerlich", _("Geburten und Sterbefälle")))
    return kinds + ([(PARTNERS, _("Herkunft und Ziel"))] if others else [])


def _error(found: figures.Movements, parts: int) -> int:
    return max(plus_minus(table, parts) for table in found.tables)


def _movement_sentence(found: figures.Movements, place: Place) -> str:
    error, year = _error(found, 1), found.years[-1]
    parts = []
    if found.births is not None and found.deaths is not None:
        parts.append(
            _("%(year)s wurden in %(place)s %(births)s Kinder geboren und starben %(deaths)s Menschen.")
            % {
                "year": year,
                "place": place.name,
                "births": wording.about(found.births[-1], error),
                "deaths": wording.about(found.deaths[-1], error),
            }
        )
    if found.arrivals is not None and found.departures is not None:
        balance, both = found.arrivals[-1] - found.departures[-1], _error(found, 2)
        values = {
            "place": place.name, "year": year,
            "arrivals": wording.about(found.arrivals[-1], error), "departures": wording.about(found.departures[-1], error),
            "balance": _with_error(balance, both),
        }  # fmt: skip
        parts.append(_("%(arrivals)s Menschen zogen %(year)s zu, %(departures)s fort: ein Saldo von %(balance)s.") % values)
    return " ".join(wording.sentence(part) for part in parts)


def _movement_sheet(found: figures.Movements, place: Place) -> Sheet:
    head, columns_of = [_("Jahr")], []
    total = [0] * len(found.years)
    parts = 0
    pairs: list[tuple[Sequence[int] | None, Sequence[int] | None, str, str, str]] = [
        (found.births, found.deaths, _("Geburten"), _("Sterbefälle"), _("Saldo der Geburten")),
        (found.arrivals, found.departures, _("Zuzüge"), _("Fortzüge"), _("Saldo der Umzüge")),
    ]
    for plus, minus, plus_name, minus_name, balance_name in pairs:
        if plus is None or minus is None:
            continue
        balance = [a - b for a, b in zip(plus, minus, strict=True)]
        head += [plus_name, minus_name, f"{balance_name} (±\u00a0{_error(found, 2)})"]
        columns_of += [
            [wording.number(v) for v in plus],
            [wording.number(v) for v in minus],
            [wording.signed(v) for v in balance],
        ]
        total = [a + b for a, b in zip(total, balance, strict=True)]
        parts += 2
    if parts > 2:
        head.append(_("Zusammen (±\u00a0%(error)s)") % {"error": _error(found, parts)})
        columns_of.append([wording.signed(v) for v in total])
    rows = [[str(year), *(column[i] for column in columns_of)] for i, year in enumerate(found.years)]
    return Sheet(_("Bewegungen, %(place)s") % {"place": place.name}, head, rows[::-1])


def _with_error(value: int, error: int) -> str:
    return f"{wording.signed(value)} (±\u00a0{error})" if error else wording.signed(value)


def _movement_notes(place: Place) -> list[str]:
    notes = [
        _("Jede der Zahlen ist für sich geschützt; ein Saldo aus zweien oder vieren ist deshalb ungenauer als jede von ihnen.")
    ]
    if place.kind == "region":
        notes.append(_("Zuzüge und Fortzüge der Region enthalten auch die Umzüge zwischen ihren Gemeinden; der Saldo nicht."))
    return notes
