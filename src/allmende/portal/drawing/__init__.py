"""Charts and maps as SVG text: pure functions of numbers and words, styled by classes of portal.css.

No style attributes (the security policy forbids them) and no script: what is drawn here prints, and works everywhere.
"""

from allmende.portal.drawing.bars import columns, grouped_bars
from allmende.portal.drawing.fan import FanWords, fan
from allmende.portal.drawing.flows import flow_map
from allmende.portal.drawing.keys import key
from allmende.portal.drawing.lexis import lexis
from allmende.portal.drawing.lines import Line, lines
from allmende.portal.drawing.maps import Layer, Squares, choropleth
from allmende.portal.drawing.multiples import Panel, small_multiples
from allmende.portal.drawing.pyramid import Sides, pyramid
from allmende.portal.drawing.rows import Share, share_bars, waterfall
from allmende.portal.drawing.siting import Plan, siting_map

__all__ = [
    "FanWords",
    "Layer",
    "Line",
    "Panel",
    "Plan",
    "Share",
    "Sides",
    "Squares",
    "choropleth",
    "columns",
    "fan",
    "flow_map",
    "grouped_bars",
    "key",
    "lexis",
    "lines",
    "pyramid",
    "share_bars",
    "siting_map",
    "small_multiples",
    "waterfall",
]
