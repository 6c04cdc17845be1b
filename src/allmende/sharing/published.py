"""Published games and their solutions, computed again."""

from __future__ import annotations

from typing import Any

import numpy as np

from allmende.comparison import Comparison
from allmende.parameters import load
from allmende.sharing.games import Game
from allmende.sharing.methods import solve
from allmende.sharing.structured import airport, airport_shapley


def comparisons() -> tuple[Comparison, ...]:
    """Compare published solutions with computed ones, share by share: to 1e-9 of the total, or as far as they were printed."""
    document = load("sharing_published")
    found = [one for entry in document["game"] for one in _game(entry)]
    fees = document["airport"]
    computed = airport_shapley(airport(list(zip(fees["movements"], fees["cost"], strict=True))))
    return (
        *found,
        *(
            Comparison(f"{fees['name']}, Shapley fee of type {k}", fees["source"], published, float(fee), 0.005)
            for k, (published, fee) in enumerate(zip(fees["shapley"], computed, strict=True), 1)
        ),
    )


def _game(entry: dict[str, Any]) -> list[Comparison]:
    game = Game(entry["kind"], tuple(entry["players"]), np.array([0.0, *entry["amounts"]]))
    tolerance = entry.get("printed", 1e-9 * float(game.total))
    return [
        Comparison(f"{entry['name']}, {method}, {player}", entry["source"], value, float(share), tolerance)
        for method, values in entry["expected"].items()
        for player, value, share in zip(game.players, values, solve(game, method).shares, strict=True)
    ]
