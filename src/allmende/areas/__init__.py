"""What a place is: keys, districts, grid cells, hierarchies, dated reforms, geometry."""

from allmende.areas.hierarchy import UNLOCATED_CODE, District, Municipality, Region, load_region, write_region

__all__ = ["UNLOCATED_CODE", "District", "Municipality", "Region", "load_region", "write_region"]
