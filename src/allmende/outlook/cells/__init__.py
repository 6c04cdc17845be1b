"""Cells of a grid ahead: what a release tells of them, how they change, what the past teaches, and the rule of what is told."""
