"""The importer of table 12411-03-03 and the modelling of persons, on made-up counts."""

from datetime import date

import numpy as np
import pytest
import shapely

from allmende.areas.geometry import Shapes, to_metres
from allmende.areas.projection import to_wgs84
from allmende.demo.real.ortsteile import OPEN_END, Ortsteile, read_ortsteile, write_ortsteile
from allmende.demo.real.persons import Grid, age_on, build_houses, draw_persons
from allmende.errors import AllmendeError

LABELS = ("unter 3", "3 - 6", "90 und mehr")


def figures(deutsch_m, deutsch_w, auslaend_m, auslaend_w):
    german, other = deutsch_m + deutsch_w, auslaend_m + auslaend_w
    return (
        german + other,
        deutsch_m + auslaend_m,
        deutsch_w + auslaend_w,
        german,
        deutsch_m,
        deutsch_w,
        other,
        auslaend_m,
        auslaend_w,
    )


def records(**ortsteile):
    """Records of the city and its Ortsteile, given four counts per age group, or None for one that does not exist."""
    rows = []
    city = np.sum([counts for counts in ortsteile.values() if counts is not None], axis=0)
    areas = {"04011": ("Stadt Bremen", city)} | {
        f"04011{key[1:]}": (f"Teil {key[1:]} (Ortsteil)", c) for key, c in ortsteile.items()
    }
    for key, (name, counts) in areas.items():
        for label, row in zip(
            (*LABELS, "Insgesamt"), [None] * 4 if counts is None else [*counts, np.sum(counts, axis=0)], strict=True
        ):
            rows.append((key, name, "1990-12-31", label, None if row is None else figures(*map(int, row))))
    return rows


GOOD = {"k111": [[5, 4, 3, 2], [0, 1, 0, 0], [2, 7, 0, 1]], "k112": [[1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 4, 0]], "k121": None}


def test_a_table_in_the_published_layout_is_read(tmp_path):
    write_ortsteile(records(**GOOD), tmp_path / "t.csv")
    found = read_ortsteile(tmp_path / "t.csv")
    assert found.key_date == date(1990, 12, 31)
    assert found.keys == ("04011111", "04011112", "04011121")
    assert found.names["04011111"] == "Teil 111"
    assert found.ages == ((0, 2), (3, 5), (90, OPEN_END))
    assert found.people[:2].tolist() == [GOOD["k111"], GOOD["k112"]]
    assert found.people[2].sum() == 0
    assert found.absent == {"04011121"}


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("111 (Ortsteil);1990-12-31;unter 3;14;", "111 (Ortsteil);1990-12-31;unter 3;15;", "line 9"),
        ("unter 3;14;8;6;9;5;4;5;3;2", "unter 3;15;9;6;10;6;4;5;3;2", "ages of Ortsteil 04011111"),
        ("Bremen;1990-12-31;unter 3;15;9;6;10;6", "Bremen;1990-12-31;unter 3;16;10;6;11;7", "add up to 30, not 31"),
        ("unter 3;14;8", "unter 3;x;8", "not nine counts"),
        ("04011112;Teil 112 (Ortsteil);1990-12-31;3 - 6;0;0;0;0;0;0;0;0;0\r\n", "", "04011112 lacks the age group '3 - 6'"),
        ("04011112;Teil 112 (Ortsteil);1990-12-31;3 - 6;", "04011112;Teil 112 (Ortsteil);1991-12-31;3 - 6;", "the dates"),
        ("Gebietsschlüssel", "Schlüssel", "not table 12411-03-03"),
    ],
)  # fmt: skip
def test_sums_that_do_not_hold_and_torn_tables_are_refused(tmp_path, old, new, says):
    path = tmp_path / "t.csv"
    write_ortsteile(records(**GOOD), path)
    text = path.read_bytes().decode("latin-1")
    assert old in text
    path.write_bytes(text.replace(old, new, 1).encode("latin-1"))
    with pytest.raises(AllmendeError, match=says):
        read_ortsteile(path)


SQUARE = shapely.box(8.80, 53.05, 8.82, 53.07)


def test_houses_lie_inside_their_outline_and_where_people_were_counted():
    metres = to_metres(Shapes(("a",), (SQUARE,)))["a"]
    centre = np.array(metres.centroid.coords[0])
    grid = Grid(np.array([centre[0] + 500]), np.array([centre[1]]), np.array([100]))
    houses = build_houses(["a", "none"], Shapes(("a",), (SQUARE,)), grid, np.array([500, 500]), 5.0, np.random.default_rng(1))
    assert houses.first.tolist() == [0, 100, 100]
    assert Shapes(("a",), (SQUARE,)).locate(*to_wgs84(houses.east, houses.north)).tolist() == [0] * 100
    assert (houses.east >= centre[0] - 1).all()
    empty = Grid(np.array([0.0]), np.array([0.0]), np.array([9]))
    anywhere = build_houses(["a"], Shapes(("a",), (SQUARE,)), empty, np.array([500]), 5.0, np.random.default_rng(1))
    assert (anywhere.east < centre[0]).any()


def test_persons_keep_every_published_count_and_only_the_rest_is_drawn():
    people = np.random.default_rng(2).integers(0, 40, (2, 3, 4))
    counts = Ortsteile(date(2023, 12, 31), ("04011111", "04011112"), {}, ((0, 2), (3, 5), (90, OPEN_END)), people, frozenset())
    houses = build_houses(
        ["a", "none"], Shapes(("a",), (SQUARE,)), Grid(np.zeros(1), np.zeros(1), np.ones(1, np.int64)), np.array([50, 0]), 5.0,
        np.random.default_rng(1),
    )  # fmt: skip
    persons = draw_persons(counts, houses, 0.78, 105, np.random.default_rng(3))
    age = age_on(date(2023, 12, 31), persons.birth_date)
    assert age.min() >= 0
    assert age.max() <= 105
    group = np.searchsorted([3, 90], age, side="right")
    again = np.zeros_like(people)
    np.add.at(again, (persons.area, group, persons.nationality * 2 + persons.sex), 1)
    assert (again == people).all()
    assert (np.isnan(persons.east) == (persons.area == 1)).all()
    assert {1, 2} <= set(age[group == 0].tolist())
