"""Receive a delivery again and again in copies of a hub, killed (signal 9) before the first, second, … change of a file.

Called as: kill_everywhere.py HUB DELIVERY COPIES. Copy number k is killed before change k; the last copy survives.
"""

import os
import shutil
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

from allmende.hub import open_hub, receive

CHANGES = {"os.rename", "os.mkdir", "os.remove", "os.rmdir"}
NOW = datetime(2027, 1, 20, 10, 0, tzinfo=UTC)


def receive_and_die(folder: Path, delivery: Path, last: int) -> None:
    hub, done = open_hub(folder), 0

    def before(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal done
        writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        if writes or event in CHANGES:
            done += 1
            if done == last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(before)
    receive(hub, delivery, NOW)


def main(hub: Path, delivery: Path, copies: Path) -> None:
    killed, last = True, 0
    while killed:
        last += 1
        shutil.copytree(hub, copies / f"{last:03}")
        child = os.fork()
        if not child:
            receive_and_die(copies / f"{last:03}", delivery, last)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        killed = os.WIFSIGNALED(status)
        assert status in (0, signal.SIGKILL), status


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
