"""Dated values with unit and source, as data."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any


def load(name: str) -> dict[str, Any]:
    """Read one parameter file of the package by its name without ".toml".

    >>> sorted(load("classifications")["age"])[:3]
    ['broad', 'five', 'kita']
    """
    return tomllib.loads((resources.files(__name__) / f"{name}.toml").read_text(encoding="utf-8"))
