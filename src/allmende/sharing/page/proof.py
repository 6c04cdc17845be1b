"""The proof of savings as one sheet to print and sign: costs before and after, the saving, the conditions."""

from __future__ import annotations

from allmende.sharing.case import Case
from allmende.sharing.page.layout import frame, heading
from allmende.sharing.page.markup import Markup, element, joined
from allmende.sharing.page.tables import table
from allmende.sharing.page.wording import Wording
from allmende.sharing.proof import Proof
from allmende.sharing.services import Change


def proof_page(case: Case, proof: Proof, language: str | None = None) -> str:
    """Return the sheet as HTML that needs nothing else; `language` leaves only one, else a switch shows German first."""
    return frame(case.title, lambda say: _sheet(case, proof, say), language, fictional=case.fictional)


def _sheet(case: Case, proof: Proof, say: Wording) -> Markup:
    rule = element("p", proof.rule[say.language], " ", element("a", say("origin_source"), href=proof.source), class_="note")
    return joined(
        heading(case, say, f"{say('proof')}: {case.title[say.language]}", case.question[say.language]),
        element("p", _answer(proof, say), class_="answer"),
        element("h2", say("proof_costs")),
        _costs(proof, say),
        None if proof.items else element("p", say("proof_not_split"), class_="warning"),
        element("h2", say("proof_saving")),
        _saving(proof, say),
        element("h2", say("proof_conditions")),
        _conditions(proof, say),
        rule,
        element("h2", say("proof_documents")),
        element("ul", [element("li", one) for one in proof.documents[say.language]], class_="assumed"),
        element("p", f"{say('origin_source')}: {case.source[say.language]}", class_="note"),
        element(
            "div", *(element("p", f"{change.partner}: {say('proof_sign')}") for change in proof.changes), class_="signatures"
        ),
    )


def _answer(proof: Proof, say: Wording) -> str:
    asked = next(condition.asked for condition in proof.conditions if condition.name == "saving")
    name = "proof_holds" if proof.holds else "proof_fails"
    return say(name, saving=say.percent(float(proof.counted), 2), asked=as_written(asked, say))


def _costs(proof: Proof, say: Wording) -> Markup:
    items = list(proof.items)
    titles = [*(say(f"item_{item}") for item in items), say("proof_sum")]
    group = [
        element("th", say(side), scope="colgroup", colspan=str(len(titles)), class_="n")
        for side in ("proof_before", "proof_after")
    ]
    top = element("tr", element("td"), *group, element("td", colspan="3"))
    last = [say("proof_less"), say("proof_part"), say("proof_one_off")]
    head = [element("th", say("proof_partner"), scope="col")]
    head += [element("th", title, scope="col", class_="n") for title in [*titles, *titles, *last]]
    whole = Change(say("together"), proof.before, proof.after, proof.one_off, proof.items)
    rows = [_line(change, items, say) for change in (*proof.changes, whole)]
    made = element("table", element("caption", say("proof_caption")), element("thead", top, element("tr", head)),
                   element("tbody", rows), class_="sums")  # fmt: skip
    return element("div", made, class_="scroll", tabindex="0")


def _line(change: Change, items: list[str], say: Wording) -> Markup:
    sides = [[*(change.items.get(item, (0, 0))[k] for item in items), (change.before, change.after)[k]] for k in (0, 1)]
    less = change.before - change.after
    part = say.percent(less / change.before, 2) if change.before else "–"
    amounts = [say.number(cents / 100, 2) for cents in [*sides[0], *sides[1], less]]
    cells = [*amounts, part, say.number(change.one_off / 100, 2)]
    return element("tr", element("th", change.partner, scope="row"), *(element("td", cell, class_="n") for cell in cells))


def _saving(proof: Proof, say: Wording) -> Markup:
    yearly = proof.one_off / proof.years
    lines = [
        ("proof_without", proof.after / 100, float(proof.saving)),
        ("proof_with", (proof.after + yearly) / 100, float(proof.saving_with_one_off)),
    ]
    rows = [
        element(
            "tr",
            element("th", say(name, years=proof.years, one_off=say.euro(proof.one_off)), scope="row"),
            element("td", f"1 − {say.number(joint, 2)} / {say.number(proof.before / 100, 2)}", class_="n"),
            element("td", element("strong", say.percent(saving, 2)), class_="n"),
        )
        for name, joint, saving in lines
    ]
    head = [element("th", ""), *(element("th", say(name), scope="col", class_="n") for name in ("proof_formula", "proof_part"))]
    return table(None, head, rows)


def _conditions(proof: Proof, say: Wording) -> Markup:
    head = [element("th", say(f"proof_{name}"), scope="col") for name in ("condition", "asked", "found", "held")]
    rows = [
        element(
            "tr",
            element("th", say(f"condition_{condition.name}"), scope="row"),
            element("td", as_written(condition.asked, say)),
            element("td", as_written(condition.found, say)),
            element("td", say("yes" if condition.holds else "no"), class_="yes" if condition.holds else "no"),
        )
        for condition in proof.conditions
    ]
    return table(None, head, rows)


def as_written(text: str, say: Wording) -> str:
    """Return a condition's value with the language's marks."""
    return text.replace("%", say.per_cent).replace(".", "," if say.language == "de" else ".")
