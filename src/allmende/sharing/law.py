"""Which law allows a key, and what must be argued for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from allmende.parameters import load


@dataclass(frozen=True, slots=True)
class Hook:
    """What one law says about sharing by one measure. Texts by language ("de", "en")."""

    law: str
    land: str
    measure: str
    rule: dict[str, str]
    argue: dict[str, str]
    title: dict[str, str]
    source: str
    date: str


@dataclass(frozen=True, slots=True)
class Measure:
    """What a key measures: its name by language, and whether it follows the benefit, financial strength or something other."""

    name: Mapping[str, str]
    kind: Literal["benefit", "strength", "other"]


LAENDER = ("BW", "BY", "BE", "BB", "HB", "HH", "HE", "MV", "NI", "NW", "RP", "SL", "SN", "ST", "SH", "TH")
KINDS = ("benefit", "strength", "other")
NO_OWN: Mapping[str, Measure] = {}


def measure(name: str, own: Mapping[str, Measure] = NO_OWN) -> Measure:
    """Return a measure of one's own, one of `law_keys.toml`, or an unknown one under its own name.

    >>> measure("use").kind, measure("hydrants").kind
    ('benefit', 'other')
    """
    known = load("law_keys")["measure"]
    if name in own:
        return own[name]
    return Measure(known[name]["name"], known[name]["kind"]) if name in known else Measure({"de": name, "en": name}, "other")


def hooks(measures: Iterable[str], land: str | None = None, own: Mapping[str, Measure] = NO_OWN) -> tuple[Hook, ...]:
    """Return what the laws of a Land ("NW", "BY", "HE"; None: all that are known) say about measures.

    >>> [hook.law for hook in hooks(["use"], "NW")]
    ['GkG NRW § 19']
    """
    laws = [law for law in load("law_keys")["law"] if land is None or law["land"] == land]
    return tuple(
        Hook(
            law["name"],
            law["land"],
            name,
            law["rule"],
            law["argue"][measure(name, own).kind],
            law["title"],
            law["source"],
            str(law["date"]),
        )
        for name in measures
        for law in laws
    )


def measure_name(name: str, language: str, own: Mapping[str, Measure] = NO_OWN) -> str:
    """Return a measure's name for people.

    >>> measure_name("tax_strength", "de"), measure_name("hydrants", "de")
    ('Steuerkraftmesszahl', 'hydrants')
    """
    return measure(name, own).name[language]
