import json
from dataclasses import replace

import pytest

from allmende.cubes.publication import current, put_in_force, read_publication, write_publication
from allmende.errors import AllmendeError
from allmende.release.example import YEARS, write_example


def test_what_was_written_is_read_back(tmp_path):
    folder = write_example(tmp_path)
    publication = read_publication(folder)
    before = (folder / "release.json").read_bytes()
    write_publication(publication)
    assert (folder / "release.json").read_bytes() == before
    assert publication.region.name["de"] == "Beispielregion"
    assert publication["stock_district_age_sex"].years == YEARS


def test_a_table_is_found_by_what_it_answers_and_opened(tmp_path):
    publication = read_publication(write_example(tmp_path))
    (entry,) = publication.find(cube="stock", geography="district", dimensions=("age",))
    cube = publication.open(entry).select(area="99001001.02", year=2025, age="total", sex="total")
    assert cube.value.tolist() == [271]
    assert publication.find(cube="births") == ()


def test_who_asks_for_persons_never_gets_secondary_residences_alone(tmp_path):
    publication = read_publication(write_example(tmp_path))
    apart = [replace(e, note=replace(e.note, residence="secondary", dimensions=())) for e in publication.tables]
    both = replace(publication, tables=(*apart, *publication.tables))
    assert both.find(cube="stock") == publication.find(cube="stock") != ()


def test_the_link_in_force_moves_to_the_next_release(tmp_path):
    with pytest.raises(AllmendeError, match="no release in force"):
        current(tmp_path)
    first, second = write_example(tmp_path, "a"), write_example(tmp_path, "b")
    assert current(tmp_path) == second.resolve()
    put_in_force(tmp_path, "a")
    assert current(tmp_path) == first.resolve()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["current", "releases"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d.update(format=2), "format 2"),
        (lambda d: d.pop("region"), "damaged"),
        (lambda d: d["tables"][0].pop("note"), "damaged"),
        (lambda d: d.update(created="yesterday"), "damaged"),
    ],
)
def test_a_damaged_description_is_refused_with_its_path(tmp_path, change, message):
    folder = write_example(tmp_path)
    document = json.loads((folder / "release.json").read_text())
    change(document)
    (folder / "release.json").write_text(json.dumps(document))
    with pytest.raises(AllmendeError, match=message) as caught:
        read_publication(folder)
    assert str(folder / "release.json") == caught.value.where
