"""Pictures of a look ahead: words stay inside and apart, scales keep order, and what is drawn is what was given."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from html import unescape
from itertools import combinations, pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from allmende.errors import AllmendeError
from allmende.portal.drawing import (
    FanWords,
    Layer,
    Panel,
    Plan,
    Share,
    Sides,
    choropleth,
    fan,
    flow_map,
    key,
    lexis,
    pyramid,
    share_bars,
    siting_map,
    small_multiples,
    waterfall,
)
from allmende.portal.drawing.lexis import scale_of
from allmende.portal.drawing.plot import Plot, stairs
from allmende.portal.drawing.words import SMALL, TEXT, Box, box_of, measure, spread, wrapped

YEARS = list(range(2025, 2046))
AHEAD = np.arange(1.0, 22.0)
SPREADS = {0.025: -1.96, 0.1: -1.28, 0.25: -0.67, 0.5: 0.0, 0.75: 0.67, 0.9: 1.28, 0.975: 1.96}
NAMES = ["Musterhausen", "Bad Beispiel", "Neudorf an der Aue", "Oberwald", "Unterwald", "Seestadt"]
CENTRES = dict(
    zip(
        NAMES,
        [(1000.0, 1000.0), (9000.0, 2000.0), (5000.0, 5000.0), (8000.0, 8500.0), (2000.0, 9000.0), (5200.0, 5600.0)],
        strict=True,
    )
)
LAND = [shapely.box(0, 0, 5000, 10_000), shapely.box(5000, 0, 10_000, 10_000)]
FLOWS = [(a, b, float(10 + 7 * i + j)) for i, a in enumerate(NAMES) for j, b in enumerate(NAMES) if a != b]

CROWD = {
    f"Gemeinde {chr(65 + i)}-{'burg' if i % 2 else 'hausen an der Wupper'}": (i * 7919 % 20_000, i * 4987 % 20_000)
    for i in range(24)
}
CROWD_LAND = [shapely.box(0, 0, 20_000, 9_000), shapely.box(0, 9_000, 20_000, 20_000)]
CROWD_FLOWS = [(a, b, float(i * 31 % 97 + j)) for i, a in enumerate(CROWD) for j, b in enumerate(CROWD) if a != b]


def crowded(first: int, last: int) -> Plan:
    """Give a plan with hosts among many places."""
    hosts = dict(list(CROWD.items())[first:last])
    return Plan(hosts, [(place, list(hosts)[i % len(hosts)]) for i, place in enumerate(CROWD.values())])


def write(value: float) -> str:
    """Write numbers as the German pages do."""
    words = f"{abs(value):,.0f}".replace(",", "\u202f") if float(value).is_integer() else f"{abs(value):.1f}".replace(".", ",")
    return f"−{words}" if value < 0 else words


def quantiles(level: float, growth: float = 3.0) -> dict[float, list[float]]:
    """Give quantiles that grow apart."""
    return {p: [float(v) for v in level + growth * AHEAD + s * level / 40 * AHEAD**0.7] for p, s in SPREADS.items()}


def past(level: float) -> list[tuple[int, float]]:
    """Give a past that ends the year before the projection."""
    return [(year, level + (year - 2024) * 2.5) for year in range(2010, 2025)]


def ages(size: float, count: int = 21) -> Sides:
    """Give a pyramid of some size."""
    return Sides([size * (1 + i % 7) for i in range(count)], [size * (2 + i % 5) for i in range(count)])


BANDS = [f"{a}-{a + 4}" for a in range(0, 100, 5)] + ["100+"]
HEADS = ("Männer", "Frauen")
PANELS = [
    Panel(
        title,
        YEARS,
        quantiles(200 * (i + 1)),
        verdict,
        attention,
        past(200 * (i + 1)),
        [(2010, 210.0 * (i + 1)), (2030, 250.0)],
    )
    for i, (title, verdict, attention) in enumerate(
        [
            ("Kita unter 3", "Plätze fehlen ab 2027", True),
            ("Hausärztliche Versorgung im Mittelbereich Süd", "reicht", False),
            ("Feuerwehr: Einsatzkräfte am Tag", "knapp ab 2040, sehr wahrscheinlich", True),
            ("Pflege", "reicht", False),
        ]
    )
]
STEPS = [
    ("Geburten", 812.0),
    ("Sterbefälle", -1630.0),
    ("Zuzüge aus dem übrigen Land und Ausland", 2210.0),
    ("Fortzüge", -1700.0),
]
BEFORE = Plan(
    {name: CENTRES[name] for name in NAMES[:3]}, [((500.0 * i, 9000 - 400.0 * i), NAMES[i % 3]) for i in range(1, 20)]
)
AFTER = Plan(
    {name: CENTRES[name] for name in NAMES[2:4]}, [(origin, NAMES[2 + i % 2]) for i, (origin, _) in enumerate(BEFORE.served)]
)
SURFACE = np.add.outer(np.linspace(-4, 4, 101), np.linspace(0, 5, 40))
GAINS = [
    Share("Musterhausen", 48_000, 39_000, 60_000),
    Share("Neudorf an der Aue mit allen Ortsteilen", -4_000, -13_000, 8_000),
]

CASES: dict[str, Callable[[int], str]] = {
    "fan": lambda w: fan(
        YEARS, past(9000), quantiles(9000), "x", write, w, forecasts=[past(9100)], named=FanWords(now="ab hier gerechnet")
    ),
    "fan with capacity": lambda w: fan(
        YEARS,
        past(200),
        quantiles(200),
        "x",
        write,
        w,
        capacity=[(2010, 205), (2030, 240)],
        named=FanWords("Plätze nach Bedarfsplan", "2026: 12 Plätze fehlen", "ab hier gerechnet"),
        short_from=2026,
    ),
    "fan short at once": lambda w: fan(
        YEARS,
        [],
        quantiles(20),
        "x",
        write,
        w,
        named=FanWords(short="2025: vier Plätze fehlen mit 95 %"),
        short_from=2025,
        zero=True,
    ),
    "fan short at last": lambda w: fan(
        YEARS, past(20), quantiles(20), "x", write, w, named=FanWords("P", "2045: vier Plätze fehlen"), short_from=2045
    ),
    "fan with forecasts and a variant": lambda w: fan(
        YEARS,
        past(2000),
        quantiles(2000),
        "x",
        write,
        w,
        forecasts=[[(2020, 2000.0), (2025, 2100.0)]],
        variants=[[(2025, 2000.0), (2045, 2400.0)]],
    ),
    "fan of millions": lambda w: fan(YEARS, past(2_000_000), quantiles(2_000_000), "x", write, w),
    "fan of one year": lambda w: fan([2025], [], {0.5: [3.0]}, "x", write, w, capacity=[(2025, 3.0)]),
    "fan of nothing": lambda w: fan(YEARS, [], {p: [0.0] * 21 for p in SPREADS}, "x", write, w, zero=True),
    "pyramid": lambda w: pyramid(BANDS, ages(30), ages(28), HEADS, "x", write, w, interval=(ages(25), ages(36))),
    "pyramid of single ages": lambda w: pyramid(
        [str(a) for a in range(101)], ages(9, 101), None, HEADS, "x", write, w, variants=(ages(8, 101), ages(10, 101))
    ),
    "lexis": lambda w: lexis(range(2005, 2045), range(101), SURFACE + 4, "x", write, w, cohorts=(1965, 1966, 2020), now=2025),
    "lexis around zero": lambda w: lexis(
        range(2005, 2045), range(101), SURFACE, "x", write, w, around=0, cohorts=(1990,), named=lambda born: f"geboren {born}"
    ),
    "lexis of nothing": lambda w: lexis([2024], [0, 1], np.full((2, 1), np.nan), "x", write, w),
    "waterfall": lambda w: waterfall(STEPS, ("31.12.2024", 9120), ("31.12.2044", 8812), "x", write, w),
    "waterfall of millions": lambda w: waterfall([("Geburten", 1e6)], ("Anfang", 2e7), ("Ende", 2.1e7), "x", write, w),
    "flows": lambda w: flow_map(LAND, CENTRES, FLOWS, "x", write, w),
    "many flows": lambda w: flow_map(LAND, CENTRES, FLOWS, "x", write, w, largest=20),
    "flows between many": lambda w: flow_map(CROWD_LAND, CROWD, CROWD_FLOWS, "x", write, w, largest=40),
    "siting among many": lambda w: siting_map(CROWD_LAND, crowded(0, 9), crowded(5, 12), "x", w),
    "lexis with many cohorts": lambda w: lexis(
        range(2005, 2045), range(101), SURFACE, "x", write, w, cohorts=range(1930, 2040, 5), named=lambda born: f"geb. {born}"
    ),
    "siting": lambda w: siting_map(LAND, BEFORE, AFTER, "x", w, roads=[shapely.LineString(list(CENTRES.values()))]),
    "multiples": lambda w: small_multiples(PANELS, "x", write, w),
    "shares": lambda w: share_bars(GAINS, "x", lambda value: f"{value:+,.0f} €", w),
    "shares of one": lambda w: share_bars([Share("A", 0)], "x", write, w),
}


SIZES = dict.fromkeys(("tick", "band", "verdict"), SMALL) | dict.fromkeys(
    ("head", "value", "step", "place", "place gone"), TEXT
)
"""How large words of a class are in portal.css."""


def words_on(svg: str) -> list[tuple[str, Box]]:
    """Return every text of a drawing with the most it can cover."""
    return list(_words(ET.fromstring(svg), 0, 0))


def _words(node: ET.Element, x: float, y: float) -> Iterator[tuple[str, Box]]:
    moved = re.match(r"translate\((\S+) (\S+)\)", node.attrib.get("transform", ""))
    if moved:
        x, y = x + float(moved[1]), y + float(moved[2])
    if node.tag == "text":
        size = SIZES[node.attrib.get("class", "")]
        spot = (x + float(node.attrib["x"]), y + float(node.attrib["y"]), node.attrib.get("text-anchor", "start"))
        yield node.text or "", box_of(node.text or "", spot, size)
    for child in node:
        yield from _words(child, x, y)


def drawn(svg: str, class_: str) -> list[ET.Element]:
    """Return the elements of a class."""
    return [node for node in ET.fromstring(svg).iter() if class_ in node.attrib.get("class", "").split()]


def corners(node: ET.Element) -> list[tuple[float, float]]:
    """Return the points of a line or polygon."""
    return [(float(x), float(y)) for x, y in (point.split(",") for point in node.attrib["points"].split())]


def sure(svg: str, width: int) -> None:
    """Assert that words stay inside and apart (a seventh of their height may touch: boxes hold ascenders and descenders)."""
    height = float(ET.fromstring(svg).attrib["height"])
    found = words_on(svg)
    for words, (left, top, right, bottom) in found:
        assert left >= -0.6, words
        assert right <= width + 0.6, words
        assert top >= -0.6, words
        assert bottom <= height + 0.6, words
    for (one, a), (other, b) in combinations(found, 2):
        apart = a[2] <= b[0] + 0.6 or b[2] <= a[0] + 0.6 or a[3] <= b[1] + 2 or b[3] <= a[1] + 2
        assert apart, (one, other)


@pytest.mark.parametrize("width", [720, 360])
@pytest.mark.parametrize("name", list(CASES))
def test_words_stay_inside_and_apart(name: str, width: int) -> None:
    svg = CASES[name](width)
    root = ET.fromstring(svg)
    assert (root.attrib["role"], root.attrib["aria-label"]) == ("img", "x")
    assert root.attrib["viewBox"].startswith(f"0 0 {width} ")
    assert not [node for node in root.iter() if "style" in node.attrib]
    assert "nan" not in svg
    sure(svg, width)


def test_words_are_measured_no_narrower_than_they_are() -> None:
    """Widths of Fira Sans at 14 px as a browser measures them, semi-bold."""
    for words, wide in {
        "Hausärztliche Versorgung": 163.1,
        "2027: 12 Plätze fehlen": 136.3,
        "10\u202f240": 41.0,
        "WWW": 35.4,
    }.items():
        assert wide <= measure(words) <= wide * 1.2


def test_long_words_are_cut_with_a_sign() -> None:
    lines = wrapped("Verbandsgemeindeverwaltungsgebäude Nord und Süd", 120)
    assert all(measure(line) <= 120 for line in lines)
    assert lines[0].endswith("…")


@given(st.lists(st.floats(0, 300), min_size=1, max_size=12))
def test_positions_are_moved_apart_in_their_order(wanted: list[float]) -> None:
    found = spread(wanted, 15, 0, 300)
    assert all(-1e-9 <= place <= 300 + 1e-9 for place in found)
    ranked = [
        place for _, _, place in sorted((want, i, place) for i, (want, place) in enumerate(zip(wanted, found, strict=True)))
    ]
    assert all(b - a >= 15 - 1e-6 for a, b in pairwise(ranked))


@given(st.integers(1990, 2020), st.integers(1, 60), st.floats(-1e6, 1e6), st.floats(0.1, 1e6))
def test_a_later_year_lies_further_right_and_a_larger_value_higher(first: int, span: int, low: float, spanned: float) -> None:
    plot = Plot(10, 10, 300, 200, first, first + span, low, low + spanned)
    across = [plot.x(year) for year in range(first, first + span + 1)]
    assert across == sorted(set(across))
    assert plot.y(low) > plot.y(low + spanned / 2) > plot.y(low + spanned)
    years = plot.years()
    gaps = {b - a for a, b in pairwise(years)}
    assert len(gaps) <= 1
    assert all(plot.x(b) - plot.x(a) >= measure("2000", SMALL) for a, b in pairwise(years))


@settings(max_examples=60)
@given(
    st.lists(st.lists(st.floats(-1e5, 1e7), min_size=7, max_size=7).map(sorted), min_size=1, max_size=25),
    st.sampled_from([720, 360]),
)
def test_bands_of_a_fan_nest_and_its_words_stay_inside(values: list[list[float]], width: int) -> None:
    years = range(2025, 2025 + len(values))
    svg = fan(years, [], {p: [row[i] for row in values] for i, p in enumerate(SPREADS)}, "x", write, width)
    bands = [corners(drawn(svg, name)[0]) for name in ("band95", "band80", "band50")]
    count = len(values)
    for outer, inner in pairwise(bands):
        assert all(inner[i][1] <= outer[i][1] + 0.05 for i in range(count))
        assert all(inner[i][1] >= outer[i][1] - 0.05 for i in range(count, 2 * count))
    sure(svg, width)


def test_a_fan_begins_where_the_past_ends_and_writes_its_end() -> None:
    svg = CASES["fan"](720)
    line, before = corners(drawn(svg, "median")[0]), corners(drawn(svg, "past")[0])
    assert line[0] == before[-1]
    assert len(drawn(svg, "forecast")) == 1
    last = quantiles(9000)
    assert {write(last[p][-1]) for p in (0.025, 0.5, 0.975)} <= {words for words, _ in words_on(svg)}


def test_the_first_year_of_a_shortfall_is_marked_on_the_median() -> None:
    svg = CASES["fan with capacity"](720)
    mark = next(node for node in drawn(svg, "short") if node.tag == "circle")
    median = corners(drawn(svg, "median")[0])
    assert (float(mark.attrib["cx"]), float(mark.attrib["cy"])) == pytest.approx(median[1 + YEARS.index(2026)], abs=0.11)
    assert "2026: 12 Plätze fehlen" in {words for words, _ in words_on(svg)}
    assert "Plätze nach Bedarfsplan" in {words for words, _ in words_on(svg)}


def test_a_fan_without_a_median_is_refused() -> None:
    with pytest.raises(AllmendeError, match="median"):
        fan(YEARS, [], {0.1: [1.0] * 21}, "x", write)
    with pytest.raises(AllmendeError, match="one value a year"):
        fan(YEARS, [], {0.5: [1.0]}, "x", write)


def test_capacity_holds_until_the_next() -> None:
    assert stairs([(2020, 5.0)], 2020) == [(2020, 5.0)]
    assert stairs([], 2020) == []
    assert [value for year, value in stairs([(2020, 5.0), (2024, 9.0)], 2026) if year == 2024] == [5.0, 9.0]


def test_a_pyramid_without_variants_is_as_before() -> None:
    plain = pyramid(BANDS, ages(30), None, HEADS, "x", write)
    assert len(drawn(plain, "left")) == len(drawn(plain, "right")) == 21
    assert not drawn(plain, "outline")
    assert not drawn(plain, "interval")


def test_a_pyramid_has_an_interval_for_every_bar_around_it() -> None:
    svg = CASES["pyramid"](720)
    marks, bars = drawn(svg, "interval"), [*drawn(svg, "left"), *drawn(svg, "right")]
    assert len(marks) == len(bars) == 42
    for mark, bar in zip(marks, bars, strict=True):
        start, end = (float(x) for x in re.findall(r"[MH](-?[\d.]+)", mark.attrib["d"]))
        tip = float(bar.attrib["x"]) + (float(bar.attrib["width"]) if "right" in bar.attrib["class"] else 0)
        assert min(start, end) - 0.11 <= tip <= max(start, end) + 0.11
    assert len(drawn(CASES["pyramid of single ages"](720), "v1")) == 2


@given(st.lists(st.floats(-1e4, 1e4), min_size=2, max_size=50), st.sampled_from([None, 0.0, 12.5]))
def test_shades_rise_with_the_value_and_never_cross_the_middle(values: list[float], around: float | None) -> None:
    surface = np.array([values])
    limits, shades = scale_of(surface, around)
    assert limits == sorted(set(limits))
    ranks = [int(shade[1:]) for shade in shades]
    assert ranks == sorted(set(ranks))
    if around is not None:
        for value in values:
            rank = ranks[int(np.searchsorted(limits, value, side="right"))]
            assert rank < 4 if value < around else rank > 4


def test_a_surface_covers_every_known_cell_once() -> None:
    values = np.arange(12.0).reshape(3, 4)
    values[1, 2] = np.nan
    svg = lexis(range(2020, 2024), range(3), values, "x", write)
    covered = 0.0
    for node in [cell for cell in drawn(svg, "cell") if cell.tag == "path"]:
        for left, top, right, bottom in re.findall(r"M([\d.]+),([\d.]+)H([\d.]+)V([\d.]+)H", node.attrib["d"]):
            covered += (float(right) - float(left)) * (float(bottom) - float(top))
    whole = (720 - 18 - 36) * (440 - 24 - 10)
    assert covered == pytest.approx(whole * 11 / 12, rel=1e-3)


def test_a_cohort_grows_a_year_older_every_year() -> None:
    svg = lexis(range(2000, 2041), range(101), np.ones((101, 41)), "x", write, cohorts=(2010,))
    (line,) = drawn(svg, "cohort")
    plot = Plot(36, 10, 702, 416, 2000, 2041, 0, 101)
    ends = {name: float(line.attrib[name]) for name in ("x1", "y1", "x2", "y2")}
    assert ends == pytest.approx({"x1": plot.x(2010), "y1": plot.y(0), "x2": plot.x(2041), "y2": plot.y(31)}, abs=0.1)


def test_components_that_do_not_add_up_are_refused() -> None:
    with pytest.raises(AllmendeError, match="do not lead"):
        waterfall(STEPS, ("a", 9120), ("b", 8800), "x", write)


@given(st.lists(st.integers(-5000, 5000), min_size=1, max_size=8), st.integers(0, 100_000))
def test_components_are_bars_as_long_as_they_are_large(values: list[int], start: int) -> None:
    steps = [(f"Nr. {i}", float(value)) for i, value in enumerate(values)]
    svg = waterfall(steps, ("Anfang", start), ("Ende", start + sum(values)), "x", write)
    bars = [node for node in ET.fromstring(svg).iter() if node.tag == "rect"]
    assert [node.attrib["class"] for node in bars] == ["up" if value >= 0 else "down" for value in values]
    long = [float(node.attrib["width"]) for node in bars]
    scale = max(long) / max(max(abs(value) for value in values), 1)
    for bar, value in zip(long, values, strict=True):
        assert bar == pytest.approx(max(abs(value) * scale, 1), abs=1.1)
    sure(svg, 720)


@pytest.mark.parametrize("flagged", [(), (0,), (0, 1)])
def test_an_area_is_hatched_if_and_only_if_it_is_flagged(flagged: tuple[int, ...]) -> None:
    layers = [Layer(str(i), f"Gebiet {i}", "d3", shape, "#", "open" if i in flagged else "") for i, shape in enumerate(LAND)]
    root = ET.fromstring(choropleth(layers, [], "Karte"))
    pattern = next(node.attrib["id"] for node in root.iter("pattern") if node.attrib["id"] != "dots")
    hatched = [
        link.attrib["aria-label"] for link in root.iter("a") for node in link if node.attrib.get("fill") == f"url(#{pattern})"
    ]
    assert hatched == [f"Gebiet {i}" for i in flagged]


def test_two_maps_on_a_page_have_their_own_stripes() -> None:
    made = [choropleth([Layer("1", "A", "d3", LAND[0], "#", "open")], [], label) for label in ("Karte 2030", "Karte 2040")]
    names = [re.findall(r'id="(open-[^"]+)"', svg) for svg in made]
    assert names[0] != names[1]


def test_only_the_largest_flows_are_drawn_and_their_width_is_their_value() -> None:
    svg = flow_map(LAND, CENTRES, [*FLOWS, ("Oberwald", "Oberwald", 9999)], "x", write, largest=5)
    titles = [unescape(node.text or "") for arrow in drawn(svg, "flow") for node in arrow]
    largest = sorted(FLOWS, key=lambda flow: -flow[2])[:5]
    assert titles == [f"{a} → {b}: {write(value)}" for a, b, value in largest]
    assert set(NAMES) <= {words for words, _ in words_on(svg)}
    told = {(a, b): write(value) in {words for words, _ in words_on(svg)} for a, b, value in largest}
    assert [pair for pair, there in told.items() if not there] == [("Seestadt", "Neudorf an der Aue")], (
        "so short that words hide it"
    )


def test_arrows_are_as_wide_as_their_value() -> None:
    svg = flow_map(LAND, CENTRES, [(NAMES[0], NAMES[1], 90), (NAMES[1], NAMES[0], 30)], "x", write)
    wide, narrow = (corners(arrow) for arrow in drawn(svg, "flow"))
    tails = [np.hypot(points[0][0] - points[-1][0], points[0][1] - points[-1][1]) for points in (wide, narrow)]
    assert tails[0] == pytest.approx(3 * tails[1], rel=0.15)


def test_a_plan_shows_what_stays_what_is_new_and_what_is_given_up() -> None:
    svg = CASES["siting"](720)
    assert [len(drawn(svg, state)) for state in ("kept", "new", "closed")] == [4, 1, 2]
    assert len(drawn(svg, "trip")) == len(BEFORE.served) + len(AFTER.served)
    words = [found for found, _ in words_on(svg)]
    assert {"Heute", "Geplant"} <= set(words)
    assert [words.count(name) for name in NAMES[:4]] == [2, 2, 2, 1]


@pytest.mark.parametrize("width", [720, 360])
def test_every_service_has_its_verdict_and_its_last_need(width: int) -> None:
    svg = small_multiples(PANELS, "x", write, width)
    found = {words for words, _ in words_on(svg)}
    assert {write(panel.quantiles[0.5][-1]) for panel in PANELS} <= found
    assert {"Plätze fehlen ab 2027", "reicht"} <= found
    assert (len(drawn(svg, "attention")), len(drawn(svg, "fine"))) == (2, 2)


def test_who_gains_stands_right_of_zero_and_who_loses_left() -> None:
    svg = CASES["shares"](720)
    (gain,), (loss,) = drawn(svg, "gain"), drawn(svg, "loss")
    zero = float(gain.attrib["x"])
    assert float(loss.attrib["x"]) + float(loss.attrib["width"]) == pytest.approx(zero, abs=0.2)
    assert len(drawn(svg, "interval")) == 2


@pytest.mark.parametrize(
    "class_", ["median", "v1", "interval", "none", "open", "d3 open", "host new", "host closed", "band80", "gain"]
)
def test_a_legend_shows_each_class_as_the_drawing_does(class_: str) -> None:
    root = ET.fromstring(key(class_))
    assert root.attrib["aria-hidden"] == "true"
    shown = {name for node in root.iter() for name in node.attrib.get("class", "").split()}
    assert {"none": "dotted", "open": "stripe", "d3 open": "stripe"}.get(class_, class_.split()[0]) in shown
