"""What is installed is what is in the source tree: every parameter, template, text and picture, and the front-end files."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HOUSE = ROOT / "src" / "allmende"
VENDOR = Path("portal/static/vendor")
pytest.importorskip("hatchling")


def build(source: Path, target: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    return subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Copy what a wheel is made of."""
    unwanted = shutil.ignore_patterns("__pycache__", "staticfiles")
    for name in ("src", "tools", "LICENSES"):
        shutil.copytree(ROOT / name, tmp_path / "tree" / name, ignore=unwanted)
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path / "tree" / name)
    return tmp_path / "tree"


@pytest.mark.skipif(not (HOUSE / VENDOR).is_dir(), reason="front-end files are not fetched")
def test_a_wheel_holds_every_file_of_the_package(tree: Path, tmp_path: Path):
    done = build(tree, tmp_path)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    packed = set(zipfile.ZipFile(wheel).namelist())
    wanted = {str(path.relative_to(tree / "src")) for path in (tree / "src/allmende").rglob("*") if path.is_file()}
    assert wanted - packed == set()


def test_a_wheel_without_front_end_files_is_refused(tree: Path, tmp_path: Path):
    shutil.rmtree(tree / "src/allmende" / VENDOR, ignore_errors=True)
    done = build(tree, tmp_path)
    assert done.returncode != 0
    assert "python tools/frontend.py" in done.stderr + done.stdout
