"""The small pictures of a legend: the same classes as in the drawing."""

from __future__ import annotations

from allmende.portal.drawing.rows import interval
from allmende.portal.drawing.siting import host_symbol
from allmende.portal.drawing.svg import element

LINES = {"outline", "balance", "median", "past", "forecast", "capacity", "cohort", "trip"}


def key(class_: str) -> str:
    """Return the picture that stands for a class in a legend: a line, a symbol, or a field with its colour and pattern."""
    kinds = class_.split()
    if kinds[0] == "host":
        symbol = host_symbol(11, 7, "closed" if "closed" in kinds else "new" if "new" in kinds else "kept")
        return _framed(element("g", symbol, transform="translate(3.3 2.1) scale(.7)"))
    if kinds[0] in LINES:
        return _framed(element("line", x1=1, y1=7, x2=21, y2=7, class_=class_))
    if kinds[0] in ("v0", "v1", "v2"):
        return _framed(element("line", x1=1, y1=7, x2=21, y2=7, class_=f"outline {class_}"))
    if kinds[0] == "interval":
        return _framed(interval(2, 20, 7, 4))
    if kinds[0] == "none":
        dots = [element("circle", cx=x, cy=y, r=1.2, class_="dotted") for x in (3.5, 7.5, 13.5, 17.5) for y in (4, 10)]
        return _framed(element("rect", x=0.5, y=0.5, width=21, height=13, class_="area blank") + "".join(dots))
    field = element("rect", width=22, height=14, class_=f"{' '.join(k for k in kinds if k != 'open') or 'blank'} area")
    stripes = element("path", d="M0,8L8,0M2,14L16,0M10,14L22,2M18,14L22,10", class_="stripe") if "open" in kinds else ""
    return _framed(field + stripes)


def _framed(content: str) -> str:
    return element("svg", content, class_="key", viewBox="0 0 22 14", width=22, height=14, aria_hidden="true")
