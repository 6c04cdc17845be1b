"""Run a model through its years and keep every component."""

from __future__ import annotations

import numpy as np

from allmende.projection.accounts import COMPONENTS, Path, Year, check_year
from allmende.projection.model import Model
from allmende.projection.step import advance


def run(model: Model) -> Path:
    """Project the model's central path; every year's account is checked.

    Raises `AssertionError` if an account does not balance, which no sound `Model` can bring about.

    >>> from allmende.projection.model import still_model
    >>> start = np.zeros((1, 1, 2, 4))
    >>> start[0, 0, 0] = 5, 3, 2, 1
    >>> path = run(still_model(start, units=("a",), parents=("a",), base_year=2024, steps=2))
    >>> path.population[:, 0, 0, 0]
    array([[5., 3., 2., 1.],
           [0., 5., 3., 3.],
           [0., 0., 5., 6.]])
    """
    people, years = model.start, list[Year]()
    for step in range(model.steps):
        years.append(advance(model, step, people))
        check_year(people, years[-1], model.units)
        people = years[-1].end
    projected = np.stack([model.start, *(year.end for year in years)])
    return Path(model, projected, **{name: np.stack([getattr(year, name) for year in years]) for name in COMPONENTS})
