"""All keys and methods side by side: who pays what, who would leave, what holds and what breaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from allmende.errors import AllmendeError
from allmende.money import round_shares
from allmende.sharing.case import Case, NamedKey
from allmende.sharing.core import Balance, CoreReport, core_balance, core_report
from allmende.sharing.games import Floats, Game
from allmende.sharing.joining import Breach, breaches
from allmende.sharing.key_words import key_sentence
from allmende.sharing.keys import Key, Split, split_by
from allmende.sharing.law import Hook, hooks
from allmende.sharing.methods import METHODS, SAME, words_of
from allmende.sharing.points import separable
from allmende.sharing.services import cost_function_game, scaled
from allmende.sharing.shapes import naming

LEFT_OUT = (*SAME, "least-core", "prenucleolus", "cost-proportional-nucleolus")
"""Methods that a comparison does not show: second names, more than one answer, and one that may charge more than alone."""
OVERRUN = 0.05
"""The rise of the joint cost with which is tried whether anybody would pay less."""
NINETY = 1.6449
"""Half-widths of 90 % intervals in standard deviations."""

Splitter = Callable[[Game], Floats]


@dataclass(frozen=True, slots=True)
class Row:
    """One key or method applied. Tuples are in the order of the partners; `shares` and `cents` in cents, exact and rounded.

    `properties`: rational (nobody worse off than alone), core, no_subsidy (everybody bears at least what it adds), monotone
    (nobody pays less when the joint cost rises by 5 %), additive; None where it cannot be told. `interval` is 5 % and 95 % of
    each share under the stated uncertainty, `holds` the part of draws in which nobody would leave. `split` says how a key
    came to its shares.
    """

    id: str
    is_key: bool
    name: dict[str, str]
    sentence: dict[str, str]
    formula: dict[str, str]
    source: dict[str, str]
    shares: Floats
    cents: tuple[int, ...]
    core: CoreReport
    properties: dict[str, bool | None]
    split: Split | None
    hooks: tuple[Hook, ...]
    interval: tuple[tuple[float, float], ...] | None = None
    holds: float | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A method that is not defined for a case: because amounts of groups are `missing`, or by its `nature`."""

    id: str
    name: dict[str, str]
    cause: Literal["missing", "nature"]
    why: str


@dataclass(frozen=True, slots=True)
class Deal:
    """A case compared: cents alone, added as the last (None if not costed) and together, and a row for each key and method."""

    case: Case
    alone: tuple[int, ...]
    adds: tuple[int, ...] | None
    total: int
    rows: tuple[Row, ...]
    refused: tuple[Refusal, ...]
    balance: Balance
    breaches: int
    worst_breach: Breach | None

    @property
    def gain(self) -> int:
        """What all together are better off than alone, in cents."""
        together = sum(self.alone) - self.total
        return together if self.case.game.kind == "cost" else -together

    @property
    def tested(self) -> tuple[int, int]:
        """Of how many groups the amount is known, and how many groups there are, all together apart."""
        stated = self.case.game.stated[1:-1]
        return int(stated.sum()), len(stated)


def compare(case: Case) -> Deal:
    """Apply every key of a case and every method, and test what comes out.

    Raises `AllmendeError` if a key cannot be applied; methods that are not defined for the case are listed with the reason.
    """
    game = case.game
    alone = tuple(round(float(a) * 100) for a in game.alone) if game.stated[1 << np.arange(len(game))].all() else None
    if alone is None:
        raise AllmendeError(
            "A partner's amount alone is missing.",
            where="coalition",
            expected="an amount alone for every partner",
            todo="Add a [[coalition]] with this partner as its only member.",
        )
    last = game.stated[game.everybody ^ (1 << np.arange(len(game)))].all()
    worlds = list(_worlds(case))
    rows = []
    for key in case.keys:
        with naming(f"key {key.id}"):
            rows.append(_row(case, key.id, _by_key(case, key), worlds, key))
    refused = []
    for method in METHODS:
        if method in LEFT_OUT:
            continue
        try:
            rows.append(_row(case, method, METHODS[method], worlds, None))
        except AllmendeError as error:
            refused.append(
                Refusal(
                    method, dict(words_of(method, game.kind)["name"]), "nature" if game.stated.all() else "missing", error.what
                )
            )
    count, worst = breaches(game)
    adds = tuple(round(float(a) * 100) for a in separable(game)) if last else None
    total = round(float(game.total) * 100)
    return Deal(case, alone, adds, total, tuple(rows), tuple(refused), core_balance(game), count, worst)


def _by_key(case: Case, key: NamedKey) -> Splitter:
    def split(game: Game) -> Floats:
        cents = round(float(game.total) * 100)
        return np.array([float(share) / 100 for share in split_by(key.key, cents, case.figures, case.year).shares])

    return split


