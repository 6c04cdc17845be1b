"""What the environment says, read into values that settings need."""

from __future__ import annotations

from dataclasses import dataclass
from os import environ
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


@dataclass(frozen=True, slots=True)
class BaseMap:
    """A raster background map: the tiles' address, its host for the security policy, and what must stand under it."""

    host: str
    tiles: str
    attribution: str


BASEMAPS: dict[str, BaseMap | None] = {
    "off": None,
    "basemap.de": BaseMap(
        "https://sgx.geodatenzentrum.de",
        "https://sgx.geodatenzentrum.de/wmts_basemapde/tile/1.0.0/de_basemapde_web_raster_grau/default/GLOBAL_WEBMERCATOR/{z}/{y}/{x}.png",
        "© basemap.de / BKG",
    ),
}
"""Background maps by the name in ALLMENDE_BASEMAP; "off" is the default, so that no visitor is sent elsewhere."""


def flag(name: str) -> bool:
    """Return whether a variable is switched on (1, true, yes, on)."""
    return environ.get(name, "").strip().lower() in ("1", "true", "yes", "on")


def listed(name: str, default: str) -> list[str]:
    """Return the parts of a comma-separated variable."""
    return [part.strip() for part in environ.get(name, default).split(",") if part.strip()]


def database(url: str) -> dict[str, Any]:
    """Read a database URL: `sqlite:///relative.sqlite3`, `sqlite:////absolute.sqlite3`, `postgresql://user:word@host:port/name`.

    What follows a `?` goes to PostgreSQL's own client: `host` (the folder of a socket), `sslmode`, `sslrootcert`, …

    >>> database("sqlite:////srv/portal.sqlite3")["NAME"]
    '/srv/portal.sqlite3'
    >>> database("postgresql://amt:geheim@db:5433/allmende")["PORT"]
    5433
    >>> database("postgresql:///allmende?host=/run/postgresql")["HOST"]
    '/run/postgresql'
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        # writers queue instead of failing: one transaction takes the lock at its begin
        options = {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL;"}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(Path(unquote(parts.path[1:]))), "OPTIONS": options}
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured(f"ALLMENDE_DATABASE: {parts.scheme!r} is not served. Use sqlite:/// or postgresql://.")
    options = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", parts.hostname or ""),
        "PORT": parts.port or "",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }
