"""What every page of figures is made of: an answer, a picture, the same as a table, where it comes from, what to do next."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from allmende.portal.drawing.svg import NARROW, WIDE


@dataclass(frozen=True, slots=True)
class Choice:
    """A select field of the page's GET form: options as (value, words)."""

    name: str
    label: str
    options: Sequence[tuple[str, str]]
    chosen: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart drawn for wide and for narrow screens (equal if it has no words), and its legend as (class, words)."""

    wide: SafeString
    narrow: SafeString | None
    legend: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """The same as a table: the first column names the row, the others are written numbers.

    `title` says what the table is if it is not the same as the picture.
    """

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    title: str = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """One line of the answer to "Woher?": what it is about, the words, and the address they lead to, "" for none."""

    term: str
    words: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One thought; `steps` are (address, words) of what a reader can do next.

    A movable map has the addresses of its areas and of the borders over them, and its frame (west, south, east, north) in
    degrees.
    """

    title: str
    sentence: str
    picture: Picture | None = None
    sheet: Sheet | None = None
    origin: Sequence[Fact] = ()
    choices: Sequence[Choice] = ()
    notes: Sequence[str] = ()
    steps: Sequence[tuple[str, str]] = ()
    map_source: str = ""
    map_borders: str = ""
    map_frame: Sequence[float] = ()


def drawn(draw: Callable[[int], str], legend: Sequence[tuple[str, str]] = ()) -> Picture:
    """Draw a chart for both screens; `draw` takes the width and returns SVG made of numbers and escaped words only."""
    return Picture(mark_safe(draw(WIDE)), mark_safe(draw(NARROW)), legend)  # noqa: S308


def pick(query: QueryDict, name: str, options: Sequence[str], default: str) -> str:
    """Return what the address chose, or the default if it chose nothing that is offered.

    >>> pick(QueryDict("jahr=2020"), "jahr", ["2020", "2021"], "2021"), pick(QueryDict("jahr=1066"), "jahr", ["2020"], "2020")
    ('2020', '2020')
    """
    chosen = query.get(name, default)
    return chosen if chosen in options else default


def unheard(query: QueryDict, choices: Sequence[Choice]) -> list[str]:
    """Say which choices in an address are not offered, and what is shown instead: a mistyped link must not mislead in silence.

    >>> from django.utils.translation import override
    >>> with override("de"):
    ...     unheard(QueryDict("jahr=1066&mass=zahl"), [Choice("jahr", "Jahr", [("2020", "2020")], "2020")])
    ['„1066“ gibt es hier nicht (Jahr). Gezeigt ist: 2020.']
    """
    said = []
    for choice in choices:
        asked, words = query.get(choice.name, ""), dict(choice.options)
        if asked and asked not in words and asked != choice.chosen:
            told = {"asked": asked[:40], "what": choice.label, "shown": words.get(choice.chosen, choice.chosen)}
            said.append(_("„%(asked)s“ gibt es hier nicht (%(what)s). Gezeigt ist: %(shown)s.") % told)
    return said


def years_choice(name: str, label: str, years: Sequence[int], chosen: int) -> Choice:
    """Offer years, the newest first."""
    return Choice(name, label, [(str(year), str(year)) for year in reversed(years)], str(chosen))
