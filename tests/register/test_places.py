import numpy as np
import pytest

from allmende.areas.geometry import Shapes
from allmende.areas.grid import UNLOCATED, pack
from allmende.areas.projection import to_laea, to_wgs84
from allmende.errors import AllmendeError
from allmende.register.examination import examine
from allmende.register.geocoding import BY_DISTRICT, LOCATED, NEAR, NO_ADDRESS, NOWHERE, gazetteer, locate, located_by
from allmende.register.houses import plain_street, read_houses, split_number

AGS = "03999001"

SPELLINGS = [
    ("Hauptstraße", "Hauptstr.", "HAUPTSTRASSE", "Haupt-Straße", "Haupt Str", "hauptstrasse"),
    ("Dr.-Müller-Straße", "Dr. Mueller Str.", "Doktor-Müller-Str.", "DR.MÜLLERSTR."),
    ("Große Bäckergasse", "Grosse Baeckergasse", "GROSSE BÄCKERGASSE"),
    ("Sankt-Jürgen-Straße", "St.-Jürgen-Str.", "St. Juergen Strasse"),
    ("Bürgermeister-Smidt-Platz", "Bgm.-Smidt-Pl."),
    ("An der B 75", "An der B75"),
]


@pytest.mark.parametrize("names", SPELLINGS, ids=[names[0] for names in SPELLINGS])
def test_spellings_of_a_street_are_one(names):
    assert len({plain_street(name) for name in names}) == 1


