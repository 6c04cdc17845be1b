"""Cohort-component projection of a region, its levers and its uncertainty."""
