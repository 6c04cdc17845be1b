"""The sections in words: which key can be defended, what each method does, where figures come from."""

from __future__ import annotations

from collections.abc import Sequence

from allmende.parameters import load
from allmende.sharing.compare import Deal, Row
from allmende.sharing.law import Hook, measure_name
from allmende.sharing.page.markup import Markup, element, joined
from allmende.sharing.page.tables import badge, lettered
from allmende.sharing.page.wording import Wording
from allmende.sharing.services import Part


def defence(deal: Deal, say: Wording) -> Markup | None:
    """Return for each key what speaks for it, and what must be argued under which law."""
    cards = [_card(deal, letter, row, say) for letter, row in lettered(deal) if row.is_key]
    if not cards:
        return None
    missing = load("law_keys")["not_examined"][say.language]
    return joined(
        element("h2", say("defend")),
        element("p", say("defend_note", missing=missing), class_="note"),
        element("div", cards, class_="cards"),
        _laws(deal, say),
        element("p", say("decided"), class_="note"),
    )


def verdict(deal: Deal, row: Row, say: Wording) -> str:
    """Return in one sentence who would leave."""
    if row.core.member:
        return say("passes")
    name = "fails_one" if len(row.core.overcharged) == 1 else "fails"
    name += "_value" if deal.case.game.kind == "value" else ""
    return say(name, group=say.group(row.core.overcharged), amount=say.euro(100 * float(row.core.by)))


def _card(deal: Deal, letter: str, row: Row, say: Wording) -> Markup:
    grouped: dict[tuple[str, str], list[Hook]] = {}
    for hook in row.hooks:
        grouped.setdefault((hook.law, hook.argue[say.language]), []).append(hook)
    laws = [
        element("li", element("strong", f"{law} ({same[0].land}), {_measured(deal, same, say)}: "), argue)
        for (law, argue), same in grouped.items()
    ]
    return element(
        "article",
        element("h3", badge(letter, row), row.name[say.language]),
        element("p", row.sentence[say.language]),
        element("p", element("strong", verdict(deal, row, say))),
        element("ul", laws) if laws else None,
        class_="card" if row.core.member else "card card--no",
    )


def _measured(deal: Deal, hooks: Sequence[Hook], say: Wording) -> str:
    return say.group([measure_name(hook.measure, say.language, deal.case.measures) for hook in hooks])


def _laws(deal: Deal, say: Wording) -> Markup:
    """Return what each law says, once, with its source."""
    once = {hook.law: hook for row in deal.rows for hook in row.hooks}.values()
    listed = [
        joined(
            element("dt", f"{hook.law} ({hook.land})"),
            element("dd", hook.rule[say.language], " ", element("a", f"{say('origin_source')}, {hook.date}", href=hook.source)),
        )
        for hook in once
    ]
    return element("dl", listed, class_="words")


def explanations(deal: Deal, say: Wording) -> Markup:
    """Return each method in one sentence, with formula and source."""
    listed = [
        joined(
            element("dt", badge(letter, row), row.name[say.language]),
            element("dd", row.sentence[say.language], element("small", f"{row.formula} ({row.source})")),
        )
        for letter, row in lettered(deal)
        if not row.is_key
    ]
    listed += [
        joined(element("dt", one.name[say.language]), element("dd", say(f"refused_{one.cause}"))) for one in deal.refused
    ]
    return joined(element("h2", say("explain")), element("dl", listed, class_="words"))


def origin(deal: Deal, say: Wording) -> Markup:
    """Return where the figures come from and how they were computed."""
    case = deal.case
    entries = [_entry(say("origin_source"), element("p", case.source[say.language] or "–"))]
    if case.parts:
        parts = [element("li", f"{part.name[say.language]}: {_rule(part, deal, say)}") for part in case.parts]
        entries.append(_entry(say("origin_parts"), element("ul", parts)))
    steps = [element("li", f"{row.name[say.language]}: {'; '.join(row.steps)}") for row in deal.rows if row.is_key]
    if steps:
        entries.append(_entry(say("origin_steps"), element("ul", steps)))
    entries.append(_entry(say("origin_rounding"), element("p", say("origin_rounding_text"))))
    return element("section", element("h2", say("origin")), element("dl", entries), class_="origin")


def _entry(term: str, content: Markup) -> Markup:
    return element("div", element("dt", term), element("dd", content))


def _rule(part: Part, deal: Deal, say: Wording) -> str:
    amount, volume = say.euro(part.amount, decimals=True), measure_name(part.measure, say.language, deal.case.measures)
    rule = {
        "fixed": amount,
        "per-unit": f"{amount} × {volume}",
        "per-step": f"{amount} × ⌈{volume} / {part.step:g}⌉",
        "power": f"{amount} × ({volume} / {part.step:g})^{part.exponent:g}",
        "joint": f"{amount} × (n − 1)",
    }[part.kind]
    return rule + (f", ± {say.percent(part.spread)}" if part.spread else "")
