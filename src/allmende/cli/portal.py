"""`allmende portal`: prepare, serve, accounts, feedback."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from allmende.cli.output import json_option, say, say_json
from allmende.errors import AllmendeError
from allmende.portal import server


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
    """Serve the portal, prepare its database and files."""


@group.command()
@_folders
@json_option
def prepare(public: Path, state: Path | None, as_json: bool) -> None:
    """Bring the database and the static files up to date.

    Example: allmende portal prepare --public demo-data/public
    """
    folder = server.set_up(public, state)
    done = server.prepare()
    answer = {"state": str(folder), "done": done}
    _print(answer, "\n".join(done), as_json)


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
    port = _free(address, port)
    server.set_up(public, state)
    server.prepare()
    where = f"http://{address}:{port}/"
    _print({"address": where}, f"The portal is open at {where} (Ctrl-C stops it).", as_json)
    server.serve(address, port, workers)


@group.command("create-member")
@_folders
@click.argument("email")
@click.option("--ags", multiple=True, required=True, help="Municipality of the person; may be given several times.")
@click.password_option(help="Asked for if not given; at least 12 characters.")
@json_option
def create_member(public: Path, state: Path | None, email: str, ags: tuple[str, ...], password: str, as_json: bool) -> None:
    """Create an account for somebody who works in a municipality of the region.

    Example: allmende portal create-member planung@stadt.example --ags 98001001 --public demo-data/public
    """
    server.set_up(public, state)
    server.prepare()
    from allmende.portal.accounts.services import create_member as create
    from allmende.portal.public import shelf

    known = frozenset(m.ags for m in shelf().region.municipalities)
    person = create(email, password, ags, known)
    _print({"email": person.email, "ags": sorted(ags)}, f"{person.email} may sign in now.", as_json)


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
    lines = [f"{m['received']} [{m['about']}] {m['page']} {m['contact']}\n  {m['message']}" for m in messages]
    _print(messages, "\n".join(lines) or "No feedback yet.", as_json)


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


def _print(answer: Any, words: str, as_json: bool) -> None:
    if as_json:
        say_json(answer)
    else:
        say(words)
