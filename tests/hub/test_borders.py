"""Moves across borders: equal keys prove equal sets; what differs is found where it differs."""

from hypothesis import given
from hypothesis import strategies as st

from allmende.cubes.base import merge
from allmende.hub import find_mismatches, receive, write_mismatches
from allmende.hub.borders import compare_borders

from .conftest import NOW, A, B, C, Round, moves, region

Row = tuple[str, str, int, str, int, int]


def verdicts(a: list[Row], b: list[Row]) -> list[tuple[str, str, int | None, int | None, str]]:
    cells = merge([moves(A, 2025, a).cells, moves(B, 2025, b).cells])
    report = compare_borders(cells, {(A, 2025), (B, 2025)}, region())
    return [(cell.age, cell.sex, cell.left, cell.arrived, cell.verdict) for cell in report.cells]


def test_equal_counts_and_keys_agree_though_ages_and_districts_are_split_differently():
    out = [("out", B, 31, "m", 1, 10), ("out", B, 33, "m", 1, 2**32 - 5)]
    assert verdicts(out, [("in", A, 30, "m", 2, 5)]) == [("30-34", "m", 2, 2, "same")]


def test_one_move_that_one_side_does_not_know():
    assert verdicts([("out", B, 31, "m", 2, 7)], [("in", A, 31, "m", 1, 3)]) == [("30-34", "m", 2, 1, "other count")]
    assert verdicts([("out", B, 31, "m", 2, 7)], [("in", "03", 31, "m", 1, 3)]) == [("30-34", "m", 2, 0, "other count")]


def test_as_many_but_other_persons():
    assert verdicts([("out", B, 31, "w", 1, 7)], [("in", A, 31, "w", 1, 8)]) == [("30-34", "w", 1, 1, "other moves")]


def test_the_two_directions_are_apart():
    both = [("out", B, 3, "m", 1, 7), ("in", B, 3, "m", 1, 9)]
    back = [("in", A, 3, "m", 1, 7), ("out", A, 3, "m", 1, 9)]
    assert [verdict for *_, verdict in verdicts(both, back)] == ["same", "same"]


def test_who_has_not_delivered_cannot_contradict():
    cells = moves(A, 2025, [("out", C, 31, "m", 2, 7), ("out", "03", 31, "m", 2, 7)]).cells
    (cell,) = compare_borders(cells, {(A, 2025)}, region()).cells
    assert (cell.target, cell.left, cell.arrived, cell.verdict) == (C, 2, None, "one side only")


persons = st.lists(
    st.tuples(st.sampled_from([A, B]), st.integers(0, 100), st.sampled_from("mw"), st.integers(0, 2**32 - 1)),
    min_size=1,
    max_size=30,
)


@given(persons, st.data())
def test_the_same_moves_always_agree_and_a_lost_one_never_does(people: list[tuple[str, int, str, int]], data: st.DataObject):
    other = {A: B, B: A}
    outs = {ags: [("out", other[ags], age, sex, 1, key) for origin, age, sex, key in people if origin == ags] for ags in (A, B)}
    ins = {
        ags: [("in", origin, age, sex, 1, key) for origin, age, sex, key in people if other[origin] == ags] for ags in (A, B)
    }

    def differing() -> int:
        parts = [moves(ags, 2025, outs[ags] + ins[ags]).cells for ags in (A, B) if outs[ags] + ins[ags]]
        return len(compare_borders(merge(parts), {(A, 2025), (B, 2025)}, region()).differing)

    assert differing() == 0
    side = data.draw(st.sampled_from([rows for rows in (*outs.values(), *ins.values()) if rows]))
    side.pop(data.draw(st.integers(0, len(side) - 1)))
    if any(outs.values()) or any(ins.values()):
        assert differing() == 1


def test_the_report_lies_in_the_confidential_folder(circle: Round):
    receive(circle.hub, circle.send(moves(A, 2025, [("out", B, 31, "m", 2, 7)])), NOW)
    receive(circle.hub, circle.send(moves(B, 2025, [("in", A, 31, "m", 1, 7)])), NOW)
    report = find_mismatches(circle.hub)
    path = write_mismatches(report, circle.hub)
    assert path.parent.parent == circle.hub.folder
    assert path.read_text().splitlines()[1] == f"2025;{A};{B};30-34;m;2;1;other count"
    assert report.moves("other count") == 2
