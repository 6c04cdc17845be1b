"""From base cubes to published tables: catalogue, plan, gate, build, registry, reports, verification."""
