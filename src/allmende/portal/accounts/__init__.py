"""People, the municipalities they belong to, and what each role may read."""
