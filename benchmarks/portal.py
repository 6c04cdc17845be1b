"""A dashboard page answers within 100 ms (p95), and a first load stays below 1 MB compressed.

Run `python benchmarks/portal.py PUBLIC_FOLDER [--rounds 20]`. Server times are measured with Django's test client (the
page alone) and over gunicorn on the loopback (with compression and transport); the weight is that of all files of a first
visit to a map page, as a browser that accepts gzip receives them.
"""

from __future__ import annotations

import argparse
import gzip
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

import numpy as np

LIMIT_SECONDS, LIMIT_BYTES = 0.1, 1_000_000


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("public", type=Path)
    arguments.add_argument("--rounds", type=int, default=20)
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory() as state:
        os.environ.update(ALLMENDE_HOSTS="127.0.0.1,testserver")
        from allmende.portal import server

        server.set_up(asked.public, Path(state))
        server.prepare()
        pages = _pages()
        _report("test client", _by_client(pages, asked.rounds))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, "-m", "allmende", "portal", "serve", "--public", str(asked.public), "--state", state]
        served = subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.DEVNULL)
        try:
            home = f"http://127.0.0.1:{port}"
            _wait(home)
            _report("gunicorn", _by_http(home, pages, asked.rounds))
            for page in (page for page in pages if "karte" in page):
                _weigh(home, page)
        finally:
            served.terminate()
            served.wait(20)


def _pages() -> list[str]:
    from allmende.portal.public import shelf

    region = shelf().region
    ags = max(region.municipalities, key=lambda m: len(region.finest(m.ags))).ags
    views = ("", "altersaufbau/", "altersgruppen/", "entwicklung/", "bewegungen/", "staatsangehoerigkeit/", "karte/")
    grids = [f"/daten/gebiet/{region.id}/karte/?ebene=grid_{size}" for size in (100, 500, 1000)]
    return [
        "/",
        "/daten/",
        "/daten/vergleich/",
        *(f"/daten/gebiet/{key}/{view}" for key in (region.id, ags) for view in views),
        *grids,
    ]


def _by_client(pages: list[str], rounds: int) -> dict[str, list[float]]:
    from django.test import Client

    client = Client()
    for page in pages:
        client.get(page)
    return {page: [_timed(lambda page=page: client.get(page)) for _ in range(rounds)] for page in pages}


def _by_http(home: str, pages: list[str], rounds: int) -> dict[str, list[float]]:
    for page in pages:
        _fetch(home + page)
    return {page: [_timed(lambda page=page: _fetch(home + page)) for _ in range(rounds)] for page in pages}


def _report(how: str, seconds: dict[str, list[float]]) -> None:
    print(f"\n{how}: p95 and median per page, in ms")
    for page, times in sorted(seconds.items(), key=lambda pair: -float(np.quantile(pair[1], 0.95))):
        print(f"  {1000 * np.quantile(times, 0.95):7.1f} {1000 * np.median(times):7.1f}  {page}")
    everything = np.concatenate(list(seconds.values()))
    p95 = float(np.quantile(everything, 0.95))
    print(f"  all pages: p95 {1000 * p95:.1f} ms, {p95 / LIMIT_SECONDS:.2f} of the limit of {1000 * LIMIT_SECONDS:.0f} ms")


def _weigh(home: str, page: str) -> None:
    text, size = _text(home + page)
    files = set(re.findall(r'(?:href|src|data-library|data-style)="(/static/[^"]+)"', text))
    files |= {found.replace("&amp;", "&") for found in re.findall(r'data-(?:source|borders)="([^"]+)"', text)}
    folder = next((file for file in files if "maplibre-gl." in file and ".mjs" in file), "")
    files |= {folder.rsplit("/", 1)[0] + "/maplibre-gl-worker.mjs"} if folder else set()
    files |= {f"/static/portal/{name}" for name in _modules(home, "page.mjs")}
    sizes = {file: _fetch(home + file)[1] for file in sorted(files)}
    sizes |= {file: _fetch(home + file)[1] for file in _fonts(home, files)}
    total = size + sum(sizes.values())
    told = sum(length for file, length in sizes.items() if "/gebiet/" in file)
    print(f"\nfirst load of {page}: {total / 1000:.0f} kB compressed, {total / LIMIT_BYTES:.2f} of the limit")
    print(
        f"  the page {size / 1000:.0f} kB, the map's areas {told / 1000:.0f} kB, the rest {(total - size - told) / 1000:.0f} kB"
    )


def _modules(home: str, name: str) -> list[str]:
    """Return what a module of the portal imports, and what that imports."""
    imported = re.findall(r'"\./([\w-]+\.mjs)"', _text(f"{home}/static/portal/{name}")[0])
    return [*imported, *(further for one in imported for further in _modules(home, one))]


def _fonts(home: str, files: set[str]) -> list[str]:
    styles = [file for file in files if "portal" in file and file.endswith(".css") and "print" not in file]
    names = re.findall(r'url\("?([^")]+woff2)"?\)', "".join(_text(home + style)[0] for style in styles))
    return [
        f"/static/vendor/kern/fonts/{name.rsplit('/', 1)[1]}" for name in names if "Italic" not in name and name not in files
    ]


def _fetch(url: str) -> tuple[bytes, int]:
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})  # noqa: S310  # our own server
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
        raw = answer.read()
        return (gzip.decompress(raw) if answer.headers.get("Content-Encoding") == "gzip" else raw), len(raw)


def _text(url: str) -> tuple[str, int]:
    body, size = _fetch(url)
    return body.decode(), size


def _timed(action) -> float:  # type: ignore[no-untyped-def]
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _wait(home: str) -> None:
    for _ in range(120):
        try:
            _fetch(f"{home}/lebt/")
        except OSError:
            time.sleep(0.25)
        else:
            return
    raise SystemExit("The portal did not open within half a minute.")


if __name__ == "__main__":
    main()
