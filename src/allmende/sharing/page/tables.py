"""The sections with figures: the picture, per head, who would leave, what holds, how sure, every amount to the cent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from string import ascii_uppercase

from allmende.sharing.compare import Deal, Row
from allmende.sharing.page.chart import NARROW, corridor, picture
from allmende.sharing.page.markup import Child, Markup, element, joined
from allmende.sharing.page.wording import Wording

Cell = Callable[[int], Markup]


def lettered(deal: Deal) -> list[tuple[str, Row]]:
    """Return rows with their letters, keys with which nobody would leave first; beyond Z two letters.

    >>> [letter for letter, _ in zip(_letters(28), range(28))][-2:]
    ['AA', 'AB']
    """
    ordered = sorted(deal.rows, key=lambda row: (not row.is_key, row.is_key and not row.core.member))
    return list(zip(_letters(len(ordered)), ordered, strict=True))


def main_rows(deal: Deal) -> list[tuple[str, Row]]:
    """Return the keys under discussion with their letters; all methods if there are none."""
    rows = lettered(deal)
    return [(letter, row) for letter, row in rows if row.is_key] or rows


def _letters(count: int) -> list[str]:
    return [ascii_uppercase[k] if k < 26 else "A" + ascii_uppercase[k - 26] for k in range(count)]


def badge(letter: str, row: Row) -> Markup:
    """Return the mark of a row, as in the picture."""
    return element("span", letter, class_="key" if row.is_key else "key key--method")


def labelled(letter: str, row: Row, say: Wording) -> Markup:
    """Return a row's name with its mark."""
    return element("span", badge(letter, row), element("span", row.name[say.language]), class_="label")


def drawn(deal: Deal, say: Wording) -> Markup:
    """Return the picture: keys as dots, methods as the band they span; all methods as dots if there are no keys."""
    kind, shown = deal.case.game.kind, main_rows(deal)
    return joined(
        element("h2", say.about(kind, "picture")),
        element("p", say.about(kind, "picture_note"), class_="note"),
        element(
            "figure", picture(deal, shown, say), picture(deal, shown, say, NARROW), _legend(deal, shown, say), class_="picture"
        ),
    )


def heads(deal: Deal, say: Wording) -> Markup | None:
    """Return amounts per inhabitant, if inhabitants are known."""
    known = deal.case.heads
    if not known or not all(known):
        return None
    rows = _amount_rows(deal, say, main_rows(deal), [float(one) for one in known])
    return joined(element("h2", say.about(deal.case.game.kind, "heads")), table(say("table_heads"), _heads(deal, say), rows))


def ledger(deal: Deal, say: Wording) -> Markup:
    """Return every amount to the cent."""
    return joined(
        element("h2", say("ledger")),
        table(say("table_amounts"), _heads(deal, say), _amount_rows(deal, say, lettered(deal), None)),
    )


def _legend(deal: Deal, shown: Sequence[tuple[str, Row]], say: Wording) -> Markup:
    entries = [element("span", badge(letter, row), row.name[say.language]) for letter, row in shown]
    if deal.adds and deal.case.game.kind == "cost":
        entries.append(element("span", element("span", class_="swatch"), say("legend_band")))
    if shown[0][1].is_key and corridor(deal):
        entries.append(element("span", element("span", class_="swatch swatch--fair"), say("legend_fair")))
    return element("figcaption", entries, class_="legend")


def leaving(deal: Deal, say: Wording) -> Markup:
    """Return who would leave under each row, and the proof if the core is empty."""
    tested = say.number(int(deal.case.game.stated[1:-1].sum()))
    rows = []
    for letter, row in lettered(deal):
        core = row.core
        who = say.group(core.overcharged) if core.overcharged else say("nobody")
        hint = say("room", group=say.group(core.closest), amount=say.euro(100 * float(core.room))) if core.closest else None
        rows.append(
            element(
                "tr",
                _name(letter, row, say),
                element("td", who, element("small", hint) if hint else None, class_=None if core.member else "worse"),
                _number(say.euro(100 * float(core.by)) if core.overcharged else "–"),
                _number(say.number(core.unsatisfied) if core.unsatisfied else "–"),
            )
        )
    titles: Sequence[str] = say.words["leave_head"]
    head = [element("th", title, scope="col", class_="n" if k > 1 else None) for k, title in enumerate(titles)]
    return joined(
        element("h2", say("leave")),
        element("p", say.about(deal.case.game.kind, "leave_note", tested=tested), class_="note"),
        table(None, head, rows),
        _proof(deal, say),
    )


def _proof(deal: Deal, say: Wording) -> Markup | None:
    if deal.balance.nonempty:
        return None
    listed = [element("li", f"{say.number(weight, 3)} × {say.group(members)}") for members, weight in deal.balance.weights]
    text = say("empty_core", alone=say.euro(100 * deal.balance.alone), total=say.euro(deal.total))
    return element("div", element("p", text), element("ul", listed), class_="warning")


