"""A region with everything in it, drawn from a seed."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from allmende.projection.model import Builds, Flows, Model, still_model

Maker = Callable[..., Model]


@pytest.fixture
def region() -> Maker:
    """Return `make(seed, units=…, groups=…, steps=…, ages=…, flows=…, builds=…)`."""
    return make_region


def make_region(
    seed: int, *, units: int = 7, groups: int = 2, steps: int = 5, ages: int = 101, flows: bool = True, builds: bool = True
) -> Model:
    rng = np.random.default_rng(seed)
    towns = (units + 1) // 2
    parents = tuple(f"{7131 + at % 2:05d}{at % towns:03d}" for at in range(units))
    model = still_model(
        rng.gamma(2, 10, (groups, units, 2, ages)),
        units=tuple(f"{ags}.{at:02d}" for at, ags in enumerate(parents)),
        parents=parents,
        groups=tuple(f"g{at}" for at in range(groups)),
        base_year=2024,
        steps=steps,
    )
    classes, z = 3, len(model.municipalities)
    shares = rng.gamma(2, 1, (steps, 3, classes, units))
    leave = rng.uniform(0, 0.1, (steps, 3, groups, 2, ages))
    model = replace(
        model,
        death=rng.uniform(0, 0.3, (steps, groups, 2, ages)),
        newborn_death=rng.uniform(0, 0.01, (steps, groups, 2)),
        death_factor=rng.uniform(0.7, 1.4, (steps, units)),
        birth=np.where(
            (np.arange(ages) > ages // 7) & (np.arange(ages) < ages // 2), rng.uniform(0, 0.1, (steps, groups, ages)), 0
        ),
        birth_factor=rng.uniform(0.7, 1.4, (steps, units)),
        child_group=rng.dirichlet(np.ones(groups), groups),
        age_class=rng.integers(0, classes, ages) if seed % 2 else np.arange(ages) * classes // ages,
        leave=leave,
        leave_factor=rng.uniform(0.5, 1.5, (steps, 3, classes, units)),
        arrive=rng.gamma(2, 1, (steps, 2, groups, 2, ages)),
        arrive_factor=rng.uniform(0.5, 1.5, (steps, 2, units)),
        share=shares / shares.sum(axis=-1, keepdims=True),
        flows=_flows(rng, classes, z) if flows else Flows(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((classes, 0))),
        change=rng.uniform(0, 0.05, (steps, groups, groups, 2, ages)) * (1 - np.eye(groups))[None, :, :, None, None],
        special_kinds=("students",),
        special=rng.gamma(1, 1, (1, groups, units, 2, ages)),
        special_share=rng.uniform(0, 1, (steps + 1, 1, units)),
    )
    return replace(model, builds=_builds(rng, model)) if builds else model


def _flows(rng: np.random.Generator, classes: int, towns: int) -> Flows:
    pairs = np.array([(i, j) for i in range(towns) for j in range(towns) if rng.random() < 0.6], dtype=np.int64).reshape(-1, 2)
    return Flows(pairs[:, 0], pairs[:, 1], rng.uniform(0, 1 / towns, (classes, len(pairs))))


def _builds(rng: np.random.Generator, model: Model) -> Builds:
    groups, units, _, ages = model.start.shape
    n = 3
    arrivals = rng.gamma(1, 0.5, (n, model.steps, groups, 2, ages))
    arrivals[2] = 0
    removed = np.zeros((n, model.steps))
    removed[2] = rng.uniform(0, 20, model.steps)
    return Builds(
        unit=rng.integers(0, units, n),
        arrivals=arrivals,
        removed=removed,
        from_region=rng.uniform(0.2, 0.9, n),
        origins=rng.dirichlet(np.ones(len(model.municipalities)), n),
    )
