"""The picture: for each partner how much of its cost alone it bears under each key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor

from allmende.sharing.compare import Deal, Row
from allmende.sharing.page.markup import Markup, element, void
from allmende.sharing.page.wording import Wording

RADIUS, LANE, GAP, HEAD = 11, 25, 18, 30


@dataclass(frozen=True, slots=True)
class Sheet:
    """The paper of a picture: its width, the margin left, and how much room a name takes above its band (0: it stands left)."""

    width: int
    left: int
    above: int


WIDE, NARROW = Sheet(820, 120, 0), Sheet(390, 14, 24)
RIGHT = 20


@dataclass(frozen=True, slots=True)
class Scale:
    """Parts of the cost alone on the width of a sheet."""

    least: float
    most: float
    sheet: Sheet

    def place(self, ratio: float) -> float:
        """Return where a part stands."""
        inside = min(max(ratio, self.least), self.most)
        return self.sheet.left + (inside - self.least) / (self.most - self.least) * (self.sheet.width - self.sheet.left - RIGHT)

    def ticks(self) -> list[float]:
        """Return the parts that are written under the picture: as many as there is room for, 100 % among them."""
        room = (self.sheet.width - self.sheet.left) / 55
        step = next(
            (step for step in (0.2, 0.5) if (self.most - self.least) / step <= room), ceil((self.most - self.least) / room)
        )
        return [k * step for k in range(ceil(self.least / step - 1e-9), floor(self.most / step + 1e-9) + 1)]


def corridor(deal: Deal) -> list[tuple[float, float]]:
    """Return each partner's least and most part of its amount alone under the methods with which nobody leaves."""
    fair = [row for row in deal.rows if not row.is_key and row.core.member]
    if not fair:
        return []
    return [
        (min(float(row.shares[i]) / alone for row in fair), max(float(row.shares[i]) / alone for row in fair))
        if alone
        else (1.0, 1.0)
        for i, alone in enumerate(deal.alone)
    ]


def picture(deal: Deal, rows: Sequence[tuple[str, Row]], say: Wording, sheet: Sheet = WIDE) -> Markup:
    """Return the chart; `rows` come with their letters.

    Pale bands run from the extra cost when last to the cost alone, dark ones are the corridor of fair methods.
    """
    fair = corridor(deal) if rows[0][1].is_key else []
    ratios = [
        [float(row.shares[i]) / deal.alone[i] if deal.alone[i] else 0.0 for _, row in rows] for i in range(len(deal.alone))
    ]
    every = [ratio for line in [*ratios, *fair] for ratio in line]
    least = floor(min(every) * 10 - 0.3) / 10
    scale = Scale(least if min(every) < 0 else max(least, 0.0), max(1.1, ceil(max(every) * 10 + 0.3) / 10), sheet)
    bands, dots, top = [], [], HEAD
    for i, name in enumerate(deal.case.game.players):
        lanes = _lanes([scale.place(ratio) for ratio in ratios[i]])
        height = LANE * (max(lanes) + 1)
        top += sheet.above
        bands += _partner(deal, i, name, top, height, scale)
        if fair:
            bands.append(_band(scale.place(fair[i][0]), scale.place(fair[i][1]), top, height, "fair"))
        dots += _dots(deal, rows, ratios[i], lanes, top, scale)
        top += height + GAP
    one = f"{scale.place(1.0):.1f}"
    line = void("line", x1=one, x2=one, y1=str(HEAD - 8), y2=f"{top - GAP + 4}", class_="hundred")
    ticks = [_tick(ratio, top - GAP + 20, scale, say) for ratio in scale.ticks()]
    label = element("text", say("alone_axis"), x=one, y="14", text_anchor="middle", class_="strong")
    return element(
        "svg", *bands, line, *dots, label, *ticks,
        viewBox=f"0 0 {sheet.width} {top - GAP + 28}", role="img", aria_label=say("picture_text"),
        class_="chart" if sheet is WIDE else "chart chart--narrow",
    )  # fmt: skip


def _lanes(places: Sequence[float]) -> list[int]:
    """Put dots that would touch into lanes below one another."""
    ends: list[float] = []
    lanes = [0] * len(places)
    for k in sorted(range(len(places)), key=lambda k: places[k]):
        lane = next((at for at, end in enumerate(ends) if places[k] - end >= 2 * RADIUS + 2), len(ends))
        if lane == len(ends):
            ends.append(places[k])
        ends[lane] = places[k]
        lanes[k] = lane
    return lanes


def _partner(deal: Deal, i: int, name: str, top: float, height: float, scale: Scale) -> list[Markup]:
    made = []
    if deal.adds and deal.alone[i] and deal.case.game.kind == "cost":
        made.append(_band(scale.place(deal.adds[i] / deal.alone[i]), scale.place(1.0), top, height, "band"))
    if scale.sheet.above:
        return [*made, element("text", name, x=str(scale.sheet.left), y=f"{top - 7:.1f}", class_="name strong")]
    place = {"x": str(scale.sheet.left - 12), "y": f"{top + height / 2 + 5:.1f}"}
    return [*made, element("text", name, **place, text_anchor="end", class_="name")]


def _band(begin: float, end: float, top: float, height: float, kind: str) -> Markup:
    width = f"{max(end - begin, 0):.1f}"
    return void("rect", x=f"{begin:.1f}", width=width, y=str(top), height=str(height), class_=kind, rx="4")


def _dots(
    deal: Deal, rows: Sequence[tuple[str, Row]], ratios: Sequence[float], lanes: Sequence[int], top: float, scale: Scale
) -> list[Markup]:
    cost = deal.case.game.kind == "cost"
    dots = []
    for (letter, row), ratio, lane in zip(rows, ratios, lanes, strict=True):
        x, y = scale.place(ratio), top + LANE * lane + LANE / 2
        worse = ratio > 1.0005 if cost else ratio < 0.9995
        kind = "dot " + ("dot--worse" if worse else "dot--key" if row.is_key else "dot--method")
        circle = void("circle", cx=f"{x:.1f}", cy=f"{y:.1f}", r=str(RADIUS), class_=kind)
        mark = element(
            "text", letter, x=f"{x:.1f}", y=f"{y + 4.5:.1f}", text_anchor="middle", class_=kind.replace("dot", "letter")
        )
        dots += [circle, mark]
    return dots


def _tick(ratio: float, y: float, scale: Scale, say: Wording) -> Markup:
    return element("text", say.percent(ratio), x=f"{scale.place(ratio):.1f}", y=f"{y:.1f}", text_anchor="middle", class_="tick")
