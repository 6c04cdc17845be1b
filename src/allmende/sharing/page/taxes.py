"""The section on what partners keep after the trade tax levy and the equalisation, with all that is assumed."""

from __future__ import annotations

from allmende.parameters import load
from allmende.sharing.compare import Deal
from allmende.sharing.page.markup import Markup, element, joined
from allmende.sharing.page.tables import labelled, main_rows, table
from allmende.sharing.page.wording import Wording
from allmende.sharing.taxes import Effects, Equalisation, levy_points


def taxes(deal: Deal, say: Wording) -> Markup | None:
    """Return what each keeps under each key, labelled as a simple model; nothing if the case does not ask for it."""
    effects = deal.case.effects
    if effects is None:
        return None
    alone = effects.kept(deal.alone)
    head = [element("th", say("key_alone"), scope="col")]
    head += [element("th", name, scope="col", class_="n") for name in deal.case.game.players]
    parts = [element("td", say.percent(float(part), 1), class_="n") for part in effects.kept_parts]
    rows = [
        element("tr", element("th", say("taxes_part"), scope="row"), *parts),
        element("tr", element("th", say("alone"), scope="row"), *(_cell(say, cents) for cents in alone)),
    ]
    for letter, row in main_rows(deal):
        kept = [_cell(say, cents, cents - least) for cents, least in zip(effects.kept(row.cents), alone, strict=True)]
        rows.append(element("tr", element("th", labelled(letter, row, say), scope="row"), *kept))
    same = len(set(effects.kept_parts)) == 1
    return joined(
        element("h2", say("taxes"), " ", element("span", say("taxes_label"), class_="tag")),
        element("p", say("taxes_same" if same else "taxes_unlike"), class_="note"),
        table(say("taxes_note"), head, rows),
        element("ul", [element("li", sentence) for sentence in assumed(deal, effects, say)], class_="assumed"),
    )


def assumed(deal: Deal, effects: Effects, say: Wording) -> list[str]:
    """Return in sentences what the model takes from where, what it assumes, and what it leaves out."""
    sentences = []
    if effects.hebesatz is not None:
        levy = load("trade_tax")["levy"]
        points = say.number(float(levy_points()))
        sentences.append(say("taxes_levy", points=points, rate=effects.hebesatz, source=levy["source"], date=str(levy["date"])))
    named = list(zip(deal.case.game.players, effects.equalisations, strict=True))
    models = [one for k, one in enumerate(effects.equalisations) if one is not None and one not in effects.equalisations[:k]]
    sentences += [_model(one, [name for name, its in named if its == one], say) for one in models]
    if not models:
        return [*sentences, say("taxes_no_model")]
    return [*sentences, say("taxes_counts"), say("taxes_left_out")]


def _model(one: Equalisation, names: list[str], say: Wording) -> str:
    parts = {
        "compensation": one.compensation,
        "levy": one.district_levy,
        "grants": one.grants_in_levy_base,
        "kept": one.kept,
    }
    written = {name: say.percent(float(part), 0 if (100 * part).denominator == 1 else 1) for name, part in parts.items()}
    return say(
        "taxes_model",
        partners=say.group(names),
        land=one.land[say.language],
        year=one.year,
        source=one.source[say.language],
        **written,
    )


def _cell(say: Wording, cents: int, change: int | None = None) -> Markup:
    hint = None if change is None else element("small", say.signed(change / 100))
    return element("td", say.number(cents / 100), hint, class_="n worse" if change is not None and change < 0 else "n")
