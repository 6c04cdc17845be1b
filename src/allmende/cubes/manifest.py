"""What a cube says of itself: what it counts, when, where, by whom, under which secret."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

SCHEMA = 1
"""Version of the cube layout; a reader refuses any other."""

EPOCH = re.compile(r"[A-Za-z0-9._-]{1,32}")
"""How the name of an epoch may be spelled: it is written into manifests, settings and logs."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The provenance of one base cube.

    `kind` is one of `KINDS`; `ags` the municipality whose office counted. A stock has a `key_date` (Stichtag) and an
    `age_date` at which ages are computed; a cube of events covers the calendar year of `key_date` (its 31.12.), with
    the age a person has reached on that day. `territory_date` says which borders the keys are valid for. `epoch`
    names the secret behind the record keys and `key_check` proves that it was the same secret without revealing it.
    `notes` holds counts for people (fallback keys, unlocated persons), never values of a person.
    """

    kind: str
    ags: str
    key_date: date
    age_date: date
    territory_date: date
    epoch: str
    key_check: str
    source: str
    notes: tuple[tuple[str, int], ...] = ()
    content: str = ""
    schema: int = SCHEMA

    def with_content(self, digest: str) -> Manifest:
        """Return the manifest sealed with the hash of the cells it describes."""
        return replace(self, content=digest)

    def to_json(self) -> str:
        """Write the manifest as JSON with sorted keys, the same text for the same manifest."""
        fields = asdict(self)
        for name in ("key_date", "age_date", "territory_date"):
            fields[name] = fields[name].isoformat()
        fields["notes"] = dict(self.notes)
        return json.dumps(fields, sort_keys=True, ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Read what `to_json` wrote."""
        fields: dict[str, Any] = json.loads(text)
        for name in ("key_date", "age_date", "territory_date"):
            fields[name] = date.fromisoformat(fields[name])
        fields["notes"] = tuple(sorted(fields["notes"].items()))
        return cls(**fields)
