"""A case to be shared: partners, what every group would pay, and the keys that are discussed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from allmende.errors import AllmendeError
from allmende.money import cents
from allmende.sharing.figures import EQUAL, Figures, figures_of, number
from allmende.sharing.games import Game, game_of
from allmende.sharing.key_terms import key_from
from allmende.sharing.keys import Key
from allmende.sharing.law import KINDS as KINDS_OF_MEASURE
from allmende.sharing.law import Measure
from allmende.sharing.services import ITEMS, KINDS, Change, Part, cost_function_game, savings_game_of
from allmende.sharing.taxes import Effects, effects_from

Words = Mapping[str, str]
ASSUMPTION = {"de": "Annahme", "en": "assumption"}
TERMS = {
    "title", "question", "year", "price_base", "region", "fictional", "land", "source", "kind", "partial", "partner", "figures",
    "coalition", "cost_function", "savings", "siting", "key", "uncertainty", "measure", "trade_tax", "equalisation",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class NamedKey:
    """A key that councils discuss, under the name they use."""

    id: str
    name: Words
    key: Key


@dataclass(frozen=True, slots=True)
class Uncertainty:
    """Half-widths of 90 % intervals, relative: of what each would pay alone, of what joint solutions cost."""

    alone: float
    together: float
    draws: int
    seed: int
    source: Words


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a comparison needs. Amounts of the game are euro a year, to the cent."""

    title: Words
    question: Words
    year: int
    price_base: int | None
    region: Words
    fictional: bool
    land: str | None
    source: Words
    game: Game
    figures: Figures
    keys: tuple[NamedKey, ...]
    uncertainty: Uncertainty | None
    measures: Mapping[str, Measure]
    effects: Effects | None = None
    parts: tuple[Part, ...] = ()
    volumes: Mapping[str, tuple[Fraction, ...]] = field(default_factory=dict)

    @property
    def heads(self) -> tuple[Fraction, ...] | None:
        """Inhabitants by partner, if they are known."""
        known = sorted(year for measure, year in self.figures.values if measure == "inhabitants" and year <= self.year)
        return self.figures.of("inhabitants", known[-1]) if known else None


def case_from(table: Mapping[str, Any], *, siting: Game | None = None) -> Case:
    """Return the case of a table as `docs/formats/sharing-case.md` describes it; `siting` is a game that the case refers to.

    Raises `AllmendeError` for what is missing, unknown or does not fit, naming the place in the table.
    """
    unknown = sorted(table.keys() - TERMS)
    if unknown:
        raise AllmendeError(f"A case has no term {unknown[0]!r}.", where=unknown[0], expected=", ".join(sorted(TERMS)))
    partners = tuple(str(row.get("name", "")) for row in table.get("partner", ()))
    if not partners or not all(partners) or len(set(partners)) < len(partners):
        raise AllmendeError("The case needs partners with different names.", where="partner", expected="[[partner]] name = …")
    year = table.get("year")
    if not isinstance(year, int):
        raise AllmendeError("The case has no year.", where="year", expected="year = 2026, the year that is split")
    figures = _figures(table, partners)
    parts = tuple(
        part_from(row, f"cost_function.part {k}") for k, row in enumerate(table.get("cost_function", {}).get("part", ()), 1)
    )
    volumes = {part.measure: figures.of(part.measure, year) for part in parts if part.measure}
    game = _game(table, partners, parts, volumes, siting)
    return Case(
        title=words(table.get("title", "Ohne Titel"), "title"),
        question=words(table.get("question", ""), "question"),
        year=year,
        price_base=table.get("price_base"),
        region=words(table.get("region", ""), "region"),
        fictional=bool(table.get("fictional", False)),
        land=table.get("land"),
        source=words(table.get("source", ""), "source"),
        game=game,
        figures=figures,
        keys=tuple(_key(row, k) for k, row in enumerate(table.get("key", ()), 1)),
        uncertainty=_uncertainty(table["uncertainty"]) if "uncertainty" in table else None,
        measures={name: _measure(row, name) for name, row in table.get("measure", {}).items()},
        effects=_effects(table, game),
        parts=parts,
        volumes=volumes,
    )


