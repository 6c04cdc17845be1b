"""An invented release for every test of the portal, written once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from invented import write_invented, write_open_table
from pytest_django.fixtures import Settings


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    public = tmp_path_factory.mktemp("public")
    write_invented(public)
    return public


@pytest.fixture(autouse=True)
def public(release: Path, settings: Settings, tmp_path: Path) -> Path:
    settings.ALLMENDE_PUBLIC = release
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": str(tmp_path / "counters")}}
    return release


@pytest.fixture
def open_folder(release: Path, settings: Settings, tmp_path: Path) -> Path:
    """A public folder with the same release and one open table beside it, which knows a town without released figures."""
    settings.ALLMENDE_PUBLIC = Path(shutil.copytree(release, tmp_path / "public", symlinks=True))
    return Path(write_open_table(settings.ALLMENDE_PUBLIC))
