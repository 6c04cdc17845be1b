"""How `sharing compare` and `sharing proof` answer: JSON for programs, lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from allmende.cli.deal_tables import deal_tables, laid_out
from allmende.cli.game_files import core_document
from allmende.money import decimal, show
from allmende.sharing.advice import easiest
from allmende.sharing.compare import Deal, Row
from allmende.sharing.departures import Departure, departures
from allmende.sharing.page.glance import advice
from allmende.sharing.page.proof import as_written
from allmende.sharing.page.reasons import clash, verdict
from allmende.sharing.page.taxes import assumed
from allmende.sharing.page.wording import Wording, wording
from allmende.sharing.proof import Proof
from allmende.sharing.taxes import PARTS, Effects, Equalisation, levy_points


def deal_document(deal: Deal) -> dict[str, Any]:
    """Return a comparison as data: amounts in euro as text with two decimals, exact to the cent."""
    game, heads = deal.case.game, deal.case.heads
    return {
        "title": dict(deal.case.title),
        "kind": game.kind,
        "year": deal.case.year,
        "partners": list(game.players),
        "inhabitants": None if heads is None else _by(deal, [float(one) for one in heads]),
        "alone": _by(deal, [decimal(cents) for cents in deal.alone]),
        "adds_when_last": None if deal.adds is None else _by(deal, [decimal(cents) for cents in deal.adds]),
        "total": decimal(deal.total),
        "gain": decimal(deal.gain),
        "core": {
            "nonempty": deal.balance.nonempty,
            "proof": [{"members": list(members), "weight": weight} for members, weight in deal.balance.weights],
        },
        "not_subadditive": _breach(deal),
        "easiest_to_defend": _easiest(deal),
        "rows": [_row(deal, row) for row in deal.rows],
        "not_applicable": [{"id": one.id, "why": one.why} for one in deal.refused],
        "after_taxes": None if deal.case.effects is None else _after_taxes(deal, deal.case.effects),
        "if_one_leaves": [_leaver(deal, one) for one in departures(deal.case)],
        "uncertainty": None if deal.case.uncertainty is None else asdict(deal.case.uncertainty),
    }


def _leaver(deal: Deal, one: Departure) -> dict[str, Any]:
    others = [name for name in deal.case.game.players if name != one.partner]
    return {
        "partner": one.partner,
        "others_together": None if one.together is None else decimal(one.together),
        "allocations": {
            key: None if shares is None else {name: decimal(cents) for name, cents in zip(others, shares, strict=True)}
            for key, shares in one.shares.items()
        },
    }


def _breach(deal: Deal) -> dict[str, Any] | None:
    if deal.worst_breach is None:
        return None
    return {"pairs": deal.breaches, "worst": asdict(deal.worst_breach)}


def _easiest(deal: Deal) -> dict[str, Any]:
    found = easiest(deal)
    return {
        "id": found.row.id if found else None,
        "follows_benefit": float(found.benefit) if found else None,
        "sentence": {language: advice(deal, wording(language)) for language in ("de", "en")},
    }


def _row(deal: Deal, row: Row) -> dict[str, Any]:
    heads, sign = deal.case.heads, 1 if deal.case.game.kind == "cost" else -1
    return {
        "id": row.id,
        "key": row.is_key,
        "name": row.name,
        "sentence": row.sentence,
        "verdict": {language: verdict(deal, row, wording(language)) for language in ("de", "en")},
        "formula": row.formula,
        "source": row.source,
        "allocation": _by(deal, [decimal(cents) for cents in row.cents]),
        "per_head": None if not heads or not all(heads) else _by(
            deal, [round(cents / 100 / float(one), 4) for cents, one in zip(row.cents, heads, strict=True)]
        ),
        "worse_than_alone": _by(deal, [decimal(sign * (c - a)) for c, a in zip(row.cents, deal.alone, strict=True)]),
        "core": core_document(row.core),
        "kept_after_taxes": _kept(deal, row.cents),
        "properties": row.properties,
        "interval_90": None if row.interval is None else _by(deal, [[round(q) / 100 for q in pair] for pair in row.interval]),
        "holds_in_draws": row.holds,
        "law": [asdict(hook) for hook in row.hooks],
        "steps": list(row.split.steps) if row.split else [],
    }  # fmt: skip


def _after_taxes(deal: Deal, effects: Effects) -> dict[str, Any]:
    return {
        "label": {language: wording(language)("taxes_label") for language in ("de", "en")},
        "hebesatz": effects.hebesatz,
        "levy_points": None if effects.hebesatz is None else float(levy_points()),
        "equalisation": _by(deal, [None if one is None else _model(one) for one in effects.equalisations]),
        "kept_part": _by(deal, [float(part) for part in effects.kept_parts]),
        "alone": _kept(deal, deal.alone),
        "assumed": {language: assumed(deal, effects, wording(language)) for language in ("de", "en")},
    }


def _model(one: Equalisation) -> dict[str, Any]:
    parts = {name: float(getattr(one, name)) for name in PARTS}
    return {"land": dict(one.land), **parts, "kept": float(one.kept), "year": one.year, "source": dict(one.source)}


def _kept(deal: Deal, cents: tuple[int, ...]) -> dict[str, str] | None:
    return None if deal.case.effects is None else _by(deal, [decimal(one) for one in deal.case.effects.kept(cents)])


def _by(deal: Deal, values: list[Any]) -> dict[str, Any]:
    return dict(zip(deal.case.game.players, values, strict=True))


def deal_lines(deal: Deal, language: str) -> Iterator[str]:
    """Yield a comparison as tables and a sentence for each key and method."""
    say = wording(language)
    yield deal.case.title[language]
    if deal.worst_breach is not None:
        yield clash(deal.worst_breach, deal.breaches, deal.case.game.kind, say.euro(100 * deal.worst_breach.by), say)
    yield from deal_tables(deal, language)
    if deal.case.effects is not None:
        effects = deal.case.effects
        yield ""
        yield f"{say('taxes')} [{say('taxes_label')}]"
        kept = [(say("alone"), effects.kept(deal.alone)), *((row.name[language], effects.kept(row.cents)) for row in deal.rows)]
        yield from laid_out(
            deal.case.game.players, [(name, [say.number(one / 100, 2) for one in cents]) for name, cents in kept]
        )
        yield from (f"- {sentence}" for sentence in assumed(deal, effects, say))
    yield ""
    yield advice(deal, say)
    if deal.case.land and deal.case.keys and deal.case.game.kind == "cost" and not any(row.hooks for row in deal.rows):
        yield say("no_law", land=deal.case.land)
    yield ""
    for row in deal.rows:
        yield f"{row.name[language]}: {row.sentence[language]} {verdict(deal, row, say)}"
    for one in deal.refused:
        yield f"{one.name[language]}: {say(f'refused_{one.cause}')}"


def proof_document(proof: Proof, *, partners: tuple[str, ...]) -> dict[str, Any]:
    """Return a sheet of proof as data."""
    return {
        "holds": proof.holds,
        "saving": float(proof.saving),
        "saving_with_one_off": float(proof.saving_with_one_off),
        "members": len(partners),
        "years": proof.years,
        "before": decimal(proof.before),
        "after": decimal(proof.after),
        "one_off": decimal(proof.one_off),
        "items": {item: {"before": decimal(b), "after": decimal(a)} for item, (b, a) in proof.items.items()},
        "partners": [
            {
                "name": c.partner,
                "before": decimal(c.before),
                "after": decimal(c.after),
                "one_off": decimal(c.one_off),
                "items": {item: {"before": decimal(b), "after": decimal(a)} for item, (b, a) in c.items.items()},
            }
            for c in proof.changes
        ],
        "conditions": [asdict(condition) for condition in proof.conditions],
        "rule": dict(proof.rule),
        "source": proof.source,
    }


def proof_lines(proof: Proof, say: Wording) -> Iterator[str]:
    """Yield a sheet of proof for people: what each paid and pays, the saving, and which condition holds."""

    def amounts(before: int, after: int) -> dict[str, str]:
        return {"before": show(before, say.language), "after": show(after, say.language)}

    for change in proof.changes:
        yield say(
            "paid", who=change.partner, one_off=show(change.one_off, say.language), **amounts(change.before, change.after)
        )
    together = amounts(proof.before, proof.after)
    yield say("paid", who=say("together"), one_off=show(proof.one_off, say.language), **together)
    for item, (before, after) in proof.items.items():
        yield say("paid_item", item=say(f"item_{item}"), **amounts(before, after))
    yield say("saved", saving=say.percent(float(proof.saving), 2))
    yield say("saved_one_off", years=proof.years, saving=say.percent(float(proof.saving_with_one_off), 2))
    for condition in proof.conditions:
        found, asked = as_written(condition.found, say), as_written(condition.asked, say)
        line = "condition_holds" if condition.holds else "condition_fails"
        yield say(line, condition=say(f"condition_{condition.name}"), found=found, asked=asked)
    yield f"{proof.rule[say.language]} [{proof.source}]"
