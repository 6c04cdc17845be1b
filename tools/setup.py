"""Set up the environment in .venv: locked packages, Allmende itself, front-end files.

Called by make with the name of a lock file (base, dev, full); runs on a bare Python, so it uses the standard library only.
"""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / ".venv"
PYTHON = HOME / "bin" / "python"


def main(lock: str) -> None:
    """Install what requirements/<lock>.txt pins and leave a stamp that make compares by date."""
    if not PYTHON.exists():
        say("Making an environment of its own in .venv")
        venv.create(HOME, with_pip=True, clear=HOME.exists())
    say(f"Installing the locked packages of requirements/{lock}.txt (the first time this downloads them)")
    pip("--require-hashes", "-r", str(ROOT / "requirements" / f"{lock}.txt"))
    pip("--no-deps", "--no-build-isolation", "-e", str(ROOT))
    say("Fetching the front-end files")
    subprocess.run([PYTHON, ROOT / "tools" / "frontend.py"], check=True)
    (HOME / lock).touch()


def pip(*arguments: str) -> None:
    """Run pip of the new environment; its own message is the best one if it fails."""
    quiet = ("install", "--quiet", "--disable-pip-version-check", "--no-input")
    done = subprocess.run([PYTHON, "-m", "pip", *quiet, *arguments], check=False)
    if done.returncode:
        sys.exit("Installing packages failed; see the message above. Is the network there, and a proxy set if needed?")


def say(text: str) -> None:
    """Print one line at once."""
    print(text, flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "base")