def fairness(deal: Deal, say: Wording) -> Markup:
    """Return which properties hold."""
    names: dict[str, str] = say.words["property_value" if deal.case.game.kind == "value" else "property"]
    head = [element("th", say("rule"), scope="col"), *(element("th", name, scope="col") for name in names.values())]
    rows = []
    for letter, row in lettered(deal):
        words = [{True: "yes", False: "no", None: "unknown"}[row.properties[name]] for name in names]
        rows.append(element("tr", _name(letter, row, say), *(element("td", say(word), class_=word) for word in words)))
    return joined(element("h2", say("fair")), element("p", say("fair_note"), class_="note"), table(None, head, rows))


def certainty(deal: Deal, say: Wording) -> Markup | None:
    """Return intervals under uncertain costs, if the case states any."""
    unsure = deal.case.uncertainty
    if unsure is None:
        return None
    parts = say("sure_parts") if any(part.spread for part in deal.case.parts) else ""
    thousands, decimals = deal.total > 10_000_00, 0 if deal.total > 500_000_00 else 1
    unit = 1000_00 if thousands else 100
    filled = {"alone": say.percent(unsure.alone), "together": say.percent(unsure.together), "parts": parts}
    note = say.about(
        deal.case.game.kind, "sure_note", draws=unsure.draws, seed=unsure.seed, source=unsure.source[say.language], **filled
    )
    rows = [
        element(
            "tr",
            _name(letter, row, say),
            *(
                _number(f"{say.number(low / unit, decimals)} – {say.number(high / unit, decimals)}")
                for low, high in row.interval or ()
            ),
            _number(say.percent(row.holds or 0.0)),
        )
        for letter, row in main_rows(deal)
        if row.interval
    ]
    head = [*_heads(deal, say)[:-1], element("th", say("sure_head"), scope="col", class_="n")]
    return joined(
        element("h2", say("sure")),
        element("p", note, class_="note"),
        table(say("sure_table" if thousands else "sure_table_euro"), head, rows),
    )


def _heads(deal: Deal, say: Wording) -> list[Markup]:
    names = [*deal.case.game.players, say("together")]
    return [element("th", say("rule"), scope="col"), *(element("th", name, scope="col", class_="n") for name in names)]


def _amount_rows(deal: Deal, say: Wording, shown: Sequence[tuple[str, Row]], heads: Sequence[float] | None) -> list[Markup]:
    by = [*heads, sum(heads)] if heads else [1.0] * (len(deal.alone) + 1)

    def line(label: Child, values: Sequence[int]) -> Markup:
        whole = [*values, sum(values)]
        return element(
            "tr", element("th", label, scope="row"), *(_number(_plain(say, v / h)) for v, h in zip(whole, by, strict=True))
        )

    rows = [line(say("alone"), deal.alone)]
    if deal.adds and deal.case.game.kind == "cost":
        cells = [_number(_plain(say, v / h)) for v, h in zip(deal.adds, by, strict=False)]
        rows.append(element("tr", element("th", say("adds"), scope="row"), *cells, _number("–")))
    for is_key, title in ((True, "keys"), (False, "methods")):
        chosen = [(letter, row) for letter, row in shown if row.is_key == is_key]
        if chosen and len(chosen) < len(shown):
            rows.append(element("tr", element("th", say(title), scope="rowgroup", colspan=str(len(by) + 1))))
        rows += [element("tr", _name(letter, row, say), *_cells(deal, row, say, by)) for letter, row in chosen]
    return rows


def _cells(deal: Deal, row: Row, say: Wording, by: Sequence[float]) -> list[Markup]:
    cost = deal.case.game.kind == "cost"
    cells = []
    for share, alone, per in zip([*row.cents, deal.total], [*deal.alone, sum(deal.alone)], by, strict=True):
        worse = share > alone if cost else share < alone
        change = say.signed((share - alone) / per / 100, 2)
        cells.append(element("td", _plain(say, share / per), element("small", change), class_="n worse" if worse else "n"))
    return cells


def _plain(say: Wording, cents: float) -> str:
    return say.number(cents / 100, 2)


def _name(letter: str, row: Row, say: Wording) -> Markup:
    return element("th", labelled(letter, row, say), scope="row")


def _number(text: str) -> Markup:
    return element("td", text, class_="n")


def table(caption: str | None, head: list[Markup], rows: list[Markup], kind: str | None = None) -> Markup:
    """Return a table that scrolls by itself where it is wider than the page."""
    made = element(
        "table",
        element("caption", caption) if caption else None,
        element("thead", element("tr", head)),
        element("tbody", rows),
        class_=kind,
    )
    return element("div", made, class_="scroll", tabindex="0")
