"""An invented release for every test of the portal, written once."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

spec = importlib.util.spec_from_file_location("invented", Path(__file__).with_name("invented.py"))
assert spec
assert spec.loader
invented = importlib.util.module_from_spec(spec)
spec.loader.exec_module(invented)


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    public = tmp_path_factory.mktemp("public")
    invented.write_invented(public)
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
    return Path(invented.write_open_table(settings.ALLMENDE_PUBLIC))
