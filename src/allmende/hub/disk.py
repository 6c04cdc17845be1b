"""A log that grows line by line, and a lock: whatever happens in between, both are usable afterwards."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from allmende.errors import AllmendeError


def append_line(path: Path, line: str) -> None:
    """Add one line to a log in one write; a line that a crash cut off before is dropped first."""
    with path.open("ab+") as file:
        end = file.seek(0, os.SEEK_END)
        if end:
            tail = _tail(path)
            if not tail.endswith(b"\n"):
                file.truncate(end - len(tail) + tail.rfind(b"\n") + 1)
        file.write(line.encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())


def last_lines(path: Path) -> list[str]:
    """Return the complete lines at the end of a log (its last 64 kB or more)."""
    return _tail(path).decode("utf-8", errors="replace").split("\n")[:-1] if path.exists() else []


@contextmanager
def locked(path: Path, *, wait: bool = False) -> Iterator[None]:
    """Hold a lock file alone; the system frees it when the process ends, however it ends."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise AllmendeError(
                "Another command is changing this hub.",
                where=str(path.parent),
                expected="one change at a time",
                todo="Wait until it has ended, then try again.",
            ) from error
        yield


def _tail(path: Path) -> bytes:
    """Return the end of a log: 64 kB, or more where its last line is longer."""
    size, asked = path.stat().st_size, 1 << 16
    with path.open("rb") as file:
        while True:
            file.seek(max(0, size - asked))
            tail = file.read()
            if asked >= size or b"\n" in tail[:-1]:
                return tail
            asked *= 2
