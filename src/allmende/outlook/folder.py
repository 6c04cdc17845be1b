"""The outlook folder: one look ahead as everybody may read it who may read the release it stands on."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import allmende
from allmende.errors import AllmendeError
from allmende.files import write_whole
from allmende.outlook.cells.file import CELLS, CellsAhead, write_cells
from allmende.outlook.cells.file import as_document as cells_document
from allmende.outlook.needs import ServiceNeeds
from allmende.outlook.needs_file import NEEDS, as_document, write_needs
from allmende.outlook.private import CONFIDENTIAL, refuse_public
from allmende.outlook.unusable import read_document, using
from allmende.projection.bands import Band
from allmende.projection.model import Builds, Flows, Model
from allmende.projection.widths import Widths

Floats = NDArray[np.float64]

FORMAT = 3
"""Version of `outlook.json`; a reader refuses any other."""

OUTLOOKS, CURRENT, DESCRIPTION, ARRAYS, MODEL = "outlooks", "outlook", "outlook.json", "arrays.npz", "model.npz"

LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
"""Quantiles of the draws that are kept: ends of the 95, 80 and 50 % intervals and the median."""

COMPONENTS = ("births", "deaths", "came", "left", "moved_in", "moved_out")


@dataclass(frozen=True, slots=True)
class Statement:
    """One thing the projection rests on: what, in both languages, where it comes from, and as of when ("" if timeless)."""

    topic: str
    de: str
    en: str
    source: str
    date: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """A named course of the region: its levers as plain data (`allmende.projection.levers`), none for the middle one."""

    id: str
    title: Mapping[str, str]
    levers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Trial:
    """How one model would have done on the region's own past: errors in per cent at one horizon and level of areas."""

    model: str
    geography: str
    horizon: int
    areas: int
    median: float
    mean: float
    ninetieth: float
    bias: float
    ages: float


@dataclass(frozen=True, slots=True)
class Held:
    """How many of the values that came lay in the intervals of `level`, in per cent: as drawn, and with calibrated widths.

    Calibrated coverage is that of origins whose errors were left out when the widths were learnt.
    """

    geography: str
    horizon: int
    level: float
    areas: int
    drawn: float
    calibrated: float


@dataclass(frozen=True, slots=True)
class Track:
    """The track record: trials, coverage, weights of the ensemble and its origins."""

    origins: tuple[int, ...]
    trials: tuple[Trial, ...]
    held: tuple[Held, ...]
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """A region's look ahead. `years` are 31.12. of the base year and after, `past_years` those before and the base year.

    Arrays (float32): `past [P, M, 2, A]`; `population [V, T + 1, M, 2, A]`; `components [6, V, T, M]` persons a year in the
    order of `COMPONENTS`; `fan [Q, T + 1, R, K]` quantiles `LEVELS` of the middle variant for `areas` (units,
    municipalities, the region) and `bands`, stretched by `widths`; `drivers` as `allmende.projection.drivers.drivers` takes
    them; `simple [B, T + 1, R]` totals of the simple `benchmarks`; `forecasts [3, O, P, R, K]` what the model would have said
    at each of the track's origins (80 % interval and median between: low, middle, high), NaN where it had nothing to say;
    sexes 0 female, 1 male; ages 0 … 100+.
    """

    id: str
    release: str
    region: str
    audience: str
    units: tuple[str, ...]
    parents: tuple[str, ...]
    areas: tuple[str, ...]
    past_years: tuple[int, ...]
    years: tuple[int, ...]
    variants: tuple[Variant, ...]
    bands: tuple[Band, ...]
    benchmarks: tuple[str, ...]
    too_small: tuple[str, ...]
    threshold: float
    draws: int
    seed: int
    statements: tuple[Statement, ...]
    track: Track
    widths: Widths
    drivers: Mapping[str, Any]
    past: NDArray[np.float32]
    population: NDArray[np.float32]
    components: NDArray[np.float32]
    fan: NDArray[np.float32]
    simple: NDArray[np.float32]
    forecasts: NDArray[np.float32]

    def totals(self) -> NDArray[np.float32]:
        """Return the matrix [R, M] that sums units to `areas`."""
        return sum_matrix(self.areas, self.units, self.parents)


