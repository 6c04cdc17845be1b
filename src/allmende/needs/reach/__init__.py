"""Who reaches what in how many minutes: ways, catchments, cover."""

from allmende.needs.reach.catchments import Access, Decay, e2sfca_decay, step_decay, three_step, three_step_decay, two_step
from allmende.needs.reach.cover import Cover, FireNorm, default_fire_norm, fire_cover, within_minutes
from allmende.needs.reach.ways import (
    Nearest,
    Snapped,
    Ways,
    nearest_facility,
    road_ways,
    snap,
    straight_ways,
    travel_minutes,
)

__all__ = [
    "Access",
    "Cover",
    "Decay",
    "FireNorm",
    "Nearest",
    "Snapped",
    "Ways",
    "default_fire_norm",
    "e2sfca_decay",
    "fire_cover",
    "nearest_facility",
    "road_ways",
    "snap",
    "step_decay",
    "straight_ways",
    "three_step",
    "three_step_decay",
    "travel_minutes",
    "two_step",
    "within_minutes",
]
