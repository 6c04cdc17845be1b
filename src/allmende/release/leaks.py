"""The leak scan: no exact count, key, secret or parameter in a file that everybody may read."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from allmende.cubes.released import read_released
from allmende.errors import AllmendeError

METADATA = {"allmende.released", "ARROW:schema"}
WORDS = re.compile(
    r"\b(record[_ -]?keys?|cell[_ -]?keys?|key[_ -]?check|key[_ -]?sum|secret|epoch|p-?table|max(imum)?[_ -]deviation|largest|"
    r"variance|matrix|block_small|js|true_count|exact_count|Geheimnis|Überlagerungsmatrix|Maximalabweichung)\b",
    re.IGNORECASE,
)
"""Words of the confidential side; a public text that needs one of them says too much."""

TEXTS = {".json", ".html"}


@dataclass(frozen=True, slots=True)
class Leak:
    """Something in a public file that must not be there."""

    file: str
    what: str

    def __str__(self) -> str:
        return f"{self.file}: {self.what}"


def find_leaks(folder: Path, secrets: Mapping[str, bytes] | None = None) -> tuple[Leak, ...]:
    """Scan every file of a release folder; `secrets` names bytes that may occur in no file, in no usual spelling."""
    found: list[Leak] = []
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = str(path.relative_to(folder))
        found += [Leak(name, what) for what in _of_content(path, name)]
        found += [Leak(name, what) for what in _of_secrets(path.read_bytes(), secrets or {})]
    return tuple(found)


def _of_content(path: Path, name: str) -> Iterator[str]:
    if path.suffix == ".parquet":
        yield from _of_table(path)
    elif path.suffix in TEXTS and not name.startswith("region/"):
        words = sorted({match.group().lower() for match in WORDS.finditer(path.read_text(encoding="utf-8"))})
        if words:
            yield f"speaks of {', '.join(words)}"


def _of_table(path: Path) -> Iterator[str]:
    try:
        schema = pq.read_schema(path)
        foreign = sorted({key.decode() for key in schema.metadata or {}} - METADATA)
        if foreign:
            yield f"metadata {', '.join(foreign)}"
        cube = read_released(path)
    except (AllmendeError, ValueError, OSError, KeyError, TypeError) as error:
        yield f"no released table ({str(error).splitlines()[0]})"
        return
    allowed = ["area", "year", *(name for name, _ in cube.note.dimensions), "value"]
    if schema.names != allowed:
        yield f"columns {', '.join(schema.names)} instead of {', '.join(allowed)}"
    if cube.note.geography.startswith("grid") and set(cube["area"].labels or ()) - {str(v) for v in cube["area"].values()}:
        yield "areas without a published value"
    if (cube.value < 0).any():
        yield "values below 0"


def _of_secrets(data: bytes, secrets: Mapping[str, bytes]) -> Iterator[str]:
    for name, secret in secrets.items():
        spellings = (secret, secret.hex().encode(), secret.hex().upper().encode(), base64.b64encode(secret).rstrip(b"="))
        if any(spelling in data for spelling in spellings):
            yield f"holds {name}"
