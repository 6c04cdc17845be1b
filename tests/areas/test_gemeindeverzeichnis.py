from datetime import date

import pytest

from allmende.areas.gemeindeverzeichnis import read_gemeindeverzeichnis
from allmende.errors import AllmendeError

HEAD = [
    ["Gemeinden in Deutschland"],
    [],
    ["Satz-art", "Text-kenn-zeichen", "Amtlicher Regionalschlüssel (ARS)", "", "", "", "",
     "Gemeindename", "Fläche km2 1)", "Bevölkerung2)"],
    ["", "", "Land", "RB", "Kreis", "VB", "Gem", "", "", "insgesamt", "männlich", "weiblich", "je km2"],
    ["", "", "Gebietsstand am 31.12.2023 (Jahr)"],
    [],
]  # fmt: skip
ASSOCIATION = ["50", "52", "03", "2", "51", "5403", "", "Bruchhausen-Vilsen"]
FLECKEN = ["60", "64", "03", "2", "51", "5403", "049", "Bruchhausen-Vilsen, Flecken", 109.74, 9270, 4533, 4737]
TOWN = ["60", "63", 3, 2, 51, 12, 12, "Diepholz, Stadt", "104,7", "17608", "8627", "8981"]


def written(write_xlsx, tmp_path, *rows):
    return write_xlsx(tmp_path / "gv.xlsx", {"Inhalt": [["x"]], "Onlineprodukt_Gemeinden31122023": [*HEAD, *map(list, rows)]})


def test_municipalities_are_read_with_key_title_and_association_whether_text_or_number(write_xlsx, tmp_path):
    found = read_gemeindeverzeichnis(
        written(write_xlsx, tmp_path, ["10", "", "03"], ASSOCIATION, FLECKEN, TOWN, ["", "Quelle"])
    )
    assert found.territory_date == date(2023, 12, 31)
    assert [(e.ags, e.name, e.title, e.kind, e.association) for e in found.entries] == [
        ("03251049", "Bruchhausen-Vilsen", "Flecken", "Gemeinde", "Bruchhausen-Vilsen"),
        ("03251012", "Diepholz", "Stadt", "Stadt", ""),
    ]
    assert [(e.people, e.male, e.female, e.km2) for e in found.entries] == [
        (9270, 4533, 4737, 109.74),
        (17608, 8627, 8981, 104.7),
    ]


@pytest.mark.parametrize(
    ("place", "value", "says"),
    [(10, 4534, "4534 men and 4737 women are not 9270"), (9, "-", "row 8"), (2, "17", "row 8"), (6, "49x", "row 8")],
)
def test_a_row_that_cannot_be_true_is_named(write_xlsx, tmp_path, place, value, says):
    bad = [*FLECKEN[:place], value, *FLECKEN[place + 1 :]]
    with pytest.raises(AllmendeError, match=says):
        read_gemeindeverzeichnis(written(write_xlsx, tmp_path, ASSOCIATION, bad))


def test_another_workbook_is_refused(write_xlsx, tmp_path):
    with pytest.raises(AllmendeError, match="no row of headings"):
        read_gemeindeverzeichnis(write_xlsx(tmp_path / "x.xlsx", {"Gemeinden": [["a"]]}))
    with pytest.raises(AllmendeError, match="no sheet"):
        read_gemeindeverzeichnis(write_xlsx(tmp_path / "y.xlsx", {"Kreise": [["a"]]}))
