from datetime import date

import pytest

from allmende.areas import District, Municipality, Region, load_region, write_region
from allmende.areas.hierarchy import find_defects
from allmende.errors import AllmendeError

TOWN = Municipality("98000001", "Aue", "Nordland", "Stadt", ("Bezirk", "Ortsteil"))
VILLAGE = Municipality("98000002", "Bek", "Nordland", "Gemeinde")
DISTRICTS = (
    District("98000001.1", "1", "Mitte", 1, "", "98000001"),
    District("98000001.2", "2", 'Ost; mit "Rand"', 1, "", "98000001"),
    District("98000001.11", "11", "Altstadt", 2, "98000001.1", "98000001"),
    District("98000001.12", "12", "Hafen", 2, "98000001.1", "98000001"),
    District("98000001.21", "21", "Ost", 2, "98000001.2", "98000001"),
)
REGION = Region(
    "probe",
    {"de": "Probe ‚Süd‘", "en": "Sample"},
    True,
    date(2024, 12, 31),
    'frei "erfunden"\nzweite Zeile',
    (TOWN, VILLAGE),
    DISTRICTS,
)


def test_a_region_reads_back_as_it_was_written_with_the_same_bytes(tmp_path):
    write_region(REGION, tmp_path / "a")
    again = load_region(tmp_path / "a")
    assert again == REGION
    write_region(again, tmp_path / "b")
    for name in ("region.toml", "districts.csv"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_districts_know_their_finest_level_and_their_ancestors():
    assert [d.name for d in REGION.finest("98000001")] == ["Altstadt", "Hafen", "Ost"]
    assert REGION.finest("98000002") == ()
    assert REGION.ancestor("98000001.12", 2) == "98000001.12"
    assert REGION.ancestor("98000001.12", 1) == "98000001.1"
    assert REGION.ancestor("98000001.12", 0) == "98000001"
    assert REGION.ancestor("98000002.unlocated", 1) == "98000002.unlocated"
    assert REGION.ancestor("98000002.unlocated", 0) == "98000002"


@pytest.mark.parametrize(
    ("key", "level"), [("98000001.1", 2), ("98000001.99", 1), ("98000009.unlocated", 0), ("98000001.12", -1)]
)
def test_an_ancestor_that_is_not_there_is_an_error(key, level):
    with pytest.raises(AllmendeError):
        REGION.ancestor(key, level)


def rows(*changes):
    """Number the good rows as a file does, changed at (row, field, value)."""
    table = [
        {"key": d.key, "code": d.code, "name": d.name, "level": str(d.level), "parent": d.parent, "ags": d.ags}
        for d in DISTRICTS
    ]
    for row, field, value in changes:
        table[row][field] = value
    return list(enumerate(table, 2))


@pytest.mark.parametrize(
    ("changes", "line", "field", "says"),
    [
        ([(3, "parent", "98000001.7")], 5, "parent", "unknown"),
        ([(3, "parent", "98000001.11")], 5, "parent", "this one has level 2"),
        ([(2, "parent", "98000001.12"), (3, "parent", "98000001.11")], 4, "parent", "cycle"),
        ([(0, "parent", "98000001.2")], 2, "parent", "nothing"),
        ([(3, "level", "3")], 5, "level", "1 to 2"),
        ([(3, "level", "x")], 5, "level", "1 to 2"),
        ([(3, "code", "11"), (3, "key", "98000001.11")], 5, "key", "line 4"),
        ([(3, "key", "98000001.99")], 5, "key", "98000001.12"),
        ([(3, "code", "unlocated"), (3, "key", "98000001.unlocated")], 5, "code", "unlocated"),
        ([(3, "code", "a.b"), (3, "key", "98000001.a.b")], 5, "code", "without dot"),
        ([(3, "ags", "98000003")], 5, "ags", "region.toml"),
        ([(4, "parent", "98000001.1")], 3, "key", "parts on level 2"),
    ],
)
def test_each_defect_of_the_districts_is_named_with_line_field_and_expectation(changes, line, field, says):
    defects = list(find_defects((TOWN, VILLAGE), rows(*changes)))
    assert any(d.line == line and d.field == field and says in d.expected for d in defects), defects


def test_good_districts_have_no_defects_and_all_defects_are_told_at_once(tmp_path):
    assert list(find_defects((TOWN, VILLAGE), rows())) == []
    write_region(REGION, tmp_path)
    table = (tmp_path / "districts.csv").read_text()
    (tmp_path / "districts.csv").write_text(table.replace("98000001.1;98000001", "98000001.8;98000001"))
    with pytest.raises(AllmendeError) as error:
        load_region(tmp_path)
    assert "line 4, parent '98000001.8'" in str(error.value)
    assert "line 5, parent '98000001.8'" in str(error.value)
    assert "line 2, key '98000001.1'" in str(error.value)


def test_a_municipality_with_levels_needs_districts():
    defects = list(find_defects((TOWN, Municipality("98000003", "Cel", "Nordland", "Dorf", ("Ortsteil",))), rows()))
    assert [d.expected for d in defects] == ["districts of 98000003 Cel, which defines the levels Ortsteil"]


def test_a_folder_without_districts_is_a_region_if_nobody_defines_levels(tmp_path):
    write_region(Region("b", REGION.name, True, REGION.territory_date, "", (VILLAGE,), ()), tmp_path)
    (tmp_path / "districts.csv").unlink()
    assert load_region(tmp_path).districts == ()


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('id = "probe"', "", "toml, id\n"),
        ('id = "probe"', "id = 3", "toml, id\n"),
        ('id = "probe"', 'id = "../probe"', "up to 63 of these"),
        ('id = "probe"', 'id = "Probe Süd"', "up to 63 of these"),
        ('id = "probe"', 'id = ""', "up to 63 of these"),
        ("fictional = true", 'fictional = "yes"', "fictional = true or false"),
        ("fictional = true", "fictional = 1", "fictional = true or false"),
        ("fictional = true", "fictional = false", "begins with '98'"),
        ('ags = "98000002"', 'ags = "9800002"', "number 2"),
        ("territory_date = 2024-12-31", 'territory_date = "31.12.2024"', "territory_date = 2025-12-31"),
        ("territory_date = 2024-12-31", "territory_date = 2024-12-31T08:00:00", "a day without quotes or time"),
        ('en = "Sample"', "", "name.en"),
        ('en = "Sample"', "en = 3", "name.en"),
        ('en = "Sample"', 'en = " "', "name.en"),
        ("[name]\n", "[names]\n", "name.de, name.en"),
        ('name = "Aue"', 'name = "Aue\\n"', "number 1"),
        ('levels = ["Bezirk", "Ortsteil"]', 'levels = ["Bezirk", ""]', "a list of none to 3 names"),
        ('levels = ["Bezirk", "Ortsteil"]', "levels = 2", "a list of none to 3 names"),
        ('ags = "98000002"', 'ags = "98000001"', "stands twice"),
        ('ags = "98000002"', "ags = 98000002", "number 2"),
        ("[name]", "[name", "TOML"),
    ],
)
def test_a_defect_of_region_toml_is_told(tmp_path, old, new, says):
    write_region(REGION, tmp_path)
    text = (tmp_path / "region.toml").read_text()
    assert old in text
    (tmp_path / "region.toml").write_text(text.replace(old, new))
    with pytest.raises(AllmendeError, match=says):
        load_region(tmp_path)


