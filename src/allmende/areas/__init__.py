"""What a place is: keys, districts, grid cells, hierarchies, dated reforms, geometry."""