def sum_matrix(areas: Sequence[str], units: Sequence[str], parents: Sequence[str]) -> NDArray[np.float32]:
    """Return the matrix [R, M] that sums units to areas: a unit itself, a municipality, or anything else as the whole region.

    >>> sum_matrix(["a.1", "a", "region"], ["a.1", "a.2", "b"], ["a", "a", "b"]).tolist()
    [[1.0, 0.0, 0.0], [1.0, 1.0, 0.0], [1.0, 1.0, 1.0]]
    """
    rows = []
    for area in areas:
        if area in units:
            rows.append([unit == area for unit in units])
        elif area in parents:
            rows.append([parent == area for parent in parents])
        else:
            rows.append([True] * len(units))
    return np.array(rows, dtype=np.float32)


_ARRAYS = ("past", "population", "components", "fan", "simple", "forecasts")


def write_outlook(
    outlook: Outlook, model: Model, needs: Sequence[ServiceNeeds], public: Path, cells: Sequence[CellsAhead] = ()
) -> Path:
    """Write an outlook, its model and its needs to `public/outlooks/<id>/` and put it in force as `public/outlook`.

    Returns the folder. It appears whole or not at all, and the link `outlook` is swapped in one step. The same outlook
    gives the same bytes. Without needs there is no `needs.json`, without cells no `cells.json`. Raises `Refused` for what is
    made from confidential cells, if the folder is public.
    """
    if outlook.audience == CONFIDENTIAL or any(grid.exact for grid in cells):
        refuse_public(public)
    folder = public / OUTLOOKS / outlook.id
    part, old = (folder.with_name(f".{outlook.id}.{word}") for word in ("part", "old"))
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    write_whole(part / ARRAYS, _packed(_arrays(outlook)))
    write_whole(part / MODEL, _packed(_model_arrays(model)))
    if needs:
        write_needs(needs, part / NEEDS)
    if cells:
        write_cells(cells, part / CELLS)
    write_whole(part / DESCRIPTION, _text(_document(outlook, model)))
    if folder.exists():  # the id follows from what it says, so this changes nothing unless a file of it was damaged
        folder.rename(old)
    part.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
    fresh = public / f".{CURRENT}-{outlook.id}"
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(Path(OUTLOOKS) / outlook.id)
    fresh.replace(public / CURRENT)
    return folder


def read_outlook(folder: Path) -> Outlook:
    """Read the outlook in a folder (`public/outlook` is the one in force).

    Raises `AllmendeError` if there is none, `UnusableOutlook` if it has another format or its files are damaged.
    """
    document = _description(folder)
    with using(folder / ARRAYS):
        arrays = _unpacked(folder / ARRAYS)
    with using(folder / DESCRIPTION):
        return _outlook(document, arrays)