def test_a_region_needs_a_member(tmp_path):
    write_region(REGION, tmp_path)
    head, _, _ = (tmp_path / "region.toml").read_text().partition("[name]")
    for text in ("", "municipality = []", "municipality = [1]"):
        (tmp_path / "region.toml").write_text(head + text + '\n[name]\nde = "Probe"\nen = "Sample"\n')
        with pytest.raises(AllmendeError, match="at least one"):
            load_region(tmp_path)


def test_files_that_an_editor_began_with_a_byte_order_mark_are_read(tmp_path):
    write_region(REGION, tmp_path)
    for path in tmp_path.iterdir():
        path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert load_region(tmp_path) == REGION


def test_a_table_with_other_columns_or_torn_rows_is_refused(tmp_path):
    write_region(REGION, tmp_path)
    path = tmp_path / "districts.csv"
    good = path.read_text()
    for broken, says in (
        (good.replace("parent", "mother"), "line 1, header"),
        (good + "98000001.3;3\n", "6 fields"),
        ("", "line 1, header"),
        (good + f"98000001.3;3;{'x' * 200_000};1;;98000001\n", "line 7, row '': expected rows of short fields"),
        (good + '98000001.3;3;"Nord;1;;98000001\n', "quotes in pairs"),
        (good + '98000001.3;3;"Nord"west;1;;98000001\n', "quotes in pairs"),
        (good.replace("Hafen", " "), "line 5, name ' '"),
    ):
        path.write_text(broken)
        with pytest.raises(AllmendeError, match=says):
            load_region(tmp_path)
    path.write_bytes("ä".encode("cp1252"))
    with pytest.raises(AllmendeError, match="UTF-8"):
        load_region(tmp_path)
