"""The sections in words: which key can be defended, what each method does, where figures come from."""

from __future__ import annotations

from allmende.parameters import load
from allmende.sharing.compare import Deal, Row
from allmende.sharing.figures import EQUAL
from allmende.sharing.joining import Breach
from allmende.sharing.key_words import benefit_part
from allmende.sharing.law import KINDS, Hook, measure, measure_name
from allmende.sharing.page.markup import Markup, element, joined
from allmende.sharing.page.tables import badge, lettered, table
from allmende.sharing.page.wording import Wording
from allmende.sharing.services import Part


def defence(deal: Deal, say: Wording) -> Markup | None:
    """Return for each key what speaks for it, and what must be argued under which law."""
    cards = [_card(deal, letter, row, say) for letter, row in lettered(deal) if row.is_key]
    if not cards:
        return None
    return joined(
        element("h2", say("defend")),
        element("p", say.about(deal.case.game.kind, "defend_note"), class_="note"),
        element("div", cards, class_="cards"),
        _laws(deal, say),
        element("p", say(_next_step(deal)), class_="note"),
    )


def verdict(deal: Deal, row: Row, say: Wording) -> str:
    """Return in one sentence who would leave, as far as amounts are known; and who would be paid instead of paying."""
    return " ".join([_leaving(deal, row, say), *_below_nothing(deal, row, say)])


def untested(deal: Deal, say: Wording) -> str:
    """Return how far a statement about all groups reaches, if not every group's amount is known."""
    tested, groups = deal.tested
    return "" if tested == groups else say("as_tested", tested=say.number(tested), groups=say.number(groups))


def _next_step(deal: Deal) -> str:
    if not deal.balance.nonempty:
        return "decided_empty"
    return "decided" if any(row.is_key and row.core.member for row in deal.rows) else "decided_none"


def _below_nothing(deal: Deal, row: Row, say: Wording) -> list[str]:
    return [
        say.about(deal.case.game.kind, "below_nothing", partner=name, amount=say.euro(-cents))
        for name, cents in zip(deal.case.game.players, row.cents, strict=True)
        if cents < 0
    ]


def _leaving(deal: Deal, row: Row, say: Wording) -> str:
    if row.core.member:
        return say.about(deal.case.game.kind, "passes", tested=untested(deal, say))
    name = "fails_one" if len(row.core.overcharged) == 1 else "fails"
    return say.about(
        deal.case.game.kind, name, group=say.group(row.core.overcharged), amount=say.euro(100 * float(row.core.by))
    )


def clash(worst: Breach, count: int, kind: str, by: str, say: Wording) -> str:
    """Return the warning that groups would do better apart; `by` is the worst pair's loss as people read it."""
    first, second = say.group(worst.first), say.group(worst.second)
    return say.about(kind, "warning" if count > 1 else "warning_one", count=count, first=first, second=second, by=by)


def _card(deal: Deal, letter: str, row: Row, say: Wording) -> Markup:
    kinds = list(dict.fromkeys(measure(hook.measure, deal.case.measures).kind for hook in row.hooks))
    return element(
        "article",
        element("h3", badge(letter, row), row.name[say.language]),
        element("p", row.sentence[say.language]),
        element("p", element("strong", verdict(deal, row, say))),
        element("p", *(f"{_measured(deal, row, kind, say)} " for kind in kinds), _in_the_year(deal, row, say))
        if kinds
        else None,
        class_="card" if row.core.member else "card card--no",
    )


def _in_the_year(deal: Deal, row: Row, say: Wording) -> str | None:
    """Return how much of the amount is split by the benefit, where pre-shares, bounds or an old key take a part."""
    if row.split is None:
        return None
    measured = row.split.measured
    if sum(measured.values()) == 1 and measured.keys() == row.split.parts.keys():
        return None
    return say("follows_in", year=deal.case.year, part=say.percent(float(benefit_part(row.split, deal.case.measures))))


def _measured(deal: Deal, row: Row, kind: str, say: Wording) -> str:
    names = dict.fromkeys(
        measure_name(hook.measure, say.language, deal.case.measures)
        for hook in row.hooks
        if measure(hook.measure, deal.case.measures).kind == kind
    )
    return say(f"follows_{kind}", measures=say.group(list(names)))


