"""Region Bremen from public data: `prepare_real` writes what an office would have, `release_real` takes it to the release."""

from allmende.demo.real.chain import release_real
from allmende.demo.real.region import RealRegion, prepare_real, real_catalogue

__all__ = ["RealRegion", "prepare_real", "real_catalogue", "release_real"]
