"""The first screen: what cooperation saves, which key is easiest to defend, and who pays what under each key."""

from __future__ import annotations

from collections.abc import Iterable

from allmende.sharing.advice import easiest
from allmende.sharing.compare import Deal, Row
from allmende.sharing.page.markup import Markup, element, joined
from allmende.sharing.page.reasons import untested
from allmende.sharing.page.tables import labelled, main_rows
from allmende.sharing.page.wording import SMALL, Wording


def gain(deal: Deal, say: Wording) -> str:
    """Return what all together save, in one sentence or two."""
    amount, alone = deal.gain, sum(deal.alone)
    name = "answer_gain" if amount >= 0 else "answer_loss"
    percent = say.percent(abs(amount) / alone, 1) if alone else ""
    known, per_head = deal.case.heads, ""
    if known and sum(known) and amount > 0:
        per_head = say("answer_head", gain=say.euro(amount / float(sum(known)), decimals=True))
    return say.about(
        deal.case.game.kind, name, total=say.euro(deal.total), gain=say.euro(abs(amount)), percent=percent, heads=per_head
    )


def advice(deal: Deal, say: Wording) -> str:
    """Return which key is easiest to defend and why, or why none is."""
    if not deal.balance.nonempty:
        return say("advice_empty")
    found = easiest(deal)
    if found is None:
        stable = [say.quoted(row.name[say.language]) for row in deal.rows if row.core.member and not row.is_key]
        examples = say("advice_example", methods=say.group(stable[:2])) if stable else ""
        return say("advice_none" if any(row.is_key for row in deal.rows) else "advice_no_keys") + examples
    kind = deal.case.game.kind
    if kind == "value" or not found.benefit:
        why = say.about(kind, "advice_other")
    else:
        part = "" if found.benefit == 1 else say("advice_part", part=say.percent(float(found.benefit)))
        why = say("advice_benefit", part=part)
    why = say.about(kind, "stands", tested=untested(deal, say)) + why
    sure = "" if found.row.holds is None else say.about(kind, "advice_sure", part=say.percent(found.row.holds))
    return say("advice", key=say.quoted(found.row.name[say.language]), why=why, sure=sure)


def glance(deal: Deal, say: Wording) -> Markup:
    """Return the table of keys: who would leave, and what each pays, with the difference to acting alone.

    A case without keys shows all methods.
    """
    keys = main_rows(deal)
    kind, decimals = deal.case.game.kind, cent_places([*deal.alone, *(cents for _, row in keys for cents in row.cents)])
    titles = [say("key_alone" if keys[0][1].is_key else "rule"), say("glance_leave"), *deal.case.game.players]
    head = [element("th", title, scope="col", class_="n" if k > 1 else None) for k, title in enumerate(titles)]
    alone = element(
        "tr",
        element("th", say("alone"), scope="row"),
        element("td"),
        *(
            _amount(name, say.number(cents / 100, decimals))
            for name, cents in zip(deal.case.game.players, deal.alone, strict=True)
        ),
        class_="alone",
    )
    table = element(
        "table",
        element("caption", say.about(kind, "glance_note"), _only_tested(deal, say)),
        element("thead", element("tr", head)),
        element("tbody", alone, *(_row(deal, letter, row, decimals, say) for letter, row in keys)),
        class_="glance",
    )
    return joined(element("h2", say.about(kind, "glance")), element("div", table, class_="scroll", tabindex="0"))


def cent_places(amounts: Iterable[int], below: int = SMALL) -> int:
    """Return how many decimals a table needs so that no small amount vanishes.

    >>> cent_places([250, 4000000]), cent_places([1000, 4000000]), cent_places([4000050])
    (2, 0, 0)
    """
    return 2 if any(cents % 100 and abs(cents) < below for cents in amounts) else 0


def _only_tested(deal: Deal, say: Wording) -> str | None:
    tested, groups = deal.tested
    if tested == groups:
        return None
    return " " + say("glance_untested", tested=say.number(tested), groups=say.number(groups))


def _row(deal: Deal, letter: str, row: Row, decimals: int, say: Wording) -> Markup:
    sign = 1 if deal.case.game.kind == "cost" else -1
    cells = []
    for name, share, alone in zip(deal.case.game.players, row.cents, deal.alone, strict=True):
        worse = sign * (share - alone) > 0
        change = say.signed((share - alone) / 100, max(decimals, cent_places([share - alone], below=10_00)))
        cells.append(_amount(name, say.number(share / 100, decimals), change, worse=worse))
    return element(
        "tr",
        element("th", labelled(letter, row, say), scope="row"),
        _leaving(deal, row, say),
        *cells,
    )


def _leaving(deal: Deal, row: Row, say: Wording) -> Markup:
    if row.core.member:
        return element("td", say("nobody"), class_="yes", data_label=say("glance_label"))
    name = "glance_over_one" if len(row.core.overcharged) == 1 else "glance_over"
    lack = say.about(deal.case.game.kind, name, amount=say.euro(100 * float(row.core.by)))
    return element("td", say.group(row.core.overcharged), element("small", lack), class_="no", data_label=say("glance_label"))


def _amount(name: str, amount: str, change: str | None = None, *, worse: bool = False) -> Markup:
    return element(
        "td", element("span", amount, element("small", change) if change else None),
        class_="n worse" if worse else "n", data_label=name,
    )  # fmt: skip