def _row(case: Case, name: str, split: Splitter, worlds: list[Game], key: NamedKey | None) -> Row:
    game = case.game
    shares = np.asarray(split(game), dtype=np.float64)
    total = round(float(game.total) * 100)
    words = _key_words(key, case) if key else words_of(name, game.kind, loss=_loses(game))
    report = core_report(game, shares)
    rule = key.key.rounding if key else "largest-remainder"
    row = Row(
        id=name,
        is_key=key is not None,
        name=dict(words["name"]),
        sentence=dict(words["sentence"]),
        formula=dict(words["formula"]),
        source=dict(words["source"]),
        shares=shares * 100,
        cents=tuple(round_shares((shares * 100).tolist(), total, rule)),
        core=report,
        properties=_properties(game, split, shares, report, additive=words["additive"]),
        split=split_by(key.key, total, case.figures, case.year) if key else None,
        hooks=_hooks(key.key, case) if key and game.kind == "cost" else (),
    )
    return _with_intervals(row, split, worlds) if worlds else row


def _loses(game: Game) -> bool:
    gap = float(game.total - game.alone.sum())
    return bool((gap if game.kind == "cost" else -gap) > game.noise)


def _hooks(key: Key, case: Case) -> tuple[Hook, ...]:
    """Return what laws say about a key, and about the old one for as long as it splits a part."""
    measures = dict.fromkeys(one for rule in (key, *key.in_force(case.year)) for one in rule.measures)
    return hooks(measures, case.land, case.measures)


def _key_words(key: NamedKey, case: Case) -> dict[str, Any]:
    cost = case.game.kind == "cost"
    bounds = [bound for rule in key.key.in_force(case.year) for bound in (*rule.floors.values(), *rule.caps.values())]
    return {
        "name": key.name,
        "sentence": {language: key_sentence(key.key, language, case.measures, cost=cost) for language in ("de", "en")},
        "formula": dict.fromkeys(("de", "en"), "x_i = c(N) · Σ w_m · k_mi / Σ k_mj"),
        "source": {"de": "Schlüssel des Falls", "en": "key of the case"},
        "additive": all(bound.cents is None for bound in bounds),
    }


def _properties(game: Game, split: Splitter, shares: Floats, report: CoreReport, *, additive: bool) -> dict[str, bool | None]:
    sign = 1 if game.kind == "cost" else -1
    slack = 0.005  # half a cent
    last = game.everybody ^ (1 << np.arange(len(game)))
    adds = separable(game) if game.stated[last].all() else None
    return {
        "rational": bool((sign * shares <= sign * game.alone + slack).all()),
        "core": None if report.member and not game.stated.all() else report.member,
        "no_subsidy": None if adds is None else bool((sign * shares >= sign * adds - slack).all()),
        "monotone": _monotone(game, split, shares),
        "additive": additive,
    }


def _monotone(game: Game, split: Splitter, shares: Floats) -> bool | None:
    raised = game.amounts.copy()
    raised[-1] = np.round(raised[-1] * (1 + OVERRUN), 2)
    try:
        return bool((split(Game(game.kind, game.players, raised)) >= shares - 0.005).all())
    except AllmendeError:
        return None


def _worlds(case: Case) -> Iterator[Game]:
    """Yield the game under other costs: parts of a cost function, or amounts alone and together, drawn as the case says."""
    unsure = case.uncertainty
    if unsure is None:
        return
    rng = np.random.default_rng(unsure.seed)
    spreads = np.array([part.spread for part in case.parts])
    for _ in range(unsure.draws):
        game = case.game
        if len(spreads):
            factors = np.maximum(1 + spreads / NINETY * rng.standard_normal(len(spreads)), 0.0)
            game = cost_function_game(game.players, case.parts, case.volumes, factors.tolist())
        alone = np.maximum(1 + unsure.alone / NINETY * rng.standard_normal(len(game)), 0.0)
        yield scaled(game, alone, max(1 + unsure.together / NINETY * rng.standard_normal(), 0.0))


def _with_intervals(row: Row, split: Splitter, worlds: list[Game]) -> Row:
    drawn, stays = [], 0
    for world in worlds:
        try:
            shares = split(world)
        except AllmendeError:
            continue  # where together is worse than alone no shares are rational: counted as a draw in which somebody leaves
        drawn.append(shares * 100)
        stays += core_report(world, shares).member
    if not drawn:
        return row
    low, high = np.quantile(np.array(drawn), [0.05, 0.95], axis=0)
    fields = {name: getattr(row, name) for name in row.__slots__}
    interval = tuple(zip(low.tolist(), high.tolist(), strict=True))
    return Row(**fields | {"interval": interval, "holds": stays / len(worlds)})
