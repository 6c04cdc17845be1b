"""Reference numbers of the needs room: those of siting."""

from allmende.needs.siting.published import comparisons

__all__ = ["comparisons"]
