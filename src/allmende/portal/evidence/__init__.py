"""Pages over released cubes: an area, a comparison, tables, releases, the method."""