def test_different_streets_stay_different():
    names = ["Hauptstraße", "Hauptgasse", "Am Hauptweg", "Obere Hauptstraße", "Straße 12", "Straße 1"]
    assert len({plain_street(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("12", (12, "")),
        ("12a", (12, "a")),
        ("012 B", (12, "b")),
        ("12-14", (12, "")),
        ("12/a", (12, "a")),
        ("", (0, "")),
        ("a", (0, "")),
    ],
)
def test_house_numbers_are_split(written, meant):
    assert split_number(written) == meant


ADDRESSES = [  # what the extract says; district, east of the cell's point (UTM 32), how it was found
    ({"street_key": "00011", "house_number": "1"}, "0001", 480010, LOCATED),
    ({"street_key": "11", "house_number": "0001", "house_suffix": "A"}, "0001", 480030, LOCATED),
    ({"street": "Hauptstr", "house_number": "1a"}, "0001", 480030, LOCATED),
    ({"street": "Hauptstr", "house_number": "1c"}, "0001", 480010, NEAR),
    ({"address": "DR. MUELLER STR. 7"}, "0002", 481510, LOCATED),
    ({"address": "Hauptstraße 1 a, Musterstadt"}, "0001", 480030, LOCATED),
    ({"street": "Am Weg", "house_number": "5", "postal_code": "27002"}, "0002", 483510, LOCATED),
    ({"street": "Am Weg", "house_number": "5", "district": "0001"}, "0001", 482510, LOCATED),
    ({"street": "Am Weg", "house_number": "5", "district": "Gross-Süd"}, "0002", 483510, LOCATED),
    ({"street": "Am Weg", "house_number": "5"}, "unlocated", None, NOWHERE),
    ({"street": "Am Weg", "house_number": "6", "district": "2"}, "0002", None, BY_DISTRICT),
    ({"street": "Hauptstr.", "house_number": "1", "district": "0002"}, "0002", 480010, LOCATED),
    ({"street": "Hauptstr.", "house_number": "ohne"}, "unlocated", None, NOWHERE),
    ({"district": "Altstadt"}, "0001", None, BY_DISTRICT),
    ({"district": "9"}, "unlocated", None, NOWHERE),
    ({}, "unlocated", None, NOWHERE),
    ({"east": "480010,5", "north": "5880010"}, "unlocated", 480010, LOCATED),
    ({"east": "5880010", "north": "480010", "street": "Hauptstr.", "house_number": "1"}, "0001", 480010, LOCATED),
]


@pytest.mark.parametrize(("written", "district", "east", "how"), ADDRESSES, ids=[str(a) for a, *_ in ADDRESSES])
def test_an_address_is_found_by_what_it_says(region, houses, written, district, east, how):
    known = gazetteer(region, AGS, houses=houses, crs="EPSG:25832")
    places = locate([NO_ADDRESS._replace(**written)], known)
    cell = UNLOCATED if east is None else int(pack(*to_laea([east], [5880010], "EPSG:25832"))[0])
    assert (places.district[0], int(places.cell[0]), int(places.how[0])) == (f"{AGS}.{district}", cell, how)


def test_swapped_axes_are_reported(region, houses):
    known = gazetteer(region, AGS, houses=houses, crs="EPSG:4326")
    good, swapped = NO_ADDRESS._replace(east="8.7", north="53.07"), NO_ADDRESS._replace(east="53.07", north="8.7")
    assert locate([good, swapped, NO_ADDRESS], known).bad_point.tolist() == [False, True, False]


def test_the_polygon_tells_the_district_where_nothing_else_does(region):
    lon, lat = to_wgs84(*to_laea([480010], [5880010], "EPSG:25832"))
    from shapely import box

    shapes = Shapes((f"{AGS}.0002", "04999002.0001"), (box(lon[0] - 1, lat[0] - 1, lon[0] + 1, lat[0] + 1),) * 2)
    known = gazetteer(region, AGS, shapes=shapes, crs="EPSG:25832")
    assert locate([NO_ADDRESS._replace(east="480010", north="5880010")], known).district == (f"{AGS}.0002",)


def test_ways_of_finding_sum_to_the_persons(region, houses):
    known = gazetteer(region, AGS, houses=houses, crs="EPSG:25832")
    places = locate(sorted(NO_ADDRESS._replace(**a) for a, *_ in ADDRESSES), known)
    rows = np.array([0, 0, 3, 5, 5, 5, 9])
    assert sum(located_by(places, rows).values()) == len(rows)


@pytest.mark.parametrize(
    ("data", "where"),
    [("", ""), ("B;1;A;04;9;99;002;0001;00011;1;;480010;5880010;H;1;N", ""),
     ("NBA;OI;QUA;LAN;RBZ;KRS;GMD;OTT;SSS;HNR;ADZ;E;N", "line 1"),
     ("B;1;A;03;9;99;001;0001;00011;1;;1", "line 1")],
)  # fmt: skip
def test_a_house_file_of_another_shape_is_refused(data, where):
    with pytest.raises(AllmendeError) as caught:
        read_houses(data.encode(), "houses.txt", AGS, "EPSG:25832")
    assert where in caught.value.where
    assert "NBA" in caught.value.expected or "03;9;99;001" in caught.value.expected


PLACES = [  # EAST and NORTH as the file says, reference system, a word of the error
    ("nan", "5880010.0", "EPSG:25832", "outside Central Europe"),
    ("480010.0", "inf", "EPSG:25832", "outside Central Europe"),
    ("-1e400", "5880010.0", "EPSG:25832", "outside Central Europe"),
    ("nan", "5880010.0", "EPSG:31467", "outside Central Europe"),
    ("5880010.0", "480010.0", "EPSG:25832", "do not swap"),
    ("32480010.0", "5880010.0", "EPSG:25832", "take a zone in front of EAST"),
    ("480010.0", "5880010.0", "EPSG:4326", "in EPSG:4326"),
]


@pytest.mark.parametrize(("east", "north", "crs", "says"), PLACES)
def test_a_house_outside_central_europe_is_refused_with_its_line(east, north, crs, says):
    row = f"# comment\nB;1;A;03;9;99;001;0001;00011;1;;{east};{north};Hauptstraße;27001;Musterstadt\n"
    with pytest.raises(AllmendeError) as caught:
        read_houses(row.encode(), "houses.txt", AGS, crs)
    assert caught.value.where == "houses.txt, line 2"
    assert east not in str(caught.value), "an extract may have been given by mistake"
    assert says in str(caught.value)


def test_streets_are_not_found_only_where_something_was_looked_up(run_of, vendor):
    people = [vendor.person("1", street_key="", street="Nirgendweg")]
    assert examine(run_of(people)).unplaced == (("Nirgendweg", 1),)
    assert examine(run_of(people, houses=None)).unplaced == ()


def test_a_house_number_without_end_is_no_number():
    assert split_number("9" * 5000) == (0, "")
