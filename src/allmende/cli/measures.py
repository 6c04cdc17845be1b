"""Numbers on the command line that measure something: finite ones, from a least one on."""

from __future__ import annotations

from math import isfinite
from typing import Any

import click


class Measure(click.FloatRange):
    """A finite number in a range; `click.FloatRange` alone lets nan and infinity pass."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Read the number, or say what is wrong with it."""
        number: float = click.FLOAT.convert(value, param, ctx)
        if not isfinite(number):
            self.fail(f"{value} is no finite number.", param, ctx)
        measured: float = super().convert(number, param, ctx)
        return measured
