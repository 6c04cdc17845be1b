"""Charts and maps as SVG text: pure functions of numbers and words, styled by classes of portal.css.

No style attributes (the security policy forbids them) and no script: what is drawn here prints, and works everywhere.
"""

from allmende.portal.drawing.bars import columns, grouped_bars
from allmende.portal.drawing.lines import Line, lines
from allmende.portal.drawing.maps import Layer, Squares, choropleth
from allmende.portal.drawing.pyramid import Sides, pyramid

__all__ = ["Layer", "Line", "Sides", "Squares", "choropleth", "columns", "grouped_bars", "lines", "pyramid"]
