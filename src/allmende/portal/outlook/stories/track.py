"""How good the look ahead would have been: trials on the region's own past, and how often its intervals held."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isnan

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from allmende.outlook.folder import Held, Trial
from allmende.portal import wording
from allmende.portal.drawing import Line, grouped_bars, lines
from allmende.portal.outlook.ahead import Ahead
from allmende.portal.outlook.words import origin
from allmende.portal.page import Choice, Page, Sheet, drawn, pick

MODELS = {
    "projection": gettext_noop("Diese Vorausschau"),
    "ensemble": gettext_noop("gewichtetes Mittel aller"),
    "hamilton_perry": gettext_noop("Jahrgänge (Hamilton-Perry)"),
    "share_of_growth": gettext_noop("Anteil am Wachstum"),
    "constant_share": gettext_noop("gleicher Anteil"),
    "linear": gettext_noop("Trend der letzten Jahre"),
    "constant": gettext_noop("alles bleibt gleich"),
}
"""Names of the models, translated where they are shown."""
GEOGRAPHIES = {"district": gettext_noop("Ortsteile"), "municipality": gettext_noop("Gemeinden")}
PROMISED = 0.8


@dataclass(frozen=True, slots=True)
class TrackPage:
    """The page, and the errors of the models as a second picture and table beside it."""

    page: Page
    errors: Page
    weights: Sheet


def track(found: Ahead, query: QueryDict) -> TrackPage:
    """Tell how often the intervals held, and how far off each model was."""
    record = found.outlook.track
    geographies = [name for name in GEOGRAPHIES if any(trial.geography == name for trial in record.trials)]
    if not geographies:
        return _silent(found)
    geography = pick(query, "ebene", geographies, geographies[0])
    horizons = sorted({trial.horizon for trial in record.trials if trial.geography == geography})
    horizon = int(pick(query, "jahre", [str(one) for one in horizons], str(horizons[-1])))
    held = [one for one in record.held if one.geography == geography]
    trials = [one for one in record.trials if one.geography == geography]
    choices = [
        Choice("ebene", _("Ebene"), [(name, str(_(GEOGRAPHIES[name]))) for name in geographies], geography),
        Choice("jahre", _("Jahre voraus"), [(str(one), str(one)) for one in horizons], str(horizon)),
    ]
    page = Page(
        title=_("Treffsicherheit"),
        sentence=_sentence(held, geography, horizon),
        picture=drawn(
            lambda width: _held_lines(held, geography, width),
            [("median", _("geeicht: so steht es auf den Seiten")), ("outline", _("wie gezogen, ohne Eichung"))],
        ),
        sheet=_held_sheet(held, geography),
        origin=origin(found.outlook),
        choices=choices,
        notes=_notes(found),
    )
    return TrackPage(page, _errors(trials, geography, horizon), _weights(record.weights))


def _silent(found: Ahead) -> TrackPage:
    sentence = _(
        "Für eine Rückschau reichen die veröffentlichten Jahre noch nicht: Es braucht drei Jahre davor und eines danach."
    )
    page = Page(_("Treffsicherheit"), sentence, origin=origin(found.outlook))
    return TrackPage(page, Page("", ""), Sheet("", [], []))


def _sentence(held: list[Held], geography: str, horizon: int) -> str:
    one = next((one for one in held if one.horizon == horizon and one.level == PROMISED), None)
    if one is None:
        return ""
    values = {"held": wording.number(one.calibrated), "horizon": horizon, "cases": wording.number(one.areas)}
    if geography == "district":
        words = _(
            "Von 100 Ortsteilen lagen nach %(horizon)s Jahren %(held)s im 80-%%-Bereich; versprochen waren "
            "80 (%(cases)s Vergleiche)."
        )
    else:
        words = _(
            "Von 100 Gemeinden lagen nach %(horizon)s Jahren %(held)s im 80-%%-Bereich; versprochen waren 80 "
            "(%(cases)s Vergleiche)."
        )
    return words % values


def _held_lines(held: list[Held], geography: str, width: int) -> str:
    label = _(
        "Wie oft der 80-%%-Bereich hielt, in Prozent, nach Jahren voraus (%(level)s). Die Zahlen stehen "
        "in der Tabelle darunter."
    ) % {
        "level": _(GEOGRAPHIES[geography]),
    }
    chosen = [one for one in held if one.level == PROMISED]
    series = [Line(_("geeicht"), [(one.horizon, one.calibrated) for one in chosen], "first")]
    drawn_ones = [(one.horizon, one.drawn) for one in chosen if not isnan(one.drawn)]
    series += [Line(_("wie gezogen"), drawn_ones, "outline")] if drawn_ones else []
    return lines(series, label, lambda value: wording.per_cent(wording.number(value)), width)


def _held_sheet(held: list[Held], geography: str) -> Sheet:
    horizons = sorted({one.horizon for one in held})
    levels = sorted({one.level for one in held})
    by = {(one.horizon, one.level): one for one in held}
    rows = []
    for horizon in horizons:
        cells = [_share(by[horizon, level].calibrated) for level in levels if (horizon, level) in by]
        drawn_one = _share(by[horizon, PROMISED].drawn) if (horizon, PROMISED) in by else ""
        rows.append([str(horizon), *cells, drawn_one, wording.number(by[horizon, levels[0]].areas)])
    head = [_("Jahre voraus"), *(_("im %(level)s-%%-Bereich") % {"level": round(100 * level)} for level in levels)]
    head += [_("80-%-Bereich ohne Eichung"), _("Vergleiche")]
    caption = _("Wie oft kam, was in den Bereichen lag, in Prozent (%(level)s)") % {"level": _(GEOGRAPHIES[geography])}
    return Sheet(caption, head, rows)


def _share(value: float) -> str:
    return "–" if isnan(value) else wording.number(value)


def _errors(trials: list[Trial], geography: str, horizon: int) -> Page:
    chosen = sorted((one for one in trials if one.horizon == horizon), key=lambda one: one.median)
    names = [(str(_(MODELS[one.model])) if one.model in MODELS else one.model, one.median) for one in chosen]
    label = _(
        "Mittlerer Fehler der Modelle nach %(horizon)s Jahren, in Prozent. Die Zahlen stehen in der Tabelle darunter."
    ) % {
        "horizon": horizon,
    }  # fmt: skip
    picture = drawn(
        lambda width: grouped_bars(names, None, label, lambda value: wording.number(value, 1), width),
        [("first", _("mittlerer Fehler der Einwohnerzahl in Prozent (Median)"))],
    )
    rows = [
        [
            name,
            *(wording.number(value, 1) for value in (one.median, one.mean, one.ninetieth)),
            wording.signed(one.bias, 1),
            wording.number(one.ages, 1),
        ]
        for (name, _median), one in zip(names, chosen, strict=True)
    ]
    head = [
        _("Modell"),
        _("Fehler in der Mitte (Median)"),
        _("Fehler im Schnitt"),
        _("90 von 100 höchstens"),
        _("zu hoch (+) oder zu niedrig (−)"),
        _("Fehler im Alter"),
    ]
    caption = _("Fehler nach %(horizon)s Jahren in Prozent (%(level)s)") % {
        "horizon": horizon,
        "level": _(GEOGRAPHIES[geography]),
    }
    best, ours = names[0][0], next((one for one in chosen if one.model == "projection"), None)
    sentence = (
        _("Am nächsten kam nach %(horizon)s Jahren: %(best)s. Diese Vorausschau lag in der Mitte %(ours)s %% daneben.") % {
            "horizon": horizon, "best": best, "ours": wording.number(ours.median, 1),
        }
        if ours else ""
    )  # fmt: skip
    return Page(_("Wie weit lag welches Modell daneben?"), sentence, picture, Sheet(caption, head, rows))


def _weights(weights: Mapping[str, float]) -> Sheet:
    ordered = sorted(weights.items(), key=lambda pair: -pair[1])
    rows = [[str(_(MODELS[name])) if name in MODELS else name, wording.percent(weight, 0)] for name, weight in ordered]
    return Sheet(_("Gewichte des Mittels aller Modelle"), [_("Modell"), _("Gewicht")], rows, _("Gewichte des Mittels"))


def _notes(found: Ahead) -> list[str]:
    origins = found.outlook.track.origins
    return [
        _(
            "So wird geprüft: Das Verfahren rechnet aus den Jahren bis %(first)s, als wüsste es von später "
            "nichts, dann aus denen bis zum nächsten "
            "Jahr und so fort bis %(last)s. Jede dieser Vorausschauen wird mit dem verglichen, was kam."
        )
        % {"first": origins[0], "last": origins[-1]},
        _(
            "Geeicht heißt: Die Bereiche sind um so viel breiter oder schmaler, wie die Fehler der übrigen Startjahre es "
            "lehren; das geprüfte Startjahr selbst "
            "bleibt dabei außen vor. Weiter voraus als geprüft bleibt, was breiter wurde, breiter; was schmaler wurde, ist "
            "ab der doppelten Zahl der geprüften Jahre wieder so breit wie gezogen."
        ),
    ]
