"""The whole page: head, language switch, and the sections in each language."""

from __future__ import annotations

from importlib import resources

from allmende.sharing.compare import Deal
from allmende.sharing.page.markup import Markup, element, joined, void
from allmende.sharing.page.reasons import defence, explanations, origin
from allmende.sharing.page.tables import amounts, certainty, fairness, leaving
from allmende.sharing.page.wording import Wording, wording

LANGUAGES = ("de", "en")


def page(deal: Deal, language: str | None = None) -> str:
    """Return the page as HTML that needs nothing else; `language` leaves only one, else a switch shows German first."""
    chosen = LANGUAGES if language is None else (language,)
    say = wording(chosen[0])
    switches = [
        void("input", type="radio", name="language", id=one, class_="switch", checked=one == chosen[0]) for one in chosen
    ]
    labels = [element("label", wording(one)("this"), for_=one) for one in chosen]
    head = element("header", element("strong", "Allmende"), element("div", labels, class_="languages"), class_="head")
    parts = [part for one in chosen for part in _language(deal, wording(one))]
    css = resources.files(__name__.rpartition(".")[0]).joinpath("page.css").read_text(encoding="utf-8")
    document = element(
        "html",
        element(
            "head",
            Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
            element("title", f"{deal.case.title[say.language]} – Allmende"),
            element("style", Markup(css)),
        ),
        element("body", switches if len(chosen) > 1 else None, head if len(chosen) > 1 else None, parts),
        lang=say("html_lang"),
    )
    return f"<!doctype html>\n{document}\n"


def _language(deal: Deal, say: Wording) -> list[Markup]:
    banner = element("p", say("fictional"), class_="fictional", lang=say.language) if deal.case.fictional else None
    sections = joined(
        _opening(deal, say), amounts(deal, say), leaving(deal, say), fairness(deal, say),
        certainty(deal, say), defence(deal, say), explanations(deal, say), origin(deal, say),
    )  # fmt: skip
    return [one for one in (banner, element("main", sections, lang=say.language)) if one is not None]


def _opening(deal: Deal, say: Wording) -> Markup:
    case = deal.case
    over = [case.region[say.language], say("year", year=case.year)]
    over += [say("prices", price_base=case.price_base)] if case.price_base else []
    warning = None
    if deal.worst_breach:
        found = deal.worst_breach
        text = say(
            "warning",
            count=deal.breaches,
            first=say.group(found.first),
            second=say.group(found.second),
            by=say.euro(100 * found.by),
        )
        warning = element("p", text, class_="warning", role="alert")
    return joined(
        element("p", " · ".join(word for word in over if word), class_="over"),
        element("h1", case.title[say.language]),
        element("p", case.question[say.language], class_="note") if case.question[say.language] else None,
        element("p", _gain(deal, say), class_="answer"),
        element("p", _stability(deal, say), class_="answer"),
        warning,
    )


def _gain(deal: Deal, say: Wording) -> str:
    gain, alone = deal.gain, sum(deal.alone)
    name = "answer_value" if deal.case.game.kind == "value" else "answer_gain" if gain >= 0 else "answer_loss"
    percent = say.percent(abs(gain) / alone, 1) if alone else ""
    text = say(name, total=say.euro(deal.total), gain=say.euro(abs(gain)), percent=percent)
    heads = deal.case.heads
    if heads and sum(heads) and gain > 0:
        text += " " + say("answer_head", gain=say.euro(gain / float(sum(heads)), decimals=True))
    return text


def _stability(deal: Deal, say: Wording) -> str:
    if not deal.balance.nonempty:
        return say("answer_none")
    rows = [row for row in deal.rows if row.is_key] or list(deal.rows)
    stable = [
        f"„{r.name[say.language]}“" if say.language == "de" else f"“{r.name[say.language]}”" for r in rows if r.core.member
    ]
    others = [
        f"„{r.name[say.language]}“" if say.language == "de" else f"“{r.name[say.language]}”" for r in rows if not r.core.member
    ]
    sentences = [say("answer_stable", keys=say.group(stable))] if stable else [say("answer_no_key")]
    return " ".join(sentences + ([say("answer_unstable", keys=say.group(others))] if others else []))
