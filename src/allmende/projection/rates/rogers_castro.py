"""Rogers-Castro curves: how likely people of an age are to move."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares

from allmende.errors import AllmendeError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RogersCastro:
    """A curve of 7 to 13 parameters; components whose height is 0 are absent.

    m(x) = a1 exp(-α1 x) + a2 exp(-α2(x-μ2) - exp(-λ2(x-μ2))) + a3 exp(-α3(x-μ3) - exp(-λ3(x-μ3))) + a4 exp(λ4 x) + c:
    children with their parents, the young, those who retire, the very old. The defaults are the fundamental parameters of
    Rogers and Castro 1981, as in migest (rc9).

    >>> int(RogersCastro().rate(np.arange(101)).argmax())
    23
    """

    a1: float = 0.02
    alpha1: float = 0.1
    a2: float = 0.06
    alpha2: float = 0.1
    mu2: float = 20.0
    lambda2: float = 0.4
    c: float = 0.003
    a3: float = 0.0
    alpha3: float = 0.1
    mu3: float = 65.0
    lambda3: float = 0.4
    a4: float = 0.0
    lambda4: float = 0.05

    def rate(self, ages: NDArray[np.int64] | Floats) -> Floats:
        """Return the curve at these ages (any shape)."""
        x = np.asarray(ages, dtype=np.float64)
        young = _hump(x, self.a2, self.alpha2, self.mu2, self.lambda2)
        retired = _hump(x, self.a3, self.alpha3, self.mu3, self.lambda3)
        return self.a1 * np.exp(-self.alpha1 * x) + young + retired + self.a4 * np.exp(self.lambda4 * x) + self.c

    def scaled(self, factor: float) -> RogersCastro:
        """Return the same shape at another height."""
        heights = {name: getattr(self, name) * factor for name in ("a1", "a2", "a3", "a4", "c")}
        return RogersCastro(**{field.name: heights.get(field.name, getattr(self, field.name)) for field in fields(self)})


LOWEST = RogersCastro(1e-9, 0.01, 1e-9, 0.02, 15.0, 0.08, 0.0, 0.0, 0.02, 55.0, 0.08, 0.0, 0.01)
HIGHEST = RogersCastro(10.0, 1.0, 10.0, 0.6, 32.0, 1.5, 10.0, 10.0, 0.6, 75.0, 1.5, 1.0, 0.12)
"""Between these a fit stays: curves outside no longer look like migration by age (assumption, after Rogers and Castro 1981)."""


def fit_rogers_castro(
    events: Floats,
    exposure: Floats,
    *,
    lows: Sequence[int] | None = None,
    noise: Floats | float = 0.0,
    start: RogersCastro | None = None,
    retired: bool = False,
    very_old: bool = False,
    hold: float = 0.0,
) -> RogersCastro:
    """Fit a curve to counts of movers, by single age or by the bands that begin at `lows`.

    Least squares of (D - Σ E m)/√(D + noise + 1) over the bands, so nearly maximum likelihood of Poisson counts. `retired` and
    `very_old` free those components (7, 11, 13 parameters). `hold` pulls each parameter towards the start as strongly as so
    many observations would: with five broad bands and seven parameters it must be above 0.

    Raises
    ------
    AllmendeError
        For lengths that do not match, negative counts, or fewer figures than parameters with nothing to hold them.
    """
    starts = np.arange(len(exposure)) if lows is None else np.asarray(lows)
    names = ["a1", "alpha1", "a2", "alpha2", "mu2", "lambda2", "c"]
    names += ["a3", "alpha3", "mu3", "lambda3"] if retired else []
    names += ["a4", "lambda4"] if very_old else []
    _check(events, exposure, starts, len(names), hold)
    begin = _begin(start or RogersCastro(), events, exposure, retired, very_old)
    low, high, first = (np.array([getattr(curve, name) for name in names]) for curve in (LOWEST, HIGHEST, begin))
    first = np.clip(first, low + 1e-12, high - 1e-12)
    ages, spread = np.arange(len(exposure)), np.sqrt(np.asarray(events) + noise + 1)
    scale = np.maximum(np.abs(first), 1e-4)

    def misses(values: Floats) -> Floats:
        curve = _replace(begin, names, values)
        fit = (np.add.reduceat(exposure * curve.rate(ages), starts) - events) / spread
        return np.concatenate([fit, np.sqrt(hold) * (values - first) / scale])

    found = least_squares(misses, first, bounds=(low, high), x_scale=scale, ftol=1e-12, xtol=1e-12, gtol=1e-12, max_nfev=2000)
    return _replace(begin, names, found.x)


def _hump(x: Floats, a: float, alpha: float, mu: float, steep: float) -> Floats:
    return a * np.exp(-alpha * (x - mu) - np.exp(np.minimum(-steep * (x - mu), 700.0)))


def _begin(start: RogersCastro, events: Floats, exposure: Floats, retired: bool, very_old: bool) -> RogersCastro:
    usual = float((exposure * start.rate(np.arange(len(exposure)))).sum())
    curve = start.scaled(float(np.sum(events)) / usual if usual > 0 and np.sum(events) > 0 else 1.0)
    extra = {}
    if retired and curve.a3 == 0:
        extra["a3"] = curve.a2 / 5
    if very_old and curve.a4 == 0:
        extra["a4"] = curve.c / 50
    return _replace(curve, list(extra), np.array(list(extra.values())))


def _replace(curve: RogersCastro, names: list[str], values: Floats) -> RogersCastro:
    own = dict(zip((field.name for field in fields(curve)), astuple(curve), strict=True))
    return RogersCastro(**(own | dict(zip(names, values.tolist(), strict=True))))


def _check(events: Floats, exposure: Floats, starts: NDArray[np.int64], parameters: int, hold: float) -> None:
    if len(events) != len(starts):
        raise AllmendeError(f"{len(events)} counts of movers for {len(starts)} age bands.", expected="one count for each band")
    if not (np.all(np.asarray(events) >= 0) and np.all(np.asarray(exposure) >= 0)):
        raise AllmendeError("Movers or person-years are negative or missing.", expected="numbers of 0 or more")
    if hold <= 0 and len(events) < parameters:
        raise AllmendeError(
            f"{len(events)} figures cannot fix {parameters} parameters.",
            expected="at least as many age bands as parameters, or a `hold` above 0",
        )
