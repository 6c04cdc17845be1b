"""The glossary: one file of words in both languages."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Entry:
    """A word with its explanation in one language."""

    anchor: str
    word: str
    meaning: str


@cache
def glossary(language: str) -> tuple[Entry, ...]:
    """Return all entries in alphabetical order of the language ("de" or "en")."""
    document = tomllib.loads((resources.files("allmende.portal.pages") / "glossary.toml").read_text(encoding="utf-8"))
    entries = [Entry(anchor, texts[language][0], texts[language][1]) for anchor, texts in document.items()]
    return tuple(sorted(entries, key=lambda entry: entry.word.casefold()))
