"""`allmende demo`: from nothing to a region in the browser."""

from __future__ import annotations

import os
import socket
import sys
import threading
import time
import webbrowser
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from allmende.cli.output import json_option, language, say, say_json
from allmende.demo.pipeline import Order, run_demo
from allmende.demo.steps import Advance, Done, Step
from allmende.errors import AllmendeError

WORDS = {
    "de": {
        "reused": "war schon da",
        "ready": "Fertig in {seconds:.0f} s. Veröffentlicht: {public}",
        "open": "Das Portal ist offen: {address} (Strg-C beendet es).",
        "later": "Ansehen: allmende demo --folder {folder}",
    },
    "en": {
        "reused": "was there already",
        "ready": "Ready in {seconds:.0f} s. Published: {public}",
        "open": "The portal is open at {address} (Ctrl-C stops it).",
        "later": "To look at it: allmende demo --folder {folder}",
    },
}


@click.command("demo")
@click.option("--folder", type=click.Path(path_type=Path, file_okay=False), default=Path("demo-data"), show_default=True,
              help="Where everything is written; a second run reuses what is there.")  # fmt: skip
@click.option("--seed", default=1, show_default=True, help="Another seed makes another region.")
@click.option("--port", default=8000, show_default=True, help="Port of the portal on 127.0.0.1.")
@click.option("--no-serve", is_flag=True, help="Build everything, but do not open the portal.")
@click.option("--small", is_flag=True, help="One twentieth of the people, for tests.")
@click.option("--real", type=click.Path(path_type=Path, file_okay=False, exists=True),
              help="Region Bremen from a folder of public data, instead of the fictional region.")  # fmt: skip
@json_option
def group(folder: Path, seed: int, port: int, no_serve: bool, small: bool, real: Path | None, as_json: bool) -> None:
    """Build the fictional region and open the portal: register, offices, hub, gate, release, browser.

    Interrupt it at any time; finished steps stay, and the next run goes on from there.

    \b
    Examples:
      allmende demo
      allmende demo --folder /tmp/region --seed 7 --no-serve
    """
    words, started = WORDS[language()], time.monotonic()
    if not no_serve:
        _refuse_busy_port(port)
    order = Order(folder, seed, small, real)
    done = _run_with_bars(order, quiet=as_json)
    seconds = time.monotonic() - started
    if as_json:
        steps = [{"step": d.step.name, "seconds": round(d.seconds, 2), "reused": d.reused, "result": d.result[1]} for d in done]
        say_json({"folder": str(folder), "public": str(order.public), "steps": steps})
    else:
        say(words["ready"].format(seconds=seconds, public=order.public))
    if no_serve:
        if not as_json:
            say(words["later"].format(folder=folder))
        return
    _open_portal(order.public, port, words["open"])


def _run_with_bars(order: Order, *, quiet: bool) -> list[Done]:
    spoken = 0 if language() == "de" else 1
    console = Console(stderr=True, quiet=quiet)
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    done = []
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:

        def begin(step: Step) -> Advance:
            for task in bars.task_ids:
                bars.remove_task(task)
            task = bars.add_task(step.words[spoken], total=None)
            return lambda finished, total: bars.update(task, completed=finished, total=total)

        for each in run_demo(order, datetime.now(UTC).date(), begin):
            done.append(each)
            note = WORDS[language()]["reused"] if each.reused else f"{each.seconds:5.1f} s"
            line = f"[green]✓[/] {each.step.words[spoken]:28} {note:>13}  {each.result[spoken]}"
            console.print(line, highlight=False, soft_wrap=True)  # a log has no width: one line a step
    return done


def _open_portal(public: Path, port: int, words: str) -> None:
    from allmende.portal import server

    server.set_up(public, None)
    server.prepare()
    address = f"http://127.0.0.1:{port}/"
    say(words.format(address=address))
    if sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):
        threading.Thread(target=_show, args=(address, port), daemon=True).start()
    server.serve("127.0.0.1", port, 1)


def _show(address: str, port: int) -> None:
    """Open the browser once the server answers."""
    for _ in range(150):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                webbrowser.open(address)
                return
        time.sleep(0.2)


def _refuse_busy_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise AllmendeError(
                f"Port {port} is taken on this machine.",
                where="127.0.0.1",
                expected="a free port for the portal",
                todo=f"Choose another one: allmende demo --port {port + 1}, or stop what uses it.",
            ) from error
