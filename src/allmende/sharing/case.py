"""A case to be shared: partners, what every group would pay, and the keys that are discussed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from allmende.errors import AllmendeError
from allmende.sharing.case_costs import game_of_case, parts_of
from allmende.sharing.figures import EQUAL, Figures, figures_of, number
from allmende.sharing.games import Game
from allmende.sharing.key_terms import key_from
from allmende.sharing.keys import Key
from allmende.sharing.law import KINDS as KINDS_OF_MEASURE
from allmende.sharing.law import LAENDER, Measure
from allmende.sharing.services import Part
from allmende.sharing.shapes import only, rows_of, table_of, whole_of, words
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
        raise AllmendeError(
            f"A case has no term {unknown[0]!r}.",
            where=unknown[0],
            expected=", ".join(sorted(TERMS)),
            todo="Correct the word, or leave it out.",
        )
    rows = rows_of(table.get("partner", []), "partner")
    partners = tuple(row["name"] if isinstance(row.get("name"), str) else "" for row in rows)
    if not partners or not all(partners) or len(set(partners)) < len(partners):
        raise AllmendeError(
            "The case needs partners with different names.",
            where="partner",
            expected='[[partner]] and under it name = "…"',
            todo="Name each partner once.",
        )
    year = whole_of(table.get("year"), "year", least=1900, most=2200)
    figures = _figures(table, partners)
    parts = parts_of(table)
    volumes = {part.measure: figures.of(part.measure, year) for part in parts if part.measure}
    game = game_of_case(table, partners, parts, volumes, siting)
    return Case(
        title=words(table.get("title", "Ohne Titel"), "title"),
        question=words(table.get("question", ""), "question"),
        year=year,
        price_base=table.get("price_base"),
        region=words(table.get("region", ""), "region"),
        fictional=bool(table.get("fictional", False)),
        land=_land(table.get("land")),
        source=words(table.get("source", ""), "source"),
        game=game,
        figures=figures,
        keys=tuple(_key(row, k) for k, row in enumerate(rows_of(table.get("key", []), "key"), 1)),
        uncertainty=_uncertainty(table["uncertainty"]) if "uncertainty" in table else None,
        measures={name: _measure(row, name) for name, row in table_of(table.get("measure", {}), "measure").items()},
        effects=_effects(table, game),
        parts=parts,
        volumes=volumes,
    )


def _land(code: Any) -> str | None:
    if code is None or code in LAENDER:
        return None if code is None else str(code)
    raise AllmendeError(
        f"{code!r} is no Land.", where="land", expected=", ".join(LAENDER), todo="Write one of these codes, or leave it out."
    )


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


def _measure(row: Any, name: str) -> Measure:
    where = f"measure.{name}"
    kind = only(row, ("name", "kind"), where).get("kind", "other")
    if kind not in KINDS_OF_MEASURE:
        raise AllmendeError(
            f"A measure is not of kind {kind!r}.",
            where=where,
            expected=", ".join(KINDS_OF_MEASURE),
            todo="Say what the measure follows.",
        )
    return Measure(words(row.get("name", name), f"{where}, name"), kind)


def _figures(table: Mapping[str, Any], partners: tuple[str, ...]) -> Figures:
    measures: dict[str, dict[Any, Any]] = {}
    for row in rows_of(table.get("partner", []), "partner"):
        for measure, value in row.items():
            if measure != "name":
                measures.setdefault(measure, {})[row["name"]] = value
    dated = table_of(table.get("figures", {}), "figures")
    both = sorted(measures.keys() & dated.keys())
    if both or EQUAL in {*measures, *dated}:
        what = both[0] if both else EQUAL
        raise AllmendeError(
            f"The measure {what!r} is given twice or may not be given.",
            where="figures",
            expected="each measure once",
            todo="Keep one of them; the name equal is taken.",
        )
    return figures_of(partners, {**measures, **dated})


def _key(row: Mapping[str, Any], place: int) -> NamedKey:
    name = str(row.get("id", f"key-{place}"))
    return NamedKey(name, words(row.get("name", name), f"key {name}, name"), key_from(row, f"key {name}"))


def _uncertainty(given: Any) -> Uncertainty:
    table = only(given, ("alone", "together", "draws", "seed", "source"), "uncertainty")
    source = table.get("source", "assumption")
    return Uncertainty(
        alone=_half_width(table.get("alone", 0), "uncertainty.alone"),
        together=_half_width(table.get("together", 0), "uncertainty.together"),
        draws=whole_of(table.get("draws", 200), "uncertainty.draws", least=20, most=10_000),
        seed=whole_of(table.get("seed", 1), "uncertainty.seed", least=0, most=2**32),
        source=ASSUMPTION if source == "assumption" else words(source, "uncertainty.source"),
    )


def _half_width(value: Any, where: str) -> float:
    width = number(value, where)
    if width > 1:
        raise AllmendeError(
            f"An interval of ± {value} is wider than the amount.", where=where, expected='a part as "5 %"', todo="Correct it."
        )
    return float(width)
