"""What an attack found, held against a limit: data for the gate and its reports."""

from __future__ import annotations

from dataclasses import dataclass

from allmende import parameters


@dataclass(frozen=True, slots=True)
class Check:
    """One figure of one attack and its limit: `value` must be at most `limit`, or at least where `at_least`."""

    attack: str
    figure: str
    value: float
    limit: float
    at_least: bool = False

    @property
    def passed(self) -> bool:
        """Whether the figure keeps the limit."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit


@dataclass(frozen=True, slots=True)
class Limits:
    """The highest (least: lowest) figures that a release may show; shares and probabilities 0 … 1.

    Source of each in parameters/privacy.toml.
    """

    sliver_recovery: float
    sliver_precision: float
    sliver_map: float
    least_variance_share: float
    exact_uplift: float
    sparse_share: float


def load_limits() -> Limits:
    """Read the gate's limits from parameters/privacy.toml."""
    document = parameters.load("privacy")
    return Limits(**{name: float(entry["value"]) for name, entry in document["limits"].items()})
