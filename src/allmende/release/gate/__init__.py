"""The gate: attacks on a planned release, before anybody else can make them."""

from allmende.release.gate.examine import ATTACKS, Gate
from allmende.release.gate.finding import Finding

__all__ = ["ATTACKS", "Finding", "Gate"]