def words(value: Any, where: str) -> dict[str, str]:
    """Return a text in both languages from one text or { de, en }."""
    if isinstance(value, str):
        return {"de": value, "en": value}
    if isinstance(value, Mapping) and {"de", "en"} <= value.keys():
        return {language: str(value[language]) for language in ("de", "en")}
    raise AllmendeError("A text is needed in both languages.", where=where, expected='{ de = "…", en = "…" }')


def _effects(table: Mapping[str, Any], game: Game) -> Effects | None:
    found = effects_from(table, game.players)
    if found is not None and game.kind == "cost":
        raise AllmendeError(
            "The case splits costs, but levy and equalisation concern shared trade tax.",
            where="trade_tax" if "trade_tax" in table else "equalisation",
            expected='a case of kind = "value" whose amounts are trade tax',
            todo="Leave them out, or make a case of the tax receipts.",
        )
    return found


def _measure(row: Mapping[str, Any], name: str) -> Measure:
    kind = row.get("kind", "other")
    if kind not in KINDS_OF_MEASURE:
        raise AllmendeError(
            f"A measure is not of kind {kind!r}.", where=f"measure.{name}", expected=", ".join(KINDS_OF_MEASURE)
        )
    return Measure(words(row.get("name", name), f"measure.{name}, name"), kind)


def _figures(table: Mapping[str, Any], partners: tuple[str, ...]) -> Figures:
    measures: dict[str, dict[Any, Any]] = {}
    for row in table.get("partner", ()):
        for measure, value in row.items():
            if measure != "name":
                measures.setdefault(measure, {})[row["name"]] = value
    dated = table.get("figures", {})
    both = sorted(measures.keys() & dated.keys())
    if both or EQUAL in {*measures, *dated}:
        what = both[0] if both else EQUAL
        raise AllmendeError(
            f"The measure {what!r} is given twice or may not be given.", where="figures", expected="each measure once"
        )
    return figures_of(partners, {**measures, **dated})


def _game(
    table: Mapping[str, Any],
    partners: tuple[str, ...],
    parts: tuple[Part, ...],
    volumes: Mapping[str, tuple[Fraction, ...]],
    siting: Game | None,
) -> Game:
    given = [name for name in ("coalition", "cost_function", "savings", "siting") if name in table]
    if len(given) != 1:
        raise AllmendeError(
            "The case does not say in one way what groups would pay."
            if not given
            else f"The case says it twice: {', '.join(given)}.",
            where="cost",
            expected="one of [[coalition]], [cost_function], [savings], siting",
        )
    if siting is not None:
        if set(siting.players) != set(partners):
            raise AllmendeError("The siting result has other partners.", where="siting", expected=", ".join(partners))
        rows = [(siting.members(s), _to_cent(siting.amounts[s])) for s in range(1, len(siting.amounts)) if siting.stated[s]]
        return game_of(siting.kind, partners, rows, partial=True)
    if "savings" in table:
        return _savings(table["savings"], partners)
    if parts:
        return cost_function_game(partners, parts, volumes)
    rows = [(row.get("members", ()), cents(row.get("amount", ""), where=_place(row)) / 100) for row in table["coalition"]]
    return game_of(table.get("kind", "cost"), partners, rows, partial=bool(table.get("partial", False)))


def _to_cent(amount: Any) -> float:
    return round(float(amount) * 100) / 100


def _place(row: Mapping[str, Any]) -> str:
    return "coalition " + " + ".join(map(str, row.get("members", ())))


def _savings(table: Mapping[str, Any], partners: tuple[str, ...]) -> Game:
    return savings_game_of(
        changes_of(table, partners), rate=number(table.get("discount_rate", 0), "savings"), years=years_of(table)
    )


