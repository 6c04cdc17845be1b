"""Compensation schemes as data: what partners pay and get each year, by rules with source, period and assumptions."""
