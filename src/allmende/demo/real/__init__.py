"""Region Bremen from public data, as registration offices would deliver it: `prepare_real`."""

from allmende.demo.real.region import RealRegion, prepare_real, real_catalogue

__all__ = ["RealRegion", "prepare_real", "real_catalogue"]
