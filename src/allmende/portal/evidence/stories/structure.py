"""Who lives in a place: the pyramid, age groups, nationality."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from allmende.portal import wording
from allmende.portal.drawing import Line, Sides, grouped_bars, lines, pyramid
from allmende.portal.evidence import figures
from allmende.portal.evidence.page import address, origin, plus_minus
from allmende.portal.evidence.reader import Reader, share
from allmende.portal.page import Choice, Page, Sheet, drawn, pick, years_choice
from allmende.portal.places import Place

AGE_CLASSES = {
    "broad": gettext_noop("Lebensphasen"),
    "five": gettext_noop("Fünfjahresgruppen"),
    "ten": gettext_noop("Zehnjahresgruppen"),
    "kita": gettext_noop("Kita zum 1. Oktober"),
    "three": gettext_noop("Drei Gruppen"),
}
"""Names of the classifications of age, translated where they are shown."""


def age_structure(reader: Reader, place: Place, query: QueryDict) -> Page:
    """Tell how old the people of a place are, against another date or a larger place."""
    title = _("Altersaufbau")
    years = figures.age_years(reader, place)
    if not years:
        return silent(title, place)
    year = int(pick(query, "jahr", [str(y) for y in years], str(years[-1])))
    around = reader.shelf.atlas.way(place, wording.language())
    options = [("", _("ohne Vergleich")), *((str(y), str(y)) for y in reversed(years) if y != year)]
    options += [(other.key, other.name) for other in reversed(around) if year in figures.age_years(reader, other)]
    default = str(years[0]) if years[0] != year else ""
    other_key = pick(query, "umriss", [value for value, _words in options], default)
    main = figures.pyramid(reader, place, year)
    other, other_name = _other(reader, place, year, other_key, dict(options).get(other_key, ""))
    if main is None:
        return silent(title, place)
    in_shares = other is not None and other_key not in [str(y) for y in years]
    own, outline = _sides(main, in_shares), _sides(other, in_shares) if other else None
    heads = (_("Männer"), _("Frauen")) if not in_shares else (_("Männer, % aller"), _("Frauen, % aller"))

    def draw(width: int) -> str:
        return pyramid(
            main.bands,
            own,
            outline,
            heads,
            _label(title, place, year),
            lambda v: wording.number(v, 1 if in_shares else 0),
            width,
        )

    legend = [("left", _("Männer %(year)s") % {"year": year}), ("right", _("Frauen %(year)s") % {"year": year})]
    legend += [("outline", other_name)] if other else []
    return Page(
        title=title,
        sentence=_age_sentence(main, place, year),
        picture=drawn(draw, legend),
        sheet=_pyramid_sheet(main, other, place, year, other_name),
        origin=origin(reader, main.table, [year]),
        choices=[years_choice("jahr", _("Jahr"), years, year), Choice("umriss", _("Umriss zum Vergleich"), options, other_key)],
        notes=[_("Wer „divers“ oder ohne Angabe eingetragen ist, zählt in der Gesamtzahl, aber auf keiner der beiden Seiten.")],
        steps=[
            (address("altersgruppen", place), _("Altersgruppen im Zeitverlauf")),
            (address("karte", place), _("Wo wohnen Jüngere, wo Ältere? Zur Karte")),
        ],
    )


def age_groups(reader: Reader, place: Place, query: QueryDict) -> Page:
    """Tell how many people are in each age group, and how that changed."""
    title = _("Altersgruppen")
    offered = figures.age_classes(reader, place)
    if not offered:
        return silent(title, place)
    name = pick(query, "gruppen", offered, offered[0])
    found = figures.ages(reader, place, name)
    if found is None:
        return silent(title, place)
    year = int(pick(query, "jahr", [str(y) for y in found.years], str(found.years[-1])))
    first = found.years[0]
    rows = [(wording.band(member), float(value)) for member, value in zip(found.members, found.values[year], strict=True)]
    # beside all people from 14 on the children would vanish; the table has them
    rows = rows[:-1] if name == "kita" else rows
    before = [float(value) for value in found.values[first][: len(rows)]] if first != year else None

    def draw(width: int) -> str:
        return grouped_bars(rows, before, _label(title, place, year), wording.number, width)

    legend = [("first", str(year)), *([("second", str(first))] if before else [])]
    return Page(
        title=title,
        sentence=_kita_sentence(found, place, year) if name == "kita" else _group_sentence(found, place, year),
        picture=drawn(draw, legend),
        sheet=_breakdown_sheet(found, [wording.band(member) for member in found.members], place, title),
        origin=origin(reader, found.table, found.years, 2),
        choices=[
            Choice("gruppen", _("Gruppen"), [(key, str(_(AGE_CLASSES[key]))) for key in offered], name),
            years_choice("jahr", _("Jahr"), found.years, year),
        ],
        steps=[
            (address("altersaufbau", place), _("Der ganze Altersaufbau")),
            (address("bewegungen", place), _("Woher die Veränderung kommt")),
        ],
    )


def nationality(reader: Reader, place: Place, query: QueryDict) -> Page:
    """Tell how many people have only a foreign nationality."""
    title = _("Staatsangehörigkeit")
    found = figures.nationality(reader, place)
    if found is None:
        return silent(title, place)
    german, other = _("deutsch"), _("nur ausländisch")
    year = found.years[-1]
    shares = [(y, 100 * share(found.values[y][1], found.totals[y])) for y in found.years]

    def draw(width: int) -> str:
        line = Line("", shares)
        return lines([line], _label(title, place, year), lambda v: wording.number(v, 1) + " %", width, zero=True)

    values = {
        "place": place.name,
        "date": wording.key_day(found.table.note.key_date, year),
        "number": wording.about(found.values[year][1], plus_minus(found.table)),
        "share": wording.percent(shares[-1][1] / 100),
    }
    words = _("Am %(date)s hatten in %(place)s %(number)s Menschen nur eine ausländische Staatsangehörigkeit: %(share)s aller.")
    return Page(
        title=title,
        sentence=words % values,
        picture=drawn(draw, [("first", _("Anteil mit nur ausländischer Staatsangehörigkeit"))]),
        sheet=_breakdown_sheet(found, [german, other], place, title),
        origin=origin(reader, found.table, found.years),
        notes=[_("Wer die deutsche Staatsangehörigkeit hat, zählt als deutsch, auch mit einer weiteren.")],
        steps=[(address("karte", place) + "?mass=ausland", _("Auf der Karte ansehen"))],
    )


def silent(title: str, place: Place) -> Page:
    """Say that a place is not published in this detail, and why."""
    return Page(
        title=title,
        sentence=_("Für %(place)s ist diese Darstellung nicht veröffentlicht.") % {"place": place.name},
        notes=[
            _(
                "In kleinen Gebieten wären einzelne Menschen erkennbar; deshalb erscheinen dort weniger Einzelheiten. "
                "Das nächstgrößere Gebiet hat die Zahlen."
            )
        ],
    )


def trend(change: int, error: int, first: int) -> str:
    """Write a change with sign, a word and its ±, or that nothing can be said."""
    if abs(change) <= error:
        return _("Gegenüber %(year)s ist keine sichere Veränderung erkennbar.") % {"year": first}
    words = _("Das sind %(change)s mehr als %(year)s.") if change > 0 else _("Das sind %(change)s weniger als %(year)s.")
    return words % {"change": wording.about(abs(change), error), "year": first}


def _other(
    reader: Reader, place: Place, year: int, chosen: str, name: str
) -> tuple[figures.Pyramid | None, str]:  # fmt: skip
    if not chosen:
        return None, ""
    if len(chosen) == 4 and chosen.isdigit():
        return figures.pyramid(reader, place, int(chosen)), chosen
    return figures.pyramid(reader, reader.shelf.atlas.place(chosen, wording.language()), year), name


def _sides(found: figures.Pyramid, in_shares: bool) -> Sides:
    whole = 0.01 * max(found.total, 1) if in_shares else 1
    return Sides([value / whole for value in found.men], [value / whole for value in found.women])


def _group_sentence(found: figures.Breakdown, place: Place, year: int) -> str:
    first = found.years[0]
    told = _("In der Gruppe „%(group)s“ sind es in %(place)s %(number)s Menschen (%(date)s).") % {
        "group": wording.band(found.members[0]), "place": place.name,
        "number": wording.about(found.values[year][0], plus_minus(found.table)),
        "date": wording.key_day(found.table.note.key_date, year),
    }  # fmt: skip
    change = found.values[year][0] - found.values[first][0]
    return told if first == year else f"{told} {trend(change, plus_minus(found.table, 2), first)}"


def _kita_sentence(found: figures.Breakdown, place: Place, year: int) -> str:
    by_band = dict(zip(found.members, found.values[year], strict=True))
    note = found.table.note
    values = {
        "date": wording.key_day(note.key_date, year), "day": wording.day_of_year(note.age_date), "place": place.name,
        "toddlers": wording.about(by_band["0"] + by_band["1-2"], plus_minus(found.table, 2)),
        "children": wording.about(by_band["3-5"], plus_minus(found.table)),
    }  # fmt: skip
    words = _("Am %(date)s lebten in %(place)s %(toddlers)s Kinder unter 3 Jahren und %(children)s von 3 bis 5 Jahren.")
    return f"{words % values} {_('Es zählt das Alter am %(day)s.') % values}"


def _age_sentence(found: figures.Pyramid, place: Place, year: int) -> str:
    both = [men + women for men, women in zip(found.men, found.women, strict=True)]
    values = {
        "place": place.name,
        "date": wording.key_day(found.table.note.key_date, year),
        "number": wording.about(found.total, plus_minus(found.table, total=True)),
        "young": wording.percent(share(sum(both[:4]), sum(both)), 0),
        "old": wording.percent(share(sum(both[13:]), sum(both)), 0),
    }
    words = _("Von %(number)s Menschen in %(place)s waren am %(date)s %(young)s unter 20 Jahre alt und %(old)s 65 oder älter.")
    return words % values


def _pyramid_sheet(
    main: figures.Pyramid, other: figures.Pyramid | None, place: Place, year: int, other_name: str
) -> Sheet:  # fmt: skip
    head = [_("Alter"), _("Männer %(year)s") % {"year": year}, _("Frauen %(year)s") % {"year": year}]
    rows: list[list[str]] = []
    if other:
        head += [_("Männer, %(other)s") % {"other": other_name}, _("Frauen, %(other)s") % {"other": other_name}]
    for i in reversed(range(len(main.bands))):
        row = [wording.band(main.bands[i]), wording.number(main.men[i]), wording.number(main.women[i])]
        rows.append(row + ([wording.number(other.men[i]), wording.number(other.women[i])] if other else []))
    return Sheet(_("Personen nach Alter und Geschlecht, %(place)s") % {"place": place.name}, head, rows)


def _breakdown_sheet(found: figures.Breakdown, names: Sequence[str], place: Place, title: str) -> Sheet:
    head = [_("Jahr"), *names, _("Insgesamt")]
    rows = [
        [str(year), *(wording.number(value) for value in found.values[year]), wording.number(found.totals[year])]
        for year in reversed(found.years)
    ]
    return Sheet(f"{title}, {place.name}", head, rows)


def _label(title: str, place: Place, year: int) -> str:
    return _("%(title)s von %(place)s, %(year)s. Die Zahlen stehen in der Tabelle darunter.") % {
        "title": title, "place": place.name, "year": year,
    }  # fmt: skip
