"""Who runs this portal: read from the operator's TOML file, so that no page invents it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

FIELDS = (
    "name",
    "address",
    "represented_by",
    "email",
    "phone",
    "data_protection_officer",
    "supervision",
    "enforcement",
    "assessed",
)
"""What imprint, privacy and accessibility pages must say; docs/guide/planner.md shows an example file."""


@dataclass(frozen=True, slots=True)
class Operator:
    """The operator's own words by field; "" where the operator has not said it."""

    said: dict[str, str]

    def __getitem__(self, field: str) -> str:
        return self.said.get(field, "")

    @property
    def complete(self) -> bool:
        """Whether every field was filled in."""
        return all(self.said.get(field) for field in FIELDS)


def read_operator(path: Path | None) -> Operator:
    """Read the operator's file; without one every field is empty and the pages say so."""
    if path is None or not path.is_file():
        return Operator({})
    document = tomllib.loads(path.read_text(encoding="utf-8"))
    return Operator({field: str(document[field]) for field in FIELDS if field in document})
