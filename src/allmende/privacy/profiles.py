"""Named protections: the p-tables that a release may choose from, read from dated parameters."""

from __future__ import annotations

from functools import cache
from typing import Any

from allmende import parameters
from allmende.errors import AllmendeError
from allmende.privacy.design import design_ptable
from allmende.privacy.protection import Protection, protect_by
from allmende.privacy.ptable import PTable, table_from
from allmende.privacy.rounding import rounding_table

SECRET_BYTES = 32


def profile_names() -> tuple[str, ...]:
    """Return the names of all profiles, the default first."""
    return tuple(parameters.load("privacy")["profile"])


def load_profile(name: str, matrix_secret: bytes) -> Protection:
    """Return a profile's protection, its intervals ordered by the region's matrix secret (32 bytes).

    Raises AllmendeError for an unknown name or a secret of another length: a wrong secret would publish other values
    for the same people.

    >>> protection = load_profile("standard", bytes(32))
    >>> protection.distribution(1)[0].tolist()
    [0, 3, 4, 5]
    """
    if len(matrix_secret) != SECRET_BYTES:
        raise AllmendeError(
            "The matrix secret cannot be used.",
            where=f"{len(matrix_secret)} bytes",
            expected=f"{SECRET_BYTES} bytes",
            todo="Give the file matrix.secret of the hub folder as `allmende hub init` wrote it.",
        )
    profile = _profile(name)
    return protect_by(profile_table(name), matrix_secret, str(profile["id"]))


@cache
def profile_table(name: str) -> PTable:
    """Return a profile's p-table."""
    profile = _profile(name)
    match profile["method"]:
        case "rounding":
            return rounding_table(profile["base"])
        case "entropy":
            asked = {key: profile[key] for key in ("max_deviation", "variance", "block_small", "stay")}
            return design_ptable(**asked).table
        case method:
            raise ValueError(f"Profile {name!r} has the unknown method {method!r}.")


@cache
def printed_table(name: str) -> PTable:
    """Return a p-table as its authors printed it, for comparison; no profile protects with one."""
    rows = parameters.load("privacy")["printed"][name]["rows"]
    return table_from([dict(zip(row["published"], row["p"], strict=True)) for row in rows])


def _profile(name: str) -> dict[str, Any]:
    profiles: dict[str, dict[str, Any]] = parameters.load("privacy")["profile"]
    if name not in profiles:
        raise AllmendeError(
            f"There is no profile {name!r}.", expected=f"one of {', '.join(profiles)}", todo="Correct the profile's name."
        )
    return profiles[name]
