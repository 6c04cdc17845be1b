"""People from a plain table: what it tells, what it does not, and every defect with its line."""

from itertools import product
from pathlib import Path

import pytest

from allmende.needs.demand import People
from allmende.needs.services import Span
from allmende.outlook.people import read_people
from allmende.outlook.strict_tables import UnusableTable

SPANS = (Span(0, 2), Span(3, 3), Span(2, 100), Span(3, 100, "f"))
ROWS = [f"{year};{area};{age};{10 * (year - 2024) + age}" for year, area, age in product((2025, 2026), ("a", "b"), range(4))]


def read(folder: Path, rows: list[str], header: str = "year;area;age;population", spans: tuple[Span, ...] = SPANS) -> People:
    path = folder / "people.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return read_people(path, spans)


def test_single_ages_add_up_to_spans_that_the_file_can_tell(tmp_path: Path) -> None:
    people = read(tmp_path, ROWS)
    assert people.spans == (Span(0, 2), Span(3, 3))
    assert (people.years, people.units) == ((2025, 2026), ("a", "b"))
    assert people.value.tolist() == [[[[33, 13], [33, 13]], [[63, 23], [63, 23]]]]


def test_an_open_last_age_tells_spans_to_the_oldest(tmp_path: Path) -> None:
    people = read(tmp_path, [row.replace(";3;", ";3+;") for row in ROWS])
    assert people.spans == (Span(0, 2), Span(2, 100))
    assert people.value[0, 0, 0].tolist() == [33, 25]


def test_sexes_and_draws_are_axes_and_rows_may_stand_in_any_order(tmp_path: Path) -> None:
    rows = [f"{row};{sex};{draw}" for draw, sex, row in product((2, 1), ("w", "m"), ROWS)]
    people = read(tmp_path, rows[::-1], "year;area;age;population;sex;draw", (Span(0, 2), Span(3, 3, "f"), Span(3, 3, "m")))
    assert people.spans == (Span(0, 2), Span(3, 3, "f"), Span(3, 3, "m"))
    assert people.value.shape == (2, 2, 2, 3)
    assert people.value[1, 0].tolist() == [[66, 13, 13]] * 2


def test_commas_and_decimal_points_are_read_as_well(tmp_path: Path) -> None:
    people = read(tmp_path, [row.replace(";", ",") + ".5" for row in ROWS], "year,area,age,population")
    assert people.value[0, 0, 0].tolist() == [34.5, 13.5]


@pytest.mark.parametrize(
    ("at", "row", "line", "field"),
    [
        (0, "25;a;0;10", 2, "year"),
        (0, "2025;;0;10", 2, "area"),
        (0, "2025;a;0-2;10", 2, "age"),
        (0, "2025;a;101;10", 2, "age"),
        (0, "2025;a;0+;10", 2, "age"),
        (0, "2025;a;0;-1", 2, "population"),
        (0, "2025;a;0;nan", 2, "population"),
        (0, "2025;a;0;", 2, "population"),
        (0, "2025;a;0", 2, "row"),
        (1, "2025;a;0;10", 3, "row"),
        (8, "2028;a;0;10", 1, "year"),
        (3, "2025;a;5;10", 1, "age"),
    ],
)
def test_a_defect_is_named_with_line_and_field(tmp_path: Path, at: int, row: str, line: int, field: str) -> None:
    with pytest.raises(UnusableTable) as caught:
        read(tmp_path, [*ROWS[:at], row, *ROWS[at + 1 :]])
    assert (line, field) in [(defect.line, defect.field) for defect in caught.value.defects]


def test_a_cell_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableTable, match="year 2025, area b, age 2"):
        read(tmp_path, [*ROWS[:6], *ROWS[7:]])


def test_one_year_and_no_row_are_too_little(tmp_path: Path) -> None:
    with pytest.raises(UnusableTable, match="two at least"):
        read(tmp_path, ROWS[:8])
    with pytest.raises(UnusableTable, match="two years at least"):
        read(tmp_path, [])


def test_an_unknown_sex_and_column_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableTable, match="f or w or m"):
        read(tmp_path, [f"{row};d" for row in ROWS], "year;area;age;population;sex")
    with pytest.raises(UnusableTable, match="perhaps sex;draw"):
        read(tmp_path, [f"{row};d" for row in ROWS], "year;area;age;population;group")
