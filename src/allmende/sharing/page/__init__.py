"""The comparison as one page for people: self-contained, printable, German and English."""

from allmende.sharing.page.layout import page

__all__ = ["page"]
