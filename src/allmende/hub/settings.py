"""hub.toml: what a hub is, under which secret, for which borders, and which offices may deliver to it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Literal, get_args

from allmende.deliveries import VerifyKey, parse_verify_key
from allmende.deliveries.note import MODES, Mode
from allmende.errors import AllmendeError
from allmende.files import toml_lines, write_whole

FILE = "hub.toml"
SCHEMA = 1

StoreKind = Literal["files", "spark"]


@dataclass(frozen=True, slots=True)
class Office:
    """A registered office: AGS and name of its municipality, key of its signatures, how its counts travel."""

    ags: str
    name: str
    verify_key: VerifyKey
    mode: Mode


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything in hub.toml; nothing of it is secret.

    `recipient` is the public half of the hub's identity; `epoch` and `key_check` name the offices' common secret, which
    the hub itself never holds; `store` says where base cells lie and `prefix` how Spark tables are called.
    """

    region: str
    territory_date: date
    recipient: str
    epoch: str
    key_check: str
    store: StoreKind = "files"
    prefix: str = ""
    offices: tuple[Office, ...] = ()

    def office(self, ags: str) -> Office | None:
        """Return a registered office, or None."""
        return next((office for office in self.offices if office.ags == ags), None)

    def verify_keys(self) -> dict[str, VerifyKey]:
        """Return the offices' keys by AGS."""
        return {office.ags: office.verify_key for office in self.offices}

    def with_office(self, office: Office) -> Settings:
        """Return the settings with an office added, or replaced if it was there."""
        others = [other for other in self.offices if other.ags != office.ags]
        return replace(self, offices=tuple(sorted([*others, office], key=lambda o: o.ags)))


def write_settings(settings: Settings, folder: Path) -> None:
    """Write hub.toml in one step."""
    head: dict[str, Any] = {"schema": SCHEMA, "region": settings.region, "territory_date": settings.territory_date}
    head |= {"recipient": settings.recipient, "epoch": settings.epoch, "key_check": settings.key_check}
    lines = toml_lines(head)
    lines += ["", "[store]", *toml_lines({"on": settings.store, "prefix": settings.prefix})]
    for office in settings.offices:
        fields = {"ags": office.ags, "name": office.name, "verify_key": str(office.verify_key), "mode": office.mode}
        lines += ["", "[[office]]", *toml_lines(fields)]
    write_whole(folder / FILE, ("\n".join(lines) + "\n").encode())


def read_settings(folder: Path) -> Settings:
    """Read hub.toml; raises AllmendeError that names what is missing or cannot be used."""
    path = folder / FILE
    try:
        fields = tomllib.loads(path.read_text(encoding="utf-8"))
        _expect("schema", fields["schema"], (SCHEMA,))
        _expect("store.on", fields["store"]["on"], get_args(StoreKind))
        return Settings(
            region=str(fields["region"]),
            territory_date=_date(fields["territory_date"]),
            recipient=str(fields["recipient"]),
            epoch=str(fields["epoch"]),
            key_check=str(fields["key_check"]),
            store=fields["store"]["on"],
            prefix=str(fields["store"]["prefix"]),
            offices=tuple(_office(entry, path) for entry in fields.get("office", ())),
        )
    except FileNotFoundError as error:
        raise AllmendeError(
            "This folder is no hub, or setting it up was interrupted.",
            where=str(folder),
            expected=f"a folder with {FILE}",
            todo="Give the hub's folder, or set one up in an empty place: allmende hub init.",
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, ValueError) as error:
        raise AllmendeError(
            f"The hub's settings cannot be read ({error}).",
            where=str(path),
            expected="the entries that `allmende hub init` wrote",
            todo="Restore the file from its backup.",
        ) from error


def _office(entry: dict[str, Any], path: Path) -> Office:
    _expect("mode", entry["mode"], MODES)
    return Office(str(entry["ags"]), str(entry["name"]), parse_verify_key(entry["verify_key"], str(path)), entry["mode"])


def _expect(name: str, value: Any, allowed: tuple[Any, ...]) -> None:
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}, not one of {allowed}")


def _date(value: Any) -> date:
    if not isinstance(value, date):
        raise TypeError(f"{value!r} is no date")
    return value
