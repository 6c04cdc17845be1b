"""One run of a registration office: extract and events in, findings, summary and base cubes out."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from allmende.errors import Refused
from allmende.register.aggregate import Imprint, event_cubes, stock_cube
from allmende.register.examination import examine
from allmende.register.geocoding import located_by
from allmende.register.run import Examined, Result, Run
from allmende.register.secret import Secret
from allmende.register.stock import Stock, roll
from allmende.register.summary import RowCount, StockCount
from allmende.register.values import days, years

MOST_SET_ASIDE = 0.01
"""Share of records that may be in quarantine before aggregation refuses (assumption: more means a wrong profile or file)."""


def process(run: Run, secret: Secret, *, most_set_aside: float = MOST_SET_ASIDE) -> Result:
    """Check and aggregate in one go, as the command line and the demonstration do.

    Raises Refused if a file cannot be used or more than `most_set_aside` of the persons would be left out.
    """
    return aggregate(examine(run), secret, most_set_aside=most_set_aside)


def aggregate(examined: Examined, secret: Secret, *, most_set_aside: float = MOST_SET_ASIDE) -> Result:
    """Make base cubes of what was examined; raises as `process`."""
    _refuse_unusable(examined, most_set_aside)
    run, events = examined.run, examined.events
    imprint = Imprint(run.ags, run.region.territory_date, secret, run.profile.name)
    shared = {
        "fallback_identities": examined.summary.fallback,
        "quarantined": sum(count.quarantined for count in _counted_files(examined).values()),
        "unclear_citizenship": examined.summary.unclear_citizenship,
    }
    cubes, stocks = [], []
    for rule in run.rules:
        dates = rule.at(run.year)
        people = _stock_at(examined, dates[0]).persons()
        placed = located_by(examined.places, people.place)
        cubes.append(stock_cube(people, examined.places, examined.identities, imprint, dates, {**shared, **placed}))
        stocks.append(StockCount(*dates, len(people), placed))
    counts = None
    if events is not None and run.until >= date(run.year, 12, 31):
        cubes += event_cubes(events, examined.places, examined.identities, imprint, run.year, shared)
        counts = {cube.manifest.kind: cube.total() for cube in cubes if cube.manifest.kind != "stock"}
        this_year = years(events.day) == run.year
        counts["changes_of_status"] = int((this_year & events.of("nationality", "residence")).sum())
        counts["of_other_years"] = int((~this_year).sum())
    return Result(tuple(cubes), examined, replace(examined.summary, stocks=tuple(stocks), events=counts))


def _stock_at(examined: Examined, day: date) -> Stock:
    if days(day) == examined.stock.day:
        return examined.stock
    if examined.events is None:
        raise Refused(
            f"The stock of {day} cannot be computed from an extract of {examined.run.day} alone.",
            expected="the events between both days",
            todo="Give them: --events EVENTS.csv, or leave this key date out.",
        )
    return roll(examined.stock, examined.events, days(day))


def _refuse_unusable(examined: Examined, most_set_aside: float) -> None:
    fatal = [finding for finding in examined.findings if finding.severity == "fatal"]
    if fatal:
        raise Refused(
            "The files cannot be used: " + fatal[0].line_of_text("en") + ".",
            where=fatal[0].file,
            expected=fatal[0].words("en")[1],
            todo="Correct what `allmende register check` lists, then aggregate again.",
        )
    for role, count in _counted_files(examined).items():
        if not count.quarantined <= most_set_aside * count.records:  # nan, too, allows nothing
            raise Refused(
                f"{count.quarantined} of {count.records} records ({role}) would be left out.",
                expected=f"at most {most_set_aside:.1%}",
                todo="Correct the rows in the quarantine file or the profile; or allow more: --allow-quarantine PERCENT.",
            )


def _counted_files(examined: Examined) -> dict[str, RowCount]:
    """Return the row counts of the files that enter cubes; the previous stock is only compared."""
    return {role: count for role, count in examined.summary.files.items() if role != "previous"}
