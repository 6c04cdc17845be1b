"""`allmende portal`: prepare, serve, accounts and their passwords, feedback."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from allmende.cli.output import json_option, language, say, say_json
from allmende.errors import AllmendeError
from allmende.portal import server

WORDS: dict[str, dict[str, str]] = {
    "de": {
        "database": "Die Datenbank ist auf dem neuesten Stand.",
        "files": "Die Dateien der Seiten liegen bereit.",
        "open": "Das Portal ist offen unter {address} (Strg-C beendet es).",
        "created": "{email} kann sich jetzt anmelden.",
        "new": "Neues Passwort (mindestens 12 Zeichen)",
        "again": "Noch einmal",
        "changed": "Das neue Passwort von {email} gilt ab jetzt; wer mit dem alten angemeldet war, ist abgemeldet.",
        "silent": "Noch keine Rückmeldung.",
        "figure": "Zahl",
        "barrier": "Barriere",
        "other": "anderes",
    },
    "en": {
        "database": "The database is up to date.",
        "files": "The files of the pages are in place.",
        "open": "The portal is open at {address} (Ctrl-C stops it).",
        "created": "{email} may sign in now.",
        "new": "New password (at least 12 characters)",
        "again": "Once more",
        "changed": "The new password of {email} holds from now on; whoever was signed in with the old one is signed out.",
        "silent": "No feedback yet.",
        "figure": "figure",
        "barrier": "barrier",
        "other": "other",
    },
}


def _folders(command: Callable[..., Any]) -> Callable[..., Any]:
    public = click.option("--public", type=click.Path(path_type=Path), required=True, help="Public folder of releases.")
    state = click.option(
        "--state",
        type=click.Path(path_type=Path),
        help="Folder of the portal's own data; portal-state beside --public by default.",
    )
    return public(state(command))


@click.group("portal")
def group() -> None:
    """Serve the portal, prepare its database and files, keep its accounts."""


@group.command()
@_folders
@json_option
def prepare(public: Path, state: Path | None, as_json: bool) -> None:
    """Bring the database and the static files up to date.

    Example: allmende portal prepare --public demo-data/public
    """
    folder = server.set_up(public, state)
    done = server.prepare()
    _print({"state": str(folder), "done": done}, "\n".join(_word(step) for step in done), as_json)


@group.command()
@_folders
@click.option("--address", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True,
              help="Port to listen on; 0 takes a free one.")  # fmt: skip
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Processes, of 8 threads each.")
@json_option
def serve(public: Path, state: Path | None, address: str, port: int, workers: int, as_json: bool) -> None:
    """Serve the portal until interrupted; prepares it first.

    Example: allmende portal serve --public demo-data/public --port 8000
    """
    server.set_up(public, state)
    port = _free(address, port)
    server.prepare()
    where = f"http://{address}:{port}/"
    _print({"address": where}, _word("open", address=where), as_json)
    server.serve(address, port, workers)


@group.command("create-member")
@_folders
@click.argument("email")
@click.option("--ags", multiple=True, required=True, help="Municipality of the person; may be given several times.")
@json_option
def create_member(public: Path, state: Path | None, email: str, ags: tuple[str, ...], as_json: bool) -> None:
    """Create an account for somebody who works in a municipality of the region; the password is asked for twice.

    Example: allmende portal create-member planung@stadt.example --ags 98001001 --public demo-data/public
    """
    server.set_up(public, state)
    server.prepare()
    from allmende.portal.accounts.services import create_member as create
    from allmende.portal.public import shelf

    known = frozenset(m.ags for m in shelf().region.municipalities)
    person = create(email, _new_password(), ags, known)
    _print({"email": person.email, "ags": sorted(ags)}, _word("created", email=person.email), as_json)


@group.command()
@_folders
@click.argument("email")
@json_option
def password(public: Path, state: Path | None, email: str, as_json: bool) -> None:
    """Give an account a new password, asked for twice, never shown; everybody signed in with the old one is signed out.

    Example: allmende portal password planung@stadt.example --public demo-data/public
    """
    server.set_up(public, state)
    server.prepare()
    from allmende.portal.accounts.services import set_password

    person = set_password(email, _new_password())
    _print({"email": person.email}, _word("changed", email=person.email), as_json)


@group.command()
@_folders
@json_option
def feedback(public: Path, state: Path | None, as_json: bool) -> None:
    """Print what visitors wrote, the newest first.

    Example: allmende portal feedback --public demo-data/public --json
    """
    server.set_up(public, state)
    server.prepare()
    from allmende.portal.pages.services import received

    messages = received()
    lines = [f"{m['received']} [{_word(m['about'])}] {m['page']} {m['contact']}\n  {m['message']}" for m in messages]
    _print(messages, "\n".join(lines) or _word("silent"), as_json)


def _free(address: str, port: int) -> int:
    """Return the port, or a free one for 0; refuse what is taken before anything says that the portal is open."""
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(address.strip("[]"), port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(place)
            return int(probe.getsockname()[1])
    except OSError as error:
        raise AllmendeError(
            f"The portal cannot listen on port {port} ({error.strerror}).",
            where=address,
            expected="an address of this machine and a port that is free",
            todo="Choose another port (--port) or address (--address), or stop what uses it.",
        ) from error


def _new_password() -> str:
    return str(click.prompt(_word("new"), hide_input=True, confirmation_prompt=_word("again"), err=True))


def _word(name: str, /, **fields: str) -> str:
    return WORDS[language()][name].format(**fields)


def _print(answer: Any, words: str, as_json: bool) -> None:
    if as_json:
        say_json(answer)
    else:
        say(words)
