"""From a release, or from plain files, to a projection, its needs and plans: what reads and writes files."""
