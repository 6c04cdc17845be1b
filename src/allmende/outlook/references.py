"""The certificate: published projections in full, from a folder of reference files, run again and compared cell by cell."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.csv as pacsv

from allmende.comparison import Comparison
from allmende.errors import AllmendeError
from allmende.outlook.plain_inputs import inputs_from
from allmende.outlook.plain_settings import Settings, settings_of
from allmende.projection.conventions import Case, Projection, project
from allmende.projection.conventions.accounting import Floats
from allmende.projection.lifetable import from_rates

SWEDEN = "preston_sweden_1993_1998_female.csv"
CANADA = ("wpp_canada_1950_base.csv", "wpp_canada_1950_2019_input_rates.csv.gz", "wpp_canada_srb.csv")
CANADA_OUT = "wpp_canada_1951_2020_output_R.csv.gz"
CANADA_TABLE = "wpp_canada_2019_lifetable.csv"
AARGAU = ("fso_aargau_2024_population.csv", "fso_aargau_2025_2055_parameters_reference.csv.gz")
AARGAU_OUT = "fso_aargau_2025_2055_propop21_reference_output.csv.gz"

SWEDEN_SETTINGS = {
    "base_year": 1993,
    "boys_per_girl": 1.05,
    "columns": {"pop_f_1993": "pop_f", "net_mig_f_5y": "net_f"},
}
"""How the headers of the Swedish file are to be read."""


def compare_references(folder: Path) -> tuple[Comparison, ...]:
    """Run every published projection whose files a folder (or its subfolder `projection`) holds; 0 differences are published.

    Raises
    ------
    AllmendeError
        If the folder holds none of them.
    """
    place = folder / "projection" if (folder / "projection").is_dir() else folder
    cases: Mapping[Callable[[Path], Iterable[Comparison]], Sequence[str]] = {
        _sweden: (SWEDEN,),
        _canada: (*CANADA, CANADA_OUT),
        _life_table: (CANADA_TABLE,),
        _aargau: (*AARGAU, AARGAU_OUT),
    }
    there = [compare for compare, names in cases.items() if all((place / name).exists() for name in names)]
    if not there:
        raise AllmendeError("There are no reference files.", where=str(folder), expected=f"files such as {SWEDEN}")
    return tuple(found for compare in there for found in compare(place))


def sweden(folder: Path, convention: str) -> Projection:
    """Project Preston's women of Sweden 1993 five years ahead."""
    paths = {"population": folder / SWEDEN, "rates": folder / SWEDEN}
    return project(inputs_from(paths, settings_of(SWEDEN_SETTINGS)[0], convention, 5).case, convention)


def canada(folder: Path) -> Projection:
    """Project Canada from 1950 to 2020 as the UN does."""
    paths = {name: folder / file for name, file in zip(("population", "rates", "srb"), CANADA, strict=True)}
    return project(inputs_from(paths, Settings(), "un-end").case, "un-end")


def aargau(folder: Path) -> Case:
    """Read the canton of Aargau 2024 with the office's parameters to 2055."""
    paths = {name: folder / file for name, file in zip(("population", "rates"), AARGAU, strict=True)}
    return inputs_from(paths, Settings(boys_per_girl=1.05), "fso").case


def _sweden(folder: Path) -> Iterator[Comparison]:
    table = _read(folder / SWEDEN)
    even, end = sweden(folder, "un-even"), sweden(folder, "un-end")
    book = "Preston et al. 2001, Box 6.2, all cells"
    yield _zero("women 1998 after rounding, 18 cells", book, np.round(_women(even)), table["book_pop_f_1998"], 0)
    yield _zero("births after rounding", book, np.round(even.births[0, 0, 0]), table["book_births_both_5y"], 0)
    for name, run in (("even", even), ("end", end)):
        source = f"R package ccmppWPP, migration {name}"
        yield _zero(f"women 1998, un-{name}", source, _women(run), table[f"r_{name}_pop_f_1998"], 1e-6)
        yield _zero(f"births, un-{name}", source, run.births[0, 0, 0], table[f"r_{name}_births"], 1e-6)
        yield _zero(f"deaths, un-{name}", source, run.deaths[0, 0, 0, 0], table[f"r_{name}_deaths_f"], 1e-6)


def _women(projection: Projection) -> Floats:
    women: Floats = projection.population[-1, 0, 0, 0]
    return women


