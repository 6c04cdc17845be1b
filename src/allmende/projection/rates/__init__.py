"""Rates of small areas: their levels, their shapes over age, and where movers go."""