def years_of(table: Mapping[str, Any]) -> int:
    """Return the years of a before/after comparison."""
    years = table.get("years")
    if not isinstance(years, int) or years < 1:
        raise AllmendeError("The comparison has no years.", where="savings.years", expected="years = 5, say")
    return years


def changes_of(table: Mapping[str, Any], partners: tuple[str, ...]) -> tuple[Change, ...]:
    """Return what partners pay before and after, in the order of the partners."""
    rows = {row.get("name"): row for row in table.get("partner", ())}
    missing = [name for name in partners if name not in rows or not {"before", "after"} <= rows[name].keys()]
    if missing:
        raise AllmendeError(
            "A partner has no costs before and after.",
            where=f"savings.partner, {missing[0]}",
            expected="name, before, after (euro a year), one_off if any",
        )
    return tuple(_change(name, rows[name]) for name in partners)


def _change(name: str, row: Mapping[str, Any]) -> Change:
    where = f"savings.partner {name}"
    one_off = cents(row.get("one_off", 0), where=f"{where}, one_off")
    before, after = row["before"], row["after"]
    if not isinstance(before, Mapping) and not isinstance(after, Mapping):
        return Change(name, cents(before, where=f"{where}, before"), cents(after, where=f"{where}, after"), one_off)
    if not isinstance(before, Mapping) or not isinstance(after, Mapping) or not set(ITEMS) >= {*before, *after}:
        raise AllmendeError(
            "Costs are split before but not after, or into something else than these kinds.",
            where=where,
            expected=f"{', '.join(ITEMS)}, before and after: before = {{ personnel = 100, material = 20 }}",
            todo="Split both, or give both as one amount.",
        )
    items = {
        item: tuple(
            cents(side.get(item, 0), where=f"{where}, {when}.{item}") for when, side in (("before", before), ("after", after))
        )
        for item in ITEMS
        if item in before or item in after
    }
    totals = [sum(pair[k] for pair in items.values()) for k in (0, 1)]
    return Change(name, totals[0], totals[1], one_off, {item: (pair[0], pair[1]) for item, pair in items.items()})


def part_from(row: Mapping[str, Any], where: str) -> Part:
    """Return a part of a cost function from its table; raises `AllmendeError` for what is missing or below 0."""
    kind = row.get("kind")
    if kind not in KINDS or (kind in ("per-unit", "per-step", "power") and "measure" not in row):
        raise AllmendeError(
            "A part of the cost is not complete.", where=where, expected=f"kind ({', '.join(KINDS)}), measure, amount"
        )
    amount = cents(row.get("amount", ""), where=f"{where}, amount")
    if amount < 0 or float(row.get("step", 1)) <= 0:
        raise AllmendeError("A cost below 0, or a step that is not above 0.", where=where, expected="amounts of 0 or more")
    return Part(
        name=words(row.get("name", kind), f"{where}, name"),
        kind=kind,
        amount=amount,
        measure=row.get("measure", ""),
        step=float(row.get("step", 1)),
        exponent=float(row.get("exponent", 1)),
        spread=float(number(row.get("spread", 0), f"{where}, spread")),
        source=str(row.get("source", "")),
    )


def _key(row: Mapping[str, Any], place: int) -> NamedKey:
    name = str(row.get("id", f"key-{place}"))
    return NamedKey(name, words(row.get("name", name), f"key {name}, name"), key_from(row, f"key {name}"))


def _uncertainty(table: Mapping[str, Any]) -> Uncertainty:
    draws, source = int(table.get("draws", 200)), table.get("source", "assumption")
    if not 20 <= draws <= 10_000:
        raise AllmendeError(f"{draws} draws are too few or too many.", where="uncertainty.draws", expected="20 to 10,000")
    return Uncertainty(
        alone=float(number(table.get("alone", 0), "uncertainty.alone")),
        together=float(number(table.get("together", 0), "uncertainty.together")),
        draws=draws,
        seed=int(table.get("seed", 1)),
        source=ASSUMPTION if source == "assumption" else words(source, "uncertainty.source"),
    )
