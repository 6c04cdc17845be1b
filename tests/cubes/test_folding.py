"""Folding: exact, additive, blind to order; the same as a plain dictionary."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from allmende.cubes import Cells, folding, numbers, texts
from allmende.cubes.base import canonical_order, content_hash, merge
from allmende.cubes.folding import fold

KEYS = st.integers(0, 2**32 - 1)
ROWS = st.lists(st.tuples(st.sampled_from("mwdx"), st.integers(-1, 120), st.integers(1, 5), KEYS), min_size=1, max_size=60)


def cells(rows: list[tuple[str, int, int, int]]) -> Cells:
    sexes, ages, n, keys = zip(*rows, strict=True)
    columns = (texts("sex", sexes), numbers("age", ages))
    return Cells(columns, np.array(n, dtype=np.int64), np.array(keys, dtype=np.uint32))


def as_dictionary(folded: Cells) -> dict[tuple[object, ...], tuple[int, int]]:
    members = zip(*(column.values() for column in folded.columns), strict=True)
    return {member: (int(n), int(key)) for member, n, key in zip(members, folded.n, folded.key, strict=True)}


@given(ROWS)
def test_fold_equals_a_plain_dictionary(rows):
    counts, keys = Counter(), Counter()
    for sex, age, n, key in rows:
        counts[sex, age] += n
        keys[sex, age] += key
    assert as_dictionary(fold(cells(rows), ["sex", "age"])) == {m: (counts[m], keys[m] % 2**32) for m in counts}


@given(ROWS, st.randoms(use_true_random=False))
def test_order_of_rows_changes_nothing(rows, random):
    shuffled = random.sample(rows, len(rows))
    assert content_hash(canonical_order(cells(rows))) == content_hash(canonical_order(cells(shuffled)))


@given(ROWS, ROWS)
def test_folding_parts_and_merging_is_folding_the_whole(left, right):
    merged = merge([fold(cells(left), ["sex", "age"]), fold(cells(right), ["sex", "age"])])
    assert as_dictionary(merged) == as_dictionary(fold(cells(left + right), ["sex", "age"]))


@given(ROWS)
def test_rolling_up_in_two_steps_is_rolling_up_at_once(rows):
    fine = fold(cells(rows), ["sex", "age"])
    assert as_dictionary(fold(fine, ["sex"])) == as_dictionary(fold(cells(rows), ["sex"]))


@given(ROWS)
def test_adding_into_an_array_and_sorting_agree(rows):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folding, "DENSE_LIMIT", 0)
        by_sorting = as_dictionary(fold(cells(rows), ["age", "sex"]))
    assert by_sorting == as_dictionary(fold(cells(rows), ["age", "sex"]))


def test_dimensions_too_wide_for_one_integer_are_sorted_column_by_column():
    wide = [numbers(name, [2**40, 0, 2**40]) for name in ("a", "b")]
    folded = fold(Cells(tuple(wide), np.array([1, 2, 3]), np.array([2**32 - 1, 6, 7], dtype=np.uint32)), ["a", "b"])
    assert as_dictionary(folded) == {(0, 0): (2, 6), (2**40, 2**40): (4, 6)}
    assert folded["a"].codes.tolist() == [0, 2**40]


def test_so_many_members_in_so_many_dimensions_that_no_integer_can_number_them():
    draw = np.random.default_rng(5)
    rows = draw.integers(0, 5000, (20_000, 6))
    rows[10_000:] = rows[:10_000]
    columns = tuple(numbers(name, rows[:, place]) for place, name in enumerate("abcdef"))
    folded = fold(Cells(columns, np.ones(20_000, dtype=np.int64), np.ones(20_000, dtype=np.uint32)), "abcdef")
    assert as_dictionary(folded) == {tuple(row): (2, 2) for row in rows[:10_000].tolist()}


@given(ROWS)
def test_sorting_column_by_column_gives_what_numbering_gives(rows):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(folding, "WIDEST", 0)
        by_columns = fold(cells(rows), ["age", "sex"])
    numbered = fold(cells(rows), ["age", "sex"])
    assert content_hash(by_columns) == content_hash(numbered)


def test_no_cells_fold_to_no_cells():
    empty = Cells((numbers("age", []),), np.zeros(0, np.int64), np.zeros(0, np.uint32))
    assert len(fold(empty, ["age"])) == 0


def test_an_unknown_dimension_is_named_with_those_there_are():
    with pytest.raises(KeyError, match=r"No dimension 'height'; there are \['sex', 'age'\]"):
        fold(cells([("m", 1, 1, 1)]), ["height"])