def _outlook(document: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Outlook:
    tuples = ("units", "parents", "areas", "past_years", "years", "benchmarks", "too_small")
    own: dict[str, Any] = {name: arrays[name] for name in _ARRAYS}
    plain = ("id", "release", "region", "audience", "threshold", "draws", "seed", "drivers")
    own |= {name: document[name] for name in plain}
    own |= {name: tuple(document[name]) for name in tuples}
    return Outlook(
        **own,
        variants=tuple(Variant(**each) for each in document["variants"]),
        bands=tuple(Band(**each) for each in document["bands"]),
        statements=tuple(Statement(**each) for each in document["statements"]),
        track=_track(document["track"]),
        widths=_widths(document["widths"]),
    )


def read_model(folder: Path) -> Model:
    """Read the model of the outlook in a folder, checked as when it was made.

    Raises `AllmendeError` as `read_outlook` does.
    """
    document = _description(folder)
    with using(folder / MODEL):
        return _model(document["model"], _unpacked(folder / MODEL))


def _model(names: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Model:
    parts: dict[str, dict[str, Any]] = {"flows": {}, "builds": {}}
    own: dict[str, Any] = {}
    for name, array in arrays.items():
        group, dot, field = name.partition(".")
        (parts[group] if dot else own)[field if dot else name] = array
    return Model(
        **own,
        units=tuple(names["units"]),
        parents=tuple(names["parents"]),
        groups=tuple(names["groups"]),
        special_kinds=tuple(names["special_kinds"]),
        base_year=names["base_year"],
        boys_per_girl=names["boys_per_girl"],
        flows=Flows(**parts["flows"]),
        builds=Builds(**parts["builds"]),
    )


def name_outlook(outlook: Outlook, model: Model, needs: Sequence[ServiceNeeds], cells: Sequence[CellsAhead] = ()) -> str:
    """Return the id of an outlook: its base year, and a hash of everything it says."""
    said = (_document(replace(outlook, id=""), model), as_document(needs), cells_document(cells))
    digest = hashlib.sha256(json.dumps(said, sort_keys=True, allow_nan=False).encode())
    for name, array in sorted((_arrays(outlook) | _model_arrays(model)).items()):
        digest.update(f"{name} {array.dtype} {array.shape}".encode() + np.ascontiguousarray(array).tobytes())
    return f"{model.base_year}-{digest.hexdigest()[:10]}"


def _description(folder: Path) -> dict[str, Any]:
    path = folder / DESCRIPTION
    if not path.is_file():
        raise AllmendeError(
            "There is no look ahead yet.",
            where=str(folder),
            expected=DESCRIPTION,
            todo="Make one with `allmende project run PUBLIC`.",
        )
    return read_document(path, FORMAT)


def _document(outlook: Outlook, model: Model) -> dict[str, Any]:
    document = {each.name: _plain(getattr(outlook, each.name)) for each in fields(outlook) if each.name not in _ARRAYS}
    return document | {"format": FORMAT, "model": _model_names(model), "software": allmende.__version__}


def _text(document: Any) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False) + "\n").encode()


def _arrays(outlook: Outlook) -> dict[str, NDArray[Any]]:
    return {name: getattr(outlook, name) for name in _ARRAYS}


def _track(data: Mapping[str, Any]) -> Track:
    trials = tuple(Trial(**_numbers(each)) for each in data["trials"])
    held = tuple(Held(**_numbers(each)) for each in data["held"])
    return Track(tuple(data["origins"]), trials, held, data["weights"])


def _numbers(data: Mapping[str, Any]) -> dict[str, Any]:
    """Read what JSON has no number for as NaN."""
    return {name: float("nan") if value is None else value for name, value in data.items()}


def _widths(data: Mapping[str, Any]) -> Widths:
    sizes = tuple(float("inf") if bound is None else float(bound) for bound in data["sizes"])
    factor, scores = np.array(data["factor"], dtype=np.float64), np.array(data["scores"], dtype=np.int64)
    return Widths(sizes, tuple(data["centres"]), tuple(data["horizons"]), tuple(data["levels"]), factor, scores)


def _model_names(model: Model) -> dict[str, Any]:
    names = ("units", "parents", "groups", "special_kinds", "base_year", "boys_per_girl")
    return {name: _plain(getattr(model, name)) for name in names}


def _model_arrays(model: Model) -> dict[str, NDArray[Any]]:
    found: dict[str, NDArray[Any]] = {}
    for each in fields(model):
        value = getattr(model, each.name)
        if isinstance(value, np.ndarray):
            found[each.name] = value
        elif isinstance(value, Flows | Builds):
            found |= {f"{each.name}.{part.name}": getattr(value, part.name) for part in fields(value)}
    return found


def _packed(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **dict(sorted(arrays.items())))  # type: ignore[arg-type]  # names are no options of savez
    return buffer.getvalue()


def _unpacked(path: Path) -> dict[str, NDArray[Any]]:
    try:
        with np.load(path, allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (zipfile.BadZipFile, zlib.error) as error:
        raise ValueError(str(error)) from error


def _plain(value: Any) -> Any:
    if hasattr(value, "__dataclass_fields__"):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, np.ndarray):
        return value.tolist()
    return None if isinstance(value, float) and not np.isfinite(value) else value
