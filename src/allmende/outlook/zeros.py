"""What a look ahead set to 0 because it would have been below: counted, so that nothing is cut in silence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from allmende.outlook.folder import LEVELS, Statement
from allmende.projection.draws import Draws

Floats = NDArray[np.float64]


def of_zeros(words: Mapping[str, Any], drawn: Draws, fan: Floats, simple: Floats) -> tuple[Statement, ...]:
    """Return a statement for each way in which figures were cut at 0, none where nothing was.

    `words` has the sentences (`parameters/outlook.toml`), `fan [Q, Y, R, K]` the intervals and `simple [B, Y, R]` the totals of
    the simple models.
    """
    low, middle = fan[LEVELS.index(0.1)], fan[LEVELS.index(0.5)]
    emptied = (simple[:, 1:] == 0) & (simple[:, :1] > 0)
    found = {
        "drawn below zero": (drawn.cut, drawn.value.size),
        "interval below zero": (int(((low == 0) & (middle > 0)).sum()), int((middle > 0).sum())),
        "trend below zero": (int(emptied.sum()), emptied.size),
    }
    return tuple(
        Statement(topic, source="", **{each: words[topic][each].format(count=cut, all=every) for each in ("de", "en")})
        for topic, (cut, every) in found.items()
        if cut
    )
