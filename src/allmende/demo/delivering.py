"""What every registration office does: check, aggregate, seal; several offices at a time."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from allmende.areas.geometry import read_geojson
from allmende.areas.hierarchy import Region, load_region
from allmende.cubes import BaseCube
from allmende.deliveries import DeliveryNote, read_signing_key, seal, seal_protected
from allmende.deliveries.keys import read_matrix
from allmende.errors import AllmendeError
from allmende.privacy.profiles import load_profile as load_protection
from allmende.register.houses import read_houses
from allmende.register.keydates import KeyDateRule
from allmende.register.processing import process
from allmende.register.profile import load_profile
from allmende.register.run import YEAR_END, Run, Source
from allmende.register.secret import read_secret
from allmende.release import load_catalogue, protect_at_source

KITA = KeyDateRule((10, 1), (8, 1))
"""Stock of 1 October with ages of 1 August, as Kita planning in Lower Saxony counts."""

WORKERS = 2


@dataclass(frozen=True, slots=True)
class Extracts:
    """What an office exports for one year: a stock of 31.12.; with events also the stock of 1.10. and the year's cubes."""

    year: int
    stock: Path
    events: Path | None = None
    previous: Path | None = None


@dataclass(frozen=True, slots=True)
class Guard:
    """What an office needs to protect its counts itself: the region's matrix secret and its catalogue (None: the default)."""

    matrix: Path
    catalogue: Path | None


@dataclass(frozen=True, slots=True)
class Job:
    """One office's run: its files, keys and where its delivery goes; with a `guard` only protected tables leave it."""

    ags: str
    name: str
    profile: Path
    houses: Path | None
    crs: str
    extracts: tuple[Extracts, ...]
    region: Path
    secret: Path
    key: Path
    recipient: str
    made: date
    target: Path
    guard: Guard | None = None


@dataclass(frozen=True, slots=True)
class Delivered:
    """What an office says of its run: persons counted over all key dates, findings, records set aside; the sealed file."""

    ags: str
    persons: int
    findings: int
    set_aside: int
    path: Path


def deliver_all(jobs: Sequence[Job], workers: int = WORKERS) -> Iterator[Delivered]:
    """Run the offices in worker processes, the largest files first; yield each as it is finished, in any order.

    Raises what an office raises, and AllmendeError if the system ended a worker; the others are ended then, too.
    """
    jobs = sorted(jobs, key=lambda job: -job.extracts[-1].stock.stat().st_size)
    with ProcessPoolExecutor(min(workers, len(jobs)), multiprocessing.get_context("spawn")) as pool:
        running = _submit(pool, jobs)
        try:
            for done in as_completed(running):
                yield done.result()
        except BrokenProcessPool as error:
            raise AllmendeError(
                "The system ended a worker process, or it could not start.",
                expected=f"{workers} processes of about 1 GB each",
                todo="Close other programs, or look into the system's log, then call again: finished steps are kept.",
            ) from error
        except BaseException:
            for worker in multiprocessing.active_children():
                worker.terminate()
            raise


def deliver(job: Job) -> Delivered:
    """Check and aggregate all years of one office and seal them as one delivery."""
    region, profile, secret = load_region(job.region), load_profile(job.profile), read_secret(job.secret)
    shapes = read_geojson(job.region / "districts.geojson", "key")
    houses = read_houses(job.houses.read_bytes(), job.houses.name, job.ags, job.crs) if job.houses else None
    cubes: list[BaseCube] = []
    persons = findings = set_aside = 0
    for extracts in job.extracts:
        result = process(
            Run(
                extract=Source.load(extracts.stock),
                profile=profile,
                region=region,
                ags=job.ags,
                year=extracts.year,
                rules=(YEAR_END, KITA) if extracts.events else (YEAR_END,),
                events=Source.load(extracts.events) if extracts.events else None,
                previous=Source.load(extracts.previous) if extracts.previous else None,
                houses=houses,
                shapes=shapes,
            ),
            secret,
        )
        cubes += result.cubes
        persons += result.summary.stocks[0].persons
        findings += sum(result.summary.findings.values())
        set_aside += sum(count.quarantined for count in result.summary.files.values())
    note = DeliveryNote.of(cubes, name=job.name, sequence=1, made=job.made)
    job.target.parent.mkdir(parents=True, exist_ok=True)
    return Delivered(job.ags, persons, findings, set_aside, _seal(job, region, cubes, note))


def _seal(job: Job, region: Region, cubes: Sequence[BaseCube], note: DeliveryNote) -> Path:
    key = read_signing_key(job.key)
    if job.guard is None:
        return seal(cubes, job.target, office=key, hub_recipient=job.recipient, delivery=note)
    protection = load_protection("standard", read_matrix(job.guard.matrix))
    tables = protect_at_source(cubes, region, load_catalogue(job.guard.catalogue), protection).tables
    return seal_protected(tables, job.target, office=key, hub_recipient=job.recipient, delivery=note)


def _submit(pool: ProcessPoolExecutor, jobs: Sequence[Job]) -> list[Future[Delivered]]:
    # workers inherit the blocked signal: Ctrl-C reaches this process alone, which then ends them
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        return [pool.submit(deliver, job) for job in jobs]
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
