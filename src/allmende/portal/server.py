"""Prepare and serve the portal on one machine: database, static files, gunicorn."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from threading import Thread
from typing import Any

from allmende.errors import AllmendeError


def set_up(public: Path, state: Path | None, hosts: str = "") -> Path:
    """Point Django at a public folder and a state folder (default: `portal-state` beside it); return the state folder.

    The state (database, session key, counters) is for its owner only: whatever this process writes from now on nobody
    else may read. Variables already in the environment win. Raises AllmendeError if there is no public folder.
    """
    if not public.is_dir():
        raise AllmendeError(
            "There is no public folder here.",
            where=str(public),
            expected="the folder that `allmende release build` publishes into, or an empty one in which it will",
            todo="Check --public, or make the folder.",
        )
    os.umask(0o077)
    folder = state or public.resolve().parent / "portal-state"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "allmende.portal.settings")
    os.environ.setdefault("ALLMENDE_SECRET_KEY", _session_key(folder / "session.key"))
    os.environ.update(ALLMENDE_PUBLIC=str(public.resolve()), ALLMENDE_STATE=str(folder.resolve()))
    if hosts:
        os.environ["ALLMENDE_HOSTS"] = hosts
    return folder


def prepare() -> list[str]:
    """Bring the database and the static files up to date; return what was done: "database", "files"."""
    os.environ["ALLMENDE_COLLECT"] = "1"
    _start_django()
    from django.contrib.staticfiles import finders
    from django.core.management import call_command

    if finders.find("vendor/kern/kern.min.css") is None:
        raise AllmendeError(
            "The portal's front-end files are missing.",
            expected="KERN and MapLibre below portal/static/vendor",
            todo="Run `python tools/frontend.py` in the source tree, or install Allmende from its wheel.",
        )
    call_command("migrate", interactive=False, verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    return ["database", "files"]


def serve(address: str, port: int, workers: int) -> None:
    """Serve with gunicorn until interrupted."""
    from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

    class Server(BaseApplication):  # type: ignore[misc]
        def load_config(self) -> None:
            options = {"bind": f"{address}:{port}", "workers": workers, "threads": 8, "worker_class": "gthread",
                       "preload_app": True, "accesslog": None, "errorlog": "-", "loglevel": "warning",
                       "post_worker_init": _warm_up}  # fmt: skip
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            from allmende.portal.wsgi import application

            return application

    Server().run()


def _warm_up(worker: object) -> None:
    """Compile and draw in the background of a new worker, so that the first planner who moves a lever need not wait."""
    from allmende.portal.outlook.services import warm_up

    Thread(target=warm_up, daemon=True).start()


def _session_key(path: Path) -> str:
    if not path.exists():
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text().strip()


def _start_django() -> None:
    import django

    django.setup()
