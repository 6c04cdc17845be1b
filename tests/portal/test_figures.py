"""Figures on pages against the invented arrays, sums from parts, downloads, drawings."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import shapely
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from allmende.cubes import ReleasedCube, numbers, texts
from allmende.cubes.publication import Accuracy
from allmende.cubes.released import TableNote
from allmende.parameters.classifications import classification
from allmende.portal import wording
from allmende.portal.combining import coarser, combine
from allmende.portal.drawing import Line, Sides, columns, grouped_bars, lines, pyramid
from allmende.portal.drawing.svg import ticks
from allmende.portal.evidence import figures, mapping
from allmende.portal.evidence.members import member_name
from allmende.portal.evidence.page import plus_minus
from allmende.portal.evidence.reader import Reader
from allmende.portal.evidence.stories import mapdrawing, mapview
from allmende.portal.public import Table, shelf

pytestmark = pytest.mark.filterwarnings("ignore:No directory at")
AGS = "98001001"
PUBLIC, ALL = frozenset({"public"}), frozenset({"public", "member"})


@pytest.fixture
def reader() -> Reader:
    return Reader(shelf(), ALL)


def test_a_pyramid_adds_up_to_the_published_total_of_unprotected_figures(reader: Reader) -> None:
    place = reader.shelf.atlas.place(AGS, "de")
    found = figures.pyramid(reader, place, 2024)
    assert found is not None
    assert sum(found.men) + sum(found.women) == found.total
    assert len(found.bands) == 21


def test_a_balance_is_what_its_parts_say(reader: Reader) -> None:
    found = figures.movements(reader, reader.shelf.atlas.place(AGS, "de"))
    assert found is not None
    assert found.arrivals is not None
    size = figures.population(reader, reader.shelf.atlas.place(AGS, "de"))
    assert size is not None
    assert found.arrivals[-1] == size.values[-1] // 16 + 9


def test_a_table_for_members_answers_members_only(reader: Reader) -> None:
    place = reader.shelf.atlas.place("98001001.01", "de")
    assert figures.pyramid(reader, place, 2024) is not None
    assert figures.pyramid(Reader(shelf(), PUBLIC), place, 2024) is None


def test_the_region_is_added_up_where_it_has_no_figures_of_its_own(reader: Reader) -> None:
    region = reader.shelf.atlas.place("region", "de")
    table = next(reader.tables("stock", "municipality", {}))
    summed = reader.shelf.summed(table, region, [m.key for m in reader.shelf.atlas.municipalities])
    own = figures.population(reader, region)
    assert own is not None
    assert summed.parts == 6
    assert summed.at(2024, {}) == {region.key: sum(table.at(2024, {}).values())}
    assert plus_minus(summed) > plus_minus(table)


def _ages(values: list[int]) -> ReleasedCube:
    bands = classification("age", "five").labels
    note = TableNote("t", "stock", "municipality", (("age", "five"),), "12-31", "12-31", "2024-12-31", "public", "")
    kept = [i for i, value in enumerate(values) if value]
    columns = (
        texts("area", ["a"] * len(kept)),
        numbers("year", [2024] * len(kept)),
        texts("age", list(bands)).take(np.array(kept)),
    )
    labelled = columns[2].relabel(bands)
    return ReleasedCube((columns[0], columns[1], labelled), np.array([values[i] for i in kept]), note, {"a": (2024,)})


@given(st.lists(st.integers(0, 500), min_size=21, max_size=21).filter(any))
def test_coarser_bands_keep_every_person(values: list[int]) -> None:
    five, three = classification("age", "five"), classification("age", "three")
    folded = coarser(_ages(values), five, three)
    found = dict(zip(folded["age"].values(), folded.value.tolist(), strict=True))
    assert found.get("0-19", 0) == sum(values[:4])
    assert found.get("65+", 0) == sum(values[13:])
    assert folded.note.classification("age") == "three"


def test_combining_leaves_out_what_has_no_group() -> None:
    cube = _ages([1] * 21)
    assert combine(cube, "age", {"0-4": "young", "5-9": "young"}).value.tolist() == [2]


def test_an_area_without_all_its_parts_is_not_added_up(reader: Reader) -> None:
    table = next(reader.tables("stock", "municipality", {}))
    summed = combine(table.cube, "area", {AGS: "both", "98009999": "both"})
    assert summed.areas == {"both": ()}


@pytest.mark.parametrize("name", list(mapping.MEASURES))
def test_every_measure_is_a_number_or_not_published(reader: Reader, name: str) -> None:
    found = mapping.measure(reader, "municipality", name, 2024, dict.fromkeys(("98001001", "98001002"), 50.0))
    assert found is not None
    assert all(np.isfinite(value) for value in found.values.values())
    if name in mapping.SHARES:
        assert all(0 <= value <= 100 for value in found.values.values())


@given(st.lists(st.decimals(0, 1_000_000, places=3).map(float), min_size=1, max_size=60))  # counts, rates, shares in percent
def test_classes_of_a_map_hold_every_value(values: list[float]) -> None:
    limits = mapping.classes({str(i): v for i, v in enumerate(values)}, around_zero=False)
    assert limits == sorted(set(limits))
    assert all(0 <= found <= len(limits) <= 4 for found in mapping.classes_of(values, limits))


@given(st.floats(-1e6, 1e6), st.floats(0.1, 1e6))
def test_ticks_enclose_what_they_are_for(low: float, span: float) -> None:
    marks = ticks(low, low + span)
    assert marks[0] <= low + 1e-6
    assert marks[-1] >= low + span - span * 1e-3
    assert len(marks) <= 9


@pytest.mark.parametrize("width", [720, 360])
def test_drawings_are_well_formed_and_announce_themselves(width: int) -> None:
    bands = ["0-4", "5-9", '10 & "mehr"']
    sides = Sides([1, 2, 3], [3, 2, 0])
    made = [
        pyramid(bands, sides, sides, ("M", "F"), "Altersaufbau <x>", str, width),
        lines([Line("", [(2020, 5.0), (2021, 5.0)])], "Verlauf", str, width),
        grouped_bars([("a", 3.0), ("b", 0.0)], [1.0, 0.0], "Gruppen", str, width),
        columns([2020, 2021], [5, 0], [1, 0], "Bewegung", str, width),
    ]
    for drawing in made:
        root = ET.fromstring(drawing)
        assert root.attrib["role"] == "img"
        assert root.attrib["aria-label"]
        assert not [node for node in root.iter() if "style" in node.attrib]
        assert all(float(node.attrib.get("width", 1)) >= 0 and float(node.attrib.get("height", 1)) >= 0 for node in root.iter())


def test_a_difference_is_less_certain_than_its_parts() -> None:
    accuracy = Accuracy(1.2, 0.6, 0.1, 0.02)
    assert wording.uncertainty(accuracy, 1) < wording.uncertainty(accuracy, 2) < wording.uncertainty(accuracy, 4)
    assert wording.uncertainty(accuracy, 2, exact=True) == 0


@pytest.mark.django_db
def test_a_download_holds_every_cell_and_describes_itself(client: Client) -> None:
    answer = client.get("/daten/tabellen/stock_municipality_five.csv")
    text = b"".join(answer).decode("utf-8-sig")  # type: ignore[arg-type]
    rows = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    table = shelf().table(shelf().publication["stock_municipality_five"])
    assert table is not None
    assert len(rows) == len(table.cube)
    assert sum(int(row["value"]) for row in rows) == int(table.cube.value.sum())
    told = json.loads(client.get("/daten/tabellen/stock_municipality_five.csv-metadata.json").content)
    assert [column["name"] for column in told["tableSchema"]["columns"]] == list(rows[0])


@pytest.mark.django_db
def test_a_download_can_be_a_part(client: Client) -> None:
    text = b"".join(client.get(f"/daten/tabellen/stock_municipality_total.csv?gebiet={AGS}&jahr=2024")).decode()  # type: ignore[arg-type]
    assert text.count("\r\n") == 2


def test_the_query_of_a_view_reproduces_it(reader: Reader) -> None:
    from allmende.portal.evidence.stories import mapview

    place = reader.shelf.atlas.place("region", "de")
    view = mapview.choose(reader, place, QueryDict("ebene=grid_1000&mass=veraenderung&jahr=2021"))
    assert view is not None
    again = mapview.choose(reader, place, QueryDict(view.query()))
    assert again is not None
    assert (again.found.geography, again.found.measure, again.found.year) == ("grid_1000", "veraenderung", 2021)


def test_places_of_a_move_are_called_by_the_names_that_the_region_gives_them(reader: Reader) -> None:
    names = [member_name(reader, "counterpart", key) for key in ("98001002", "98", "03", "97")]
    assert names == ["Buchenau", "Geestmark, übrige", "Niedersachsen", "Land 97"]


def test_a_map_shows_all_that_has_a_figure_and_counts_what_lies_outside(reader: Reader) -> None:
    place = reader.shelf.atlas.place("region", "de")
    view = mapview.choose(reader, place, QueryDict("ebene=district"))
    assert view is not None
    whole = mapdrawing.frame(reader, view)
    assert mapdrawing.unseen(reader, view) == 0
    # as if only the first town had figures
    some = {key: class_ if key.startswith("98001001") else "none" for key, class_ in view.classes.items()}
    partly = mapview.View(place, view.found, view.keys, view.limits, some)
    west, south, east, north = mapdrawing.frame(reader, partly)
    assert (east - west) * (north - south) < 0.5 * (whole[2] - whole[0]) * (whole[3] - whole[1])
    assert shapely.box(west, south, east, north).covers(reader.shelf.sketches["98001001.01"])
    assert 0 < mapdrawing.unseen(reader, partly) < len(view.keys)


def test_moves_between_members_are_the_mean_of_both_registers(reader: Reader) -> None:
    found = figures.exchange(reader)
    assert found
    assert found.unknown == frozenset()
    assert found.silent == ()
    told = {}
    for town in reader.shelf.atlas.municipalities:
        others = figures.partners(reader, town)
        assert others
        told[town.key] = {
            key: (inward, outward) for key, inward, outward in zip(others.keys, others.inward, others.outward, strict=True)
        }
    assert len(found.flows) == len(told) * (len(told) - 1)
    for (one, other), value in found.flows.items():
        assert value == (told[one][other][1] + told[other][one][0]) / 2


def test_moves_of_a_member_that_is_not_published_come_from_the_other_register(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden, years = ("98001002", "98001003"), Table.years
    whole = figures.exchange(reader)
    monkeypatch.setattr(Table, "years", lambda table, area: () if area in hidden else years(table, area))
    found = figures.exchange(reader)
    assert whole
    assert found
    assert found.silent == hidden
    assert found.unknown == {hidden, hidden[::-1]}, "neither of both says anything"
    others = figures.partners(reader, reader.shelf.atlas.place(AGS, "de"))
    assert others
    at = others.keys.index(hidden[0])
    assert found.flows[hidden[0], AGS] == others.inward[at]
    assert found.flows[AGS, hidden[0]] == others.outward[at]
    assert set(whole.flows) - set(found.flows) == found.unknown


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "words"),
    [("de", "zogen rund"), ("en", "moved from one member of the region to another")],
)
def test_the_map_of_moves_stands_with_its_table_and_what_is_not_known(client: Client, language: str, words: str) -> None:
    with override(language):
        page = client.get(reverse("bewegungen", args=["erfunden"]) + "?bild=mitglieder").content.decode()
        town = client.get(reverse("bewegungen", args=[AGS])).content.decode()
    assert words in page
    assert page.count('class="flow"') == 2 * 10, "the strongest ones, wide and narrow"
    rows = page.split("<tbody")[1].split("</tbody>")[0].count("<tr")
    assert rows == 6 * 5 / 2, "every pair"
    assert ("Jeder Umzug steht in zwei Registern" in page) == (language == "de")
    assert "mitglieder" not in town
