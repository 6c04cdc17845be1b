"""What the model would have said in earlier years, and what came."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from allmende.portal import wording
from allmende.portal.drawing import fan
from allmende.portal.outlook.hindsight import Said, said_before
from allmende.portal.outlook.sight import Sight
from allmende.portal.outlook.words import band_words, origin, rounded, step_of
from allmende.portal.page import Choice, Page, Picture, Sheet, drawn, pick


def hindsight(sight: Sight, query: QueryDict) -> Page:
    """Tell what would have been said in a year that is past, and set beside it what was counted since."""
    band, before = sight.band(query), said_before(sight.ahead, sight.place, sight.band(query).chosen)
    if not before:
        return _silent(sight)
    years = [str(said.origin) for said in before]
    start = Choice("ab", _("Gerechnet wie im Jahr"), [(year, year) for year in years], pick(query, "ab", years, years[0]))
    chosen = before[years.index(start.chosen)]
    return Page(
        title=_("Rückschau"),
        sentence=_sentence(sight, chosen, band.chosen, before),
        picture=_picture(sight, chosen, band.chosen, before),
        sheet=_sheet(sight, band.chosen, before),
        origin=origin(sight.ahead.outlook),
        choices=[band, start],
        notes=[
            _(
                "Diese Vorausschauen hat niemand veröffentlicht. Das Modell von heute hat sie nachträglich gerechnet, mit "
                "nichts als den Zahlen bis zu dem jeweiligen Jahr; nur das Verfahren selbst stammt von heute."
            ),
            _("Ihre Bereiche sind so breit, wie die Fehler der anderen Startjahre es lehren."),
        ],
        steps=[(reverse("treffsicherheit"), _("Treffsicherheit in der ganzen Region, auch der einfachen Modelle"))],
    )


def _silent(sight: Sight) -> Page:
    sentence = _(
        "Für eine Rückschau reichen die veröffentlichten Jahre noch nicht: Es braucht drei Jahre davor und eines danach."
    )
    return Page(_("Rückschau"), sentence, origin=origin(sight.ahead.outlook))


def _sentence(sight: Sight, said: Said, band: str, before: Sequence[Said]) -> str:
    step = step_of(said.low[-1], said.high[-1])
    told = {
        "origin": said.origin, "year": said.years[-1], "place": sight.place.name, "band": band_words(band),
        "number": rounded(said.middle[-1], step), "low": rounded(said.low[-1], step), "high": rounded(said.high[-1], step),
        "came": wording.number(round(said.came[-1])),
        "all": sum(len(each.years) for each in before),
        "held": sum(each.held(at) for each in before for at in range(len(each.years))),
    }  # fmt: skip
    words = [
        _(
            "%(origin)s hätte das Modell für %(year)s in %(place)s rund %(number)s Menschen erwartet (%(band)s), mit 80 %% "
            "Wahrscheinlichkeit zwischen %(low)s und %(high)s."
        )
        % told
    ]
    if said.held(len(said.years) - 1):
        words.append(_("Gezählt wurden %(came)s: im Bereich.") % told)
    elif said.came[-1] > said.high[-1]:
        words.append(_("Gezählt wurden %(came)s: mehr, als der Bereich zuließ.") % told)
    else:
        words.append(_("Gezählt wurden %(came)s: weniger, als der Bereich zuließ.") % told)
    words.append(_("Von %(all)s solchen Angaben lagen %(held)s im Bereich.") % told)
    return " ".join(words)


def _picture(sight: Sight, said: Said, band: str, before: Sequence[Said]) -> Picture:
    label = _(
        "%(band)s in %(place)s: gezählt, und was das Modell in früheren Jahren gesagt hätte. Die Zahlen stehen in der Tabelle "
        "darunter."
    ) % {"band": wording.sentence(band_words(band)), "place": sight.place.name}
    past = sight.ahead.fan(sight.place, band).past
    ends = {0.1: said.low, 0.5: said.middle, 0.9: said.high}
    quantiles = {level: [said.counted, *values] for level, values in ends.items()}
    others = [each.line for each in before if each is not said]

    def end(value: float) -> str:
        return rounded(value, step_of(said.low[-1], said.high[-1]))

    def draw(width: int) -> str:
        years = [said.origin, *said.years]
        return fan(years, past, quantiles, label, wording.number, width, write_ends=end, forecasts=others)

    legend = [
        ("past", _("gezählt")),
        ("median", _("hätte das Modell %(year)s gesagt (nie veröffentlicht)") % {"year": said.origin}),
        ("band80", _("80 % wahrscheinlich")),
    ]
    return drawn(draw, [*legend, *([("forecast", _("ebenso in anderen Jahren"))] if others else [])])


def _sheet(sight: Sight, band: str, before: Sequence[Said]) -> Sheet:
    rows = []
    for said in before:
        for at, year in enumerate(said.years):
            step = step_of(said.low[at], said.high[at])
            numbers = [rounded(value, step) for value in (said.middle[at], said.low[at], said.high[at])]
            came = round(said.came[at])
            gap = wording.signed(came - round(said.middle[at] / step) * step)
            name = _("%(origin)s für %(year)s") % {"origin": said.origin, "year": year}
            rows.append([name, *numbers, wording.number(came), gap, _("ja") if said.held(at) else _("nein")])
    head = [
        _("gerechnet wie im Jahr"),
        _("hätte gesagt"),
        _("80 % von"),
        _("80 % bis"),
        _("gezählt"),
        _("gezählt weniger gesagt"),
        _("im Bereich"),
    ]
    caption = _("%(place)s, %(band)s: was das Modell gesagt hätte, und was kam") % {
        "place": sight.place.name, "band": band_words(band),
    }  # fmt: skip
    return Sheet(caption, head, rows)
