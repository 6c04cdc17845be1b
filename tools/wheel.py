"""Called by hatchling: refuse a wheel without the front-end files, which would install and then serve no page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STAMP = "src/allmende/portal/static/vendor/contents.sha256"


class WheelHook(BuildHookInterface[Any]):
    """Looks before a wheel is packed; an editable installation may fetch the files afterwards, as `make` does."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Stop unless the files are there."""
        if version != "editable" and not (Path(self.root) / STAMP).is_file():
            raise FileNotFoundError(
                "The front-end files are missing: run `python tools/frontend.py`, then build the wheel again."
            )
