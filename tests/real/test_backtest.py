"""The real back-test: Bremen's Ortsteile of 2020 as they could have been forecast in 2010."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

DATA = Path(__file__).parents[2] / "../shared/data"
SCRIPT = Path(__file__).parents[2] / "benchmarks/backtest.py"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="shared data absent")


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("backtest", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["backtest"] = module
    spec.loader.exec_module(module)
    return module


def test_the_ensemble_beats_hamilton_perry_on_ages_and_no_change_on_totals(script: ModuleType) -> None:
    past = script.read(DATA)
    assert len(past.keys) == 88
    found = script.run(past)
    ours, cohorts, unchanged = found[script.OURS], found["Hamilton-Perry"], found["no change"]
    assert ours.ages < cohorts.ages
    assert ours.ages_median < cohorts.ages_median
    assert ours.median <= unchanged.median
    assert ours.mean <= unchanged.mean
