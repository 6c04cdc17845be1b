"""The worked example of every scheme, computed again to the cent."""

from __future__ import annotations

from allmende.comparison import Comparison
from allmende.money import cents
from allmende.schemes.figures_file import example_run
from allmende.schemes.reading import SCHEMES, load_scheme
from allmende.schemes.settling import settle


def comparisons() -> tuple[Comparison, ...]:
    """Compare what the examples say, partner by partner, with what the schemes compute; sources as the examples name them."""
    return tuple(one for name in SCHEMES for one in _scheme(name))


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
