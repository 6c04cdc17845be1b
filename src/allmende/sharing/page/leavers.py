"""The section on what the others pay if one leaves."""

from __future__ import annotations

from allmende.sharing.compare import Deal
from allmende.sharing.departures import Departure, departures
from allmende.sharing.page.markup import Markup, element, joined
from allmende.sharing.page.tables import labelled, lettered, table
from allmende.sharing.page.wording import Wording


def leavers(deal: Deal, say: Wording) -> Markup | None:
    """Return for each partner that might leave the others' amount together and under each key."""
    found = departures(deal.case)
    if not found:
        return None
    kind, names = deal.case.game.kind, deal.case.game.players
    head = [element("th", say("key_alone"), scope="col"), *(element("th", name, scope="col", class_="n") for name in names)]
    rows = [row for one in found for row in _rows(deal, one, say)]
    return joined(
        element("h2", say("leavers")),
        element("p", say.about(kind, "leavers_note"), class_="note"),
        table(say("table_leavers"), head, rows),
    )


def _rows(deal: Deal, one: Departure, say: Wording) -> list[Markup]:
    names, kind = deal.case.game.players, deal.case.game.kind
    if one.together is None:
        title = say("leaver_unknown", partner=one.partner)
    else:
        title = say.about(kind, "leaver", partner=one.partner, together=say.euro(one.together, decimals=True))
    rows = [element("tr", element("th", title, scope="rowgroup", colspan=str(len(names) + 1)))]
    for letter, row in lettered(deal):
        if row.id not in one.shares or not row.is_key:
            continue
        name = element("th", labelled(letter, row, say), scope="row")
        anew = one.shares[row.id]
        if anew is None:
            rows.append(element("tr", name, element("td", say("leaver_refused"), colspan=str(len(names)))))
            continue
        before = dict(zip(names, row.cents, strict=True))
        others = dict(zip((other for other in names if other != one.partner), anew, strict=True))
        rows.append(element("tr", name, *(_cell(others.get(other), before[other], kind, say) for other in names)))
    return rows


def _cell(cents: int | None, before: int, kind: str, say: Wording) -> Markup:
    if cents is None:
        return element("td", "–", class_="n")
    change = cents - before
    worse = (change if kind == "cost" else -change) > 0
    hint = element("small", say.signed(change / 100, 2))
    return element("td", say.number(cents / 100, 2), hint, class_="n worse" if worse else "n")