def _laws(deal: Deal, say: Wording) -> Markup | None:
    """Return what must be argued under each law, by what the key's measures follow."""
    used = [(hook, measure(hook.measure, deal.case.measures).kind) for row in deal.rows for hook in row.hooks]
    if not used:
        return None if deal.case.game.kind == "value" else element("p", say("no_law", land=str(deal.case.land)), class_="note")
    kinds = [kind for kind in KINDS if kind in {kind for _, kind in used}]
    argued = {(hook.law, str(kind)): hook.argue[say.language] for hook, kind in used}
    head = [element("th", say("law"), scope="col"), *(element("th", say(f"law_{kind}"), scope="col") for kind in kinds)]
    rows = [
        element(
            "tr",
            element("th", f"{law} ({hook.land})", scope="row"),
            *(element("td", argued.get((law, kind), "–")) for kind in kinds),
        )
        for law, hook in _hooks(deal).items()
    ]
    missing = load("law_keys")["not_examined"][say.language]
    return joined(
        element("h3", say("law_title")),
        table(None, head, rows, kind="laws"),
        element("p", say("law_note", missing=missing), class_="note"),
    )


def _hooks(deal: Deal) -> dict[str, Hook]:
    """Return one hook of each law that the keys touch."""
    return {hook.law: hook for row in deal.rows for hook in row.hooks}


def explanations(deal: Deal, say: Wording) -> Markup:
    """Return each method in one sentence, with formula and source."""
    listed = [
        joined(
            element("dt", badge(letter, row), row.name[say.language]),
            element(
                "dd",
                " ".join([row.sentence[say.language], *_below_nothing(deal, row, say)]),
                element("small", f"{row.formula[say.language]} ({row.source[say.language]})"),
            ),
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
    used = _figures(deal, say)
    if used:
        entries.append(_entry(say("origin_figures"), element("ul", used)))
    rules = [
        element(
            "li",
            f"{law}: {hook.rule[say.language]} ",
            element("a", hook.title[say.language], href=hook.source),
            f" ({hook.source}, {hook.date})",
        )
        for law, hook in _hooks(deal).items()
    ]
    if rules:
        entries.append(_entry(say("law_rules"), element("ul", rules)))
    entries.append(_entry(say("origin_rounding"), element("p", say("origin_rounding_text"))))
    return element("section", element("h2", say("origin")), element("dl", entries), class_="origin")


def _figures(deal: Deal, say: Wording) -> list[Markup]:
    """Return the figures that keys rest on, an old key in force too, each once; and who stands at a bound."""
    year = deal.case.year
    keys = [key for named in deal.case.keys for key in (named.key, *named.key.in_force(year))]
    lines = dict.fromkeys(
        _measured_by(name, year if key.base_year is None else key.base_year, deal, say)
        for key in keys
        for name in key.measures
        if name != EQUAL
    )
    bounds = [
        say(f"bound_{bound}", key=say.quoted(row.name[say.language]), partner=partner)
        for row in deal.rows
        if row.split is not None
        for partner, bound in row.split.bound.items()
    ]
    return [element("li", line) for line in (*lines, *bounds)]


def _measured_by(name: str, year: int, deal: Deal, say: Wording) -> str:
    figures = deal.case.figures
    dated = f" {year}" if (name, year) in figures.values else ""
    listed = zip(deal.case.game.players, figures.of(name, year), strict=True)
    values = "; ".join(f"{partner} {_figure(float(value), say)}" for partner, value in listed)
    return f"{measure_name(name, say.language, deal.case.measures)}{dated}: {values}"


def _figure(value: float, say: Wording) -> str:
    decimals = next(d for d in (0, 1, 2) if round(value, d) == value or d == 2)
    return say.number(value, decimals)


def _entry(term: str, content: Markup) -> Markup:
    return element("div", element("dt", term), element("dd", content))


def _rule(part: Part, deal: Deal, say: Wording) -> str:
    rule = say(
        f"part_{part.kind.replace('-', '_')}",
        amount=say.euro(part.amount, decimals=True),
        volume=measure_name(part.measure, say.language, deal.case.measures),
        step=_figure(part.step, say),
        exponent=_figure(part.exponent, say),
    )
    return rule + (f", ± {say.percent(part.spread)}" if part.spread else "")
