"""The comparison and the proof of savings as pages for people: self-contained, printable, German and English."""

from allmende.sharing.page.layout import page
from allmende.sharing.page.proof import proof_page

__all__ = ["page", "proof_page"]
