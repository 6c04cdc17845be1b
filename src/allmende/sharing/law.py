"""Which law allows a key, and what must be argued for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from allmende.parameters import load


@dataclass(frozen=True, slots=True)
class Hook:
    """What one law says about sharing by one measure. Texts by language ("de", "en")."""

    law: str
    land: str
    measure: str
    rule: dict[str, str]
    argue: dict[str, str]
    source: str
    date: str


def hooks(measures: Iterable[str], land: str | None = None) -> tuple[Hook, ...]:
    """Return what the laws of a Land ("NW", "BY", "HE"; None: all that are known) say about measures.

    >>> [hook.law for hook in hooks(["use"], "NW")]
    ['GkG NRW § 19']
    """
    document = load("law_keys")
    return tuple(
        Hook(
            law["name"],
            law["land"],
            measure,
            law["rule"],
            law["argue"][document["measure"].get(measure, document["measure"]["own"])["kind"]],
            law["source"],
            str(law["date"]),
        )
        for measure in measures
        for law in document["law"]
        if land is None or law["land"] == land
    )


def measure_name(measure: str, language: str) -> str:
    """Return a measure's name for people.

    >>> measure_name("tax_strength", "de"), measure_name("hydrants", "de")
    ('Steuerkraftmesszahl', 'hydrants')
    """
    known = load("law_keys")["measure"]
    return str(known[measure]["name"][language]) if measure in known and measure != "own" else measure
