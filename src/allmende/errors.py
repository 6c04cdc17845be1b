"""The one shape of an error that a user can act on."""

from __future__ import annotations


class AllmendeError(Exception):
    """Something a user can put right: what failed, where, what was expected, what to do.

    Every part is a sentence or a phrase for people; none holds a personal datum.

    >>> print(AllmendeError("The delivery was changed on its way.", where="north.allmende",
    ...                     expected="the bytes that the office signed", todo="Ask the office to send it again."))
    The delivery was changed on its way.
      where:    north.allmende
      expected: the bytes that the office signed
      to do:    Ask the office to send it again.
    """

    def __init__(self, what: str, *, where: str = "", expected: str = "", todo: str = "") -> None:
        self.what, self.where, self.expected, self.todo = what, where, expected, todo
        lines = [what]
        lines += [f"  {name + ':':9} {text}" for name, text in self.parts().items() if name != "what" and text]
        super().__init__("\n".join(lines))

    def parts(self) -> dict[str, str]:
        """Return the parts by name, as JSON output prints them."""
        return {"what": self.what, "where": self.where, "expected": self.expected, "to do": self.todo}


class Refused(AllmendeError):
    """A check did its work and said no: a gate, a signature, a verification (exit code 1, not 2)."""
