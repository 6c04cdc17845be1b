"""The whole page: head, language switch, and the sections in each language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import resources

from allmende.sharing.case import Case
from allmende.sharing.compare import Deal
from allmende.sharing.page.glance import advice, gain, glance
from allmende.sharing.page.leavers import leavers
from allmende.sharing.page.markup import Markup, element, joined, void
from allmende.sharing.page.reasons import clash, defence, explanations, origin
from allmende.sharing.page.tables import certainty, drawn, fairness, heads, leaving, ledger
from allmende.sharing.page.taxes import taxes
from allmende.sharing.page.wording import Wording, wording

LANGUAGES = ("de", "en")


def page(deal: Deal, language: str | None = None) -> str:
    """Return the comparison as HTML that needs nothing else; `language` leaves only one, else a switch shows German first."""
    return frame(deal.case.title, lambda say: _sections(deal, say), language, fictional=deal.case.fictional)


def frame(
    title: Mapping[str, str], sections: Callable[[Wording], Markup], language: str | None = None, *, fictional: bool = False
) -> str:
    """Return a page of sections in the chosen language, or in both with a switch."""
    chosen = LANGUAGES if language is None else (language,)
    say = wording(chosen[0])
    switches = [
        void("input", type="radio", name="language", id=one, class_="switch", checked=one == chosen[0]) for one in chosen
    ]
    labels = [element("label", wording(one)("this"), for_=one) for one in chosen]
    head = element("header", element("strong", "Allmende"), element("div", labels, class_="languages"), class_="head")
    parts: list[Markup] = []
    for one in chosen:
        if fictional:
            parts.append(element("p", wording(one)("fictional"), class_="fictional", lang=one))
        parts.append(element("main", sections(wording(one)), lang=one))
    css = resources.files(__name__.rpartition(".")[0]).joinpath("page.css").read_text(encoding="utf-8")
    document = element(
        "html",
        element(
            "head",
            Markup('<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'),
            element("title", f"{title[say.language]} – Allmende"),
            element("style", Markup(css)),
        ),
        element("body", switches if len(chosen) > 1 else None, head if len(chosen) > 1 else None, parts),
        lang=say("html_lang"),
    )
    return f"<!doctype html>\n{document}\n"


def _sections(deal: Deal, say: Wording) -> Markup:
    paper = (_opening, glance, drawn, defence, heads, taxes, certainty)
    appendix = (leaving, leavers, fairness, ledger, explanations, origin)
    return joined(
        *(section(deal, say) for section in paper), _appendix(say), *(section(deal, say) for section in appendix)
    )  # fmt: skip


def _appendix(say: Wording) -> Markup:
    return element("div", element("h2", say("appendix")), element("p", say("appendix_note"), class_="note"), class_="appendix")


def _opening(deal: Deal, say: Wording) -> Markup:
    return joined(
        heading(deal.case, say, deal.case.title[say.language], deal.case.question[say.language]),
        element("p", gain(deal, say), class_="answer"),
        element("p", advice(deal, say), class_="answer"),
        _warning(deal, say),
    )


def heading(case: Case, say: Wording, title: str, note: str) -> Markup:
    """Return what the page is about: region, year and prices above the title, a note below it."""
    over = [case.region[say.language], say("year", year=case.year)]
    over += [say("prices", price_base=case.price_base)] if case.price_base else []
    return joined(
        element("p", " · ".join(word for word in over if word), class_="over"),
        element("h1", title),
        element("p", note, class_="note") if note else None,
    )


def _warning(deal: Deal, say: Wording) -> Markup | None:
    found = deal.worst_breach
    if found is None:
        return None
    text = clash(found, deal.breaches, deal.case.game.kind, say.euro(100 * found.by), say)
    return element("p", text, class_="warning", role="alert")
