"""Dated values with unit and source, as data."""
