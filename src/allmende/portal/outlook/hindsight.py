"""What the model would have said in earlier years of a band of a place, beside what came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from allmende.portal.outlook.ahead import Ahead
from allmende.portal.places import Place


@dataclass(frozen=True, slots=True)
class Said:
    """What would have been said in the year `origin`, when `counted` people were known, of each of the `years` after.

    `low` and `high` are the ends of the 80 % interval, `came` is what was counted later.
    """

    origin: int
    counted: float
    years: Sequence[int]
    low: Sequence[float]
    middle: Sequence[float]
    high: Sequence[float]
    came: Sequence[float]

    @property
    def line(self) -> list[tuple[int, float]]:
        """The course as it would have been drawn, from what was counted on."""
        return [(self.origin, self.counted), *zip(self.years, self.middle, strict=True)]

    def held(self, at: int) -> bool:
        """Return whether what came lay in the interval."""
        return self.low[at] <= self.came[at] <= self.high[at]


def said_before(ahead: Ahead, place: Place, band: str) -> tuple[Said, ...]:
    """Return what would have been said at each origin of the track record, the oldest first; nothing without a record."""
    outlook, row = ahead.outlook, ahead.row(place)
    at = [each.name for each in outlook.bands].index(band)
    counted = [value for _year, value in ahead.fan(place, band).past]
    found = []
    for number, origin in enumerate(outlook.track.origins):
        here = outlook.past_years.index(origin)
        low, middle, high = outlook.forecasts[:, number, here + 1 :, row, at].astype(float).tolist()
        found.append(Said(origin, counted[here], outlook.past_years[here + 1 :], low, middle, high, counted[here + 1 :]))
    return tuple(found)