def _canada(folder: Path) -> Iterator[Comparison]:
    table, run = _read(folder / CANADA_OUT), canada(folder)
    source = "R package ccmppWPP, run over 70 years"
    for sex, at in (("f", 0), ("m", 1)):
        stock, deaths = run.population[1:, 0, 0, at].ravel(), run.deaths[:, 0, 0, at].ravel()
        yield _zero(f"Canada 1951-2020, {sex}, 7,070 cells", source, stock, table[f"pop_{sex}"], 1e-8)
        yield _zero(f"Canada 1950-2019, deaths of cohorts, {sex}", source, deaths, table[f"deaths_{sex}"], 1e-8)
    yield _zero("Canada 1950-2019, births by age", source, run.births[:, 0, 0].ravel(), table["births_age"], 1e-8)
    yield Comparison("Canada 2020, total", source, 37_496_123.543, float(run.population[-1].sum()), 1e-3)


def _life_table(folder: Path) -> Iterator[Comparison]:
    table = _read(folder / CANADA_TABLE)
    for word in dict.fromkeys(table["sex"]):
        rows = table["sex"] == word
        ours = from_rates(table["nMx"][rows], table["nAx"][rows])
        printed = {"nqx": ours.q, "lx": ours.l, "nLx": ours.L, "Sx": ours.S, "Tx": ours.T, "ex": ours.e}
        off = max(float(np.abs(values / table[name][rows] - 1).max()) for name, values in printed.items())
        yield Comparison(f"life table 2019, {word}, relative", "R package ccmppWPP, Canada", 0, off, 1e-12)


def _aargau(folder: Path) -> Iterator[Comparison]:
    case = aargau(folder)
    run, table = project(case, "fso"), _cube(folder / AARGAU_OUT, case)
    flows = {
        "n_dec": run.population[1:],
        "mor_n": run.deaths,
        "acq_n": run.changed,
        "emi_int_n + emi_nat_n": run.left,
        "imm_int_n + imm_nat_n": run.came,
    }
    for names, ours in flows.items():
        theirs = np.sum([table[name] for name in names.split(" + ")], axis=0)
        yield _zero(f"Aargau 2025-2055, {names}, 12,524 cells", "R package propop 2.1.0, full run", ours, theirs, 1e-9)
    published = _cube(folder / AARGAU[1], case)["fso_projection_n"]
    steps = [_one_step(case, published[t - 1], t) - published[t] for t in range(1, case.steps)]
    off = [float(np.abs(step).max()) for step in steps]
    yield Comparison(
        "one-year steps from the office's own figures, largest", "FSO, model of 2025, 30 x 404 cells", 0, max(off), 0.6
    )


def _one_step(case: Case, start: Floats, t: int) -> Floats:
    """Move the office's figures of one year by the rates of step t."""
    timed = ("survival", "fertility", "boys_per_girl", "net", "net_rate", "come", "leave", "acquire", "child_share")
    rates = {name: getattr(case, name)[t : t + 1] for name in (*timed, "pool_leave", "pool_share")}
    end: Floats = project(replace(case, start=start, **rates), "fso").population[-1]
    return end


def _read(path: Path) -> dict[str, Floats]:
    """Read every column of a table by its header, numbers as floats and texts as they are."""
    table = pacsv.read_csv(path)
    return {name: table[name].to_numpy() for name in table.column_names}


def _cube(path: Path, case: Case) -> dict[str, Floats]:
    """Read a table by year, nationality, sex and age into arrays [T, G, 1, 2, A], numbers only."""
    columns = _read(path)
    years = columns["year"].astype(int) - case.axes.base_year - 1
    groups, sexes = (
        np.array([members.index(text) for text in columns[name]])
        for name, members in (("nat", case.axes.groups), ("sex", case.axes.sexes))
    )
    place = (years, groups, np.zeros_like(years), sexes, columns["age"].astype(int))
    cubes = {}
    for name, values in columns.items():
        if values.dtype != object:
            cubes[name] = np.full((case.steps, *case.axes.shape), np.nan)
            cubes[name][place] = values
    return cubes


def _zero(name: str, source: str, ours: Floats, theirs: Floats, tolerance: float) -> Comparison:
    return Comparison(f"{name}: largest difference", source, 0, float(np.abs(ours - theirs).max()), tolerance)
