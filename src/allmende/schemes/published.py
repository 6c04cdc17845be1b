"""The worked example of every scheme, computed again to the cent, and a levy's rate that was printed with its amounts."""

from __future__ import annotations

from allmende.comparison import Comparison
from allmende.money import cents
from allmende.schemes.figures_file import example_run
from allmende.schemes.reading import SCHEMES, load_scheme
from allmende.schemes.settling import settle
from allmende.sharing.figures import figures_of


def comparisons() -> tuple[Comparison, ...]:
    """Compare what the examples say, partner by partner, with what the schemes compute; sources as the examples name them."""
    return (*(one for name in SCHEMES for one in _scheme(name)), *_unna())


UNNA = "Kreis Unna, Erläuterung der Kreisumlage (expydoc.com, doc 8947915, retrieved 22.11.2026)"


def _unna() -> list[Comparison]:
    """Let one partner with a hundredth of all levy bases pay by base: its euro are the printed rate in per cent of its base."""
    printed = ((2015, 250_970_000, 528_096_000, 47.52), (2016, 259_080_000, 545_900_000, 47.46))
    scheme, found = load_scheme("verbandsumlage"), []
    for year, need, base, rate in printed:
        bases = {"one": base // 100, "others": base - base // 100}
        figures = figures_of(bases, {"use": bases, "levy_base": bases})
        paid = settle(scheme, figures, year, choices={"need": need, "cap": 1}).contributed[0]
        found.append(Comparison(f"verbandsumlage, per cent of the levy base {year}", UNNA, rate, paid / bases["one"], 0.005))
    return found


def _scheme(name: str) -> list[Comparison]:
    scheme = load_scheme(name)
    run = example_run(scheme)
    found = settle(scheme, run.figures, run.years[0], choices=run.choices)
    expected = scheme.example["expected"]
    source = f"{scheme.sources[0]}: {scheme.example['source']['en']}"
    return [
        Comparison(
            f"{name}, {moved.line}, {who}", source, cents(expected.get(moved.line, {}).get(who, 0)) / 100, amount / 100, 0.0
        )
        for moved in found.movements
        for who, amount in zip((*found.partners, "outside"), (*moved.cents, moved.outside), strict=True)
    ]
