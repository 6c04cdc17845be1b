"""The OR-Library's p-median networks and eight neighbours against their published optima; skipped where they are not."""

import csv
import json
import tarfile
from pathlib import Path

import numpy as np
import pytest
from scipy.sparse.csgraph import dijkstra

from allmende.areas.edge_list import read_edges
from allmende.cli.sharing_files import read_sharing
from allmende.needs.siting import p_center, p_median, p_median_heuristic, share_functions
from allmende.needs.siting.published import eight_neighbours

FOLDER = Path(__file__).parents[2] / "../shared/refs/needs"
pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason=f"{FOLDER} is not there")
NAMES = [f"pmed{k}" for k in range(1, 21)]


@pytest.fixture(scope="module")
def networks(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pmed")
    with tarfile.open(FOLDER / "orlib_pmed_1_20.tar.gz") as archive:
        archive.extractall(folder, filter="data")
    return {path.stem: path for path in folder.rglob("pmed*.txt")}


@pytest.fixture(scope="module")
def optima():
    with (FOLDER / "orlib_pmed_1_20_optima.csv").open(encoding="utf-8") as file:
        return {row["instance"]: row for row in csv.DictReader(file)}


def costs_of(path):
    roads = read_edges(path)
    return dijkstra(roads.graph()), roads.header_p


@pytest.mark.parametrize("name", NAMES)
def test_every_published_optimum_is_reached_and_proved(name, networks, optima):
    costs, p = costs_of(networks[name])
    assert (len(costs), p) == (int(optima[name]["n"]), int(optima[name]["p"]))
    median = p_median(costs, p=p, rng=np.random.default_rng(1))
    assert median.value == median.bound == int(optima[name]["pmedian_opt"])
    center = p_center(costs, p)
    assert center.value == center.bound == int(optima[name]["pcenter_opt"])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_heuristic_alone_is_within_a_thousandth_in_the_mean(seed, networks, optima):
    gaps = []
    for name in NAMES:
        costs, p = costs_of(networks[name])
        hosts, value = p_median_heuristic(costs, p=p, rng=np.random.default_rng(seed))
        assert value == costs[:, hosts].min(axis=1).sum()
        gaps.append(value / int(optima[name]["pmedian_opt"]) - 1)
    assert min(gaps) >= 0
    assert np.mean(gaps) <= 1e-3


def test_eight_neighbours_as_the_file_has_them():
    path = FOLDER / "shared_services_8x3.json"
    published = json.loads(path.read_text(encoding="utf-8"))
    sharing, _ = read_sharing(path)
    ours = eight_neighbours()
    for name in ("minutes", "demand", "fixed_cost"):
        np.testing.assert_array_equal(getattr(sharing, name), getattr(ours, name))
    assert sharing.services == ours.services
    plan = share_functions(sharing, rng=np.random.default_rng(1))
    assert plan.value == pytest.approx(published["optimal_value"], abs=1e-6)
    assert plan.gap == 0
    assert [np.flatnonzero(row).tolist() for row in plan.hosting] == published["optimal_sites"]
