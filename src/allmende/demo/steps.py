"""Steps that are done once: each leaves a stamp when it is complete, and is skipped while its inputs stay the same."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path

Advance = Callable[[int, int], None]
"""Told how many parts of a step are done, and of how many."""

STAMPS = ".steps"


@dataclass(frozen=True, slots=True)
class Step:
    """One step: its name, its words (German, English), the folders and files it writes, and what it does.

    `work` is given a function to report progress and returns one line (German, English) about the result.
    """

    name: str
    words: tuple[str, str]
    outputs: tuple[Path, ...]
    work: Callable[[Advance], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Done:
    """A finished step: what came out of it, the seconds it took, and whether it had been done before."""

    step: Step
    result: tuple[str, str]
    seconds: float
    reused: bool


def run_steps(steps: Sequence[Step], folder: Path, inputs: str, begin: Callable[[Step], Advance]) -> Iterator[Done]:
    """Do the steps in order, or reuse those whose inputs (and all steps before them) are unchanged.

    Whatever stops a step, its outputs are removed: a folder that is there is complete.
    """
    digest, anew = hashlib.sha256(inputs.encode()).hexdigest(), False
    for step in steps:
        digest = hashlib.sha256(f"{digest} {step.name}".encode()).hexdigest()
        stamp = folder / STAMPS / step.name
        started = time.monotonic()
        advance = begin(step)
        known = _read(stamp)
        if known and known[0] == digest and not anew and all(path.exists() for path in step.outputs):
            yield Done(step, (known[1], known[2]), time.monotonic() - started, True)
            continue
        anew = True
        stamp.unlink(missing_ok=True)
        _remove(step.outputs)
        try:
            result = step.work(advance)
        except BaseException:
            _remove(step.outputs)
            raise
        stamp.parent.mkdir(parents=True, exist_ok=True)
        stamp.write_text("\n".join([digest, *result]) + "\n", encoding="utf-8")
        yield Done(step, result, time.monotonic() - started, False)


@cache
def house_print() -> str:
    """Return a digest of the package's own files as they were first seen: another version makes everything anew."""
    digest = hashlib.sha256()
    house = Path(str(resources.files("allmende")))
    for path in sorted(p for pattern in ("*.py", "*.toml") for p in house.rglob(pattern)):
        if "portal" not in path.relative_to(house).parts:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _read(stamp: Path) -> list[str]:
    lines = stamp.read_text(encoding="utf-8").splitlines() if stamp.is_file() else []
    return lines if len(lines) == 3 else []


def _remove(paths: Sequence[Path]) -> None:
    for path in paths:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
