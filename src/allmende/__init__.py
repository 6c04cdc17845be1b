"""Allmende: the commons of municipalities that work together."""

__version__ = "0.1.0"
