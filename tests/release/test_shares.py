"""What of the offices' own tables fits a release, and what the release says of the rest."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import pairwise

import numpy as np
import pytest
import shapely

from allmende.areas.geometry import Shapes, write_geojson
from allmende.areas.grid import cell_id
from allmende.areas.hierarchy import write_region
from allmende.areas.projection import to_wgs84
from allmende.cubes import Column
from allmende.cubes.publication import Words
from allmende.cubes.released import EVERYWHERE
from allmende.deliveries import DeliveryNote, new_office_key, seal, seal_protected
from allmende.errors import AllmendeError
from allmende.hub import init_hub, receive, register_office
from allmende.privacy.profiles import load_profile
from allmende.release import Catalogue, Table, build, plan, protect_at_source, verify
from allmende.release.accuracy import expect

from .conftest import CHECK, make_region, people, stock

NOW, DAY, SIZES = datetime(2025, 2, 1, 9, tzinfo=UTC), date(2025, 1, 20), [2500, 1500, 1200]
BORDERS = (4_290_000, 4_304_450, 4_313_450, 4_330_000)
"""Metres east between the three towns; both inner ones run through 10 km cells in which people of two towns live."""


BORDER_CELLS = ("E4300000", "E4310000")


def table(name, geography, dimensions=(), **others):
    margins = ((), *((dimension,) for dimension, _ in dimensions))
    return Table(name, Words(name, name), "stock", "12-31", geography, dimensions, margins, **others)


DISTRICTS = table("districts", "district", (("age", "broad"), ("sex", "two")))
WHOLE = table("whole", "region", (("age", "broad"),), residence="all")
CELLS = table("cells", "grid_10000", min_parent=20)


class Circle:
    """Three towns, whose people live near their borders, and the hub they deliver to."""

    def __init__(self, folder, quiet, *, outlines=True):
        self.region, self.folder = make_region(SIZES, [3, 3, 3]), folder
        self.towns = [town.ags for town in self.region.municipalities]
        write_region(self.region, folder / "region")
        if outlines:
            write_geojson(self.outlines(), folder / "region" / "municipalities.geojson", "ags")
        self.hub = init_hub(folder / "hub", folder / "region", epoch="2025a", key_check=CHECK, matrix=bytes(range(32)))
        self.keys = {ags: new_office_key() for ags in self.towns}
        self.people = people(np.random.default_rng(4), self.region, SIZES)
        for ags in self.towns:
            mode = "at-source" if ags in [self.towns[place] for place in quiet] else "trusted-unit"
            self.hub = register_office(self.hub, ags, self.keys[ags].verify_key(), mode, NOW)

    def outlines(self):
        rings = []
        for west, east in pairwise(BORDERS):
            x, y = np.array([west, east, east, west, west]), np.array([3_180_000] * 2 + [3_220_000] * 2 + [3_180_000])
            rings.append(shapely.Polygon(np.column_stack(to_wgs84(x, y))))
        return Shapes(tuple(self.towns), tuple(rings))

    def deliver(self, place, catalogue=None, *, years=(2024,), sequence=1, change=lambda made: made):
        """Let an office deliver: with a catalogue its protected tables, each changed if asked, else its cubes."""
        ags = self.towns[place]
        cubes = [cube.sealed() for year in years for cube in stock(self.region, self.people, year) if cube.manifest.ags == ags]
        note = DeliveryNote.of(cubes, name="x", sequence=sequence, made=DAY)
        path = self.folder / f"{ags}-{sequence}.allmende"
        way = {"office": self.keys[ags], "hub_recipient": self.hub.settings.recipient, "delivery": note}
        if catalogue is None:
            receive(self.hub, seal(cubes, path, **way), NOW)
            return
        made = protect_at_source(cubes, self.region, catalogue, load_profile("standard", self.hub.matrix_secret()))
        receive(self.hub, seal_protected([change(each) for each in made.tables], path, **way), NOW)

    def publish(self, catalogue):
        planned = plan(self.hub, catalogue)
        return planned, verify(build(self.hub, planned, self.folder / "public", DAY).folder)


def of(*tables):
    return Catalogue(Words("Probe", "Trial"), tables)


def told(planned, name):
    return [(missing.areas, missing.years, missing.why.en) for missing in planned.missing if missing.table == name]


def areas_of(publication, name):
    return publication.open(name).areas


def test_a_table_that_an_office_did_not_deliver_is_named_with_its_areas(tmp_path):
    circle = Circle(tmp_path, [1, 2])
    circle.deliver(0)
    circle.deliver(1, of(DISTRICTS, WHOLE))
    circle.deliver(2, of(WHOLE))
    planned, publication = circle.publish(of(DISTRICTS, WHOLE))
    assert told(planned, "districts") == [((circle.towns[2],), (), "protects at the source and did not deliver it")]
    assert {area[:8] for area in areas_of(publication, "districts")} == set(circle.towns[:2])
    assert areas_of(publication, "whole") == {"muster": (2024,)}
    public = json.loads((publication.folder / "report.json").read_text())
    assert [each["de"] for each in public["missing"]] == ["districts, Ort 3: schützt selbst und hat sie nicht geliefert"]
    assert "Es fehlt: districts, Ort 3" in (publication.folder / "report.html").read_text()
    assert "gap" not in [gap for gap in planned.gaps if "nothing from" in gap]


def test_the_region_is_published_only_if_every_part_is_there(tmp_path):
    circle = Circle(tmp_path, [1, 2])
    circle.deliver(0)
    circle.deliver(1, of(DISTRICTS, WHOLE))
    planned, publication = circle.publish(of(DISTRICTS, WHOLE))
    assert [entry.note.table for entry in publication.tables] == ["districts"]
    assert told(planned, "whole") == [
        ((circle.towns[2],), (), "protects at the source and did not deliver it"),
        ((circle.towns[2],), (2024,), "without them the region's sum would be too low"),
    ]
    circle.deliver(2, of(WHOLE))
    assert "whole" in {entry.note.table for entry in circle.publish(of(DISTRICTS, WHOLE))[1].tables}


MISFITS = {
    "other classes": (lambda made: made, of(replace(DISTRICTS, dimensions=(("age", "ten"), ("sex", "two")))), "detail"),
    "a margin less": (lambda made: made, of(replace(DISTRICTS, margins=((), ("sex",)))), "without these margins (age)"),
    "other members": (
        lambda made: replace(
            made, columns=(*made.columns[:2], Column("age", made["age"].codes, ("a", "b", "c", "d", "e")), *made.columns[3:])
        ),
        of(DISTRICTS),
        "with other members (age)",
    ),
}


@pytest.mark.parametrize("name", MISFITS)
def test_a_table_of_another_detail_is_left_out_and_said_so(tmp_path, name):
    change, catalogue, why = MISFITS[name]
    circle = Circle(tmp_path, [2])
    circle.deliver(0)
    circle.deliver(1)
    circle.deliver(2, catalogue, change=change)
    planned, publication = circle.publish(of(DISTRICTS))
    ((areas, years, words),) = told(planned, "districts")
    assert (areas, years) == ((circle.towns[2],), (2024,))
    assert why in words
    assert {area[:8] for area in areas_of(publication, "districts")} == set(circle.towns[:2])


def test_what_the_catalogue_does_not_publish_is_cut_off(tmp_path):
    """An office that went by a more generous catalogue shows no margin more and no area below the least count."""
    circle = Circle(tmp_path, [2])
    circle.deliver(0)
    circle.deliver(1)
    circle.deliver(2, of(replace(DISTRICTS, margins=(*DISTRICTS.margins, ("age", "sex")))))
    asked = replace(DISTRICTS, min_parent=400)
    publication = circle.publish(of(asked))[1]
    districts = publication.open("districts")
    assert districts.margins() == {(), ("age",), ("sex",)}
    total = districts.select(age="total", sex="total")
    shown = [value for area, value in zip(total["area"].values(), total.value, strict=True) if area.startswith(circle.towns[2])]
    assert 0 < len(shown) < 3
    assert min(shown) >= 400
    assert set(districts.areas) == set(total["area"].values())


def test_an_office_too_small_for_a_table_is_not_said_to_have_kept_it(tmp_path):
    circle, large = Circle(tmp_path, [2]), of(replace(DISTRICTS, min_parent=1300))
    circle.deliver(0)
    circle.deliver(1)
    circle.deliver(2, large)
    planned, publication = circle.publish(large)
    assert told(planned, "districts") == [
        ((circle.towns[2],), (2024,), "protects at the source; nothing of these years: not delivered, or too small")
    ]
    assert "districts 2024, Ort 3: protects" in " ".join(planned.gaps)
    assert {area[:8] for area in areas_of(publication, "districts")} == {circle.towns[0]}


def test_years_come_one_after_the_other(tmp_path):
    circle = Circle(tmp_path, [2])
    circle.deliver(0, years=(2022, 2023, 2024))
    circle.deliver(1, years=(2022, 2023, 2024))
    circle.deliver(2, of(DISTRICTS, WHOLE), years=(2023,))
    circle.deliver(2, of(DISTRICTS, WHOLE), years=(2024,), sequence=2)
    planned, publication = circle.publish(of(DISTRICTS, WHOLE))
    own = {years for area, years in areas_of(publication, "districts").items() if area.startswith(circle.towns[2])}
    assert own == {(2023, 2024)}
    assert publication["districts"].years == (2022, 2023, 2024)
    assert areas_of(publication, "whole") == {"muster": (2023, 2024)}
    assert told(planned, "districts") == [
        ((circle.towns[2],), (2022,), "protects at the source; nothing of these years: not delivered, or too small")
    ]


def test_values_that_the_p_table_cannot_give_are_refused(tmp_path):
    """Counts that were not protected give themselves away: `standard` publishes no 1 and no 2."""
    circle = Circle(tmp_path, [2])
    circle.deliver(0)
    circle.deliver(1)
    circle.deliver(2, of(DISTRICTS), change=lambda made: replace(made, value=np.where(made.value % 7 == 0, 2, made.value)))
    planned = plan(circle.hub, of(DISTRICTS))
    (finding,) = (finding for finding in planned.findings if not finding.passed)
    assert (finding.tables, finding.check.attack) == (("districts",), "protected at the source")


def test_a_cell_on_a_border_is_published_only_with_all_its_parts(tmp_path):
    circle = Circle(tmp_path, [0, 2])
    circle.deliver(0, of(CELLS))
    circle.deliver(1)
    circle.deliver(2, of(CELLS))
    planned, publication = circle.publish(of(CELLS))
    (cells,) = planned.outgoing
    on_border = [label for label in cells.cube.areas if label.endswith(BORDER_CELLS)]
    assert len(on_border) == 2  # of four: in the other two there are 2 and 8 people of the middle town
    place = dict(zip(cells.cube["area"].values(), cells.draws.tolist(), strict=True))
    assert {place[label] for label in on_border} == {2}
    assert {draws for label, draws in place.items() if label not in on_border} == {1}
    ((areas, years, why),) = told(planned, "cells")
    assert (areas, years) == ((circle.towns[0], circle.towns[2]), (2024,))
    assert why == "cells on borders: 2 left out, as the part of one municipality is missing or too small"
    # what is published there is what people of both sides live there, but for the noise of two draws
    persons, shown = circle.people, publication.open("cells")
    alive = (persons["born"] <= 2024) & (persons["residence"] == 0)
    counted = dict.fromkeys(on_border, 0)
    for cell in persons["cell"][alive].tolist():
        label = cell_id(cell, 10_000)
        if label in counted:
            counted[label] += 1
    found = {label: int(shown.select(area=label).value[0]) for label in on_border}
    assert all(abs(found[label] - counted[label]) <= 8 for label in on_border)


def test_cells_of_an_office_that_is_silent_are_unknown_and_not_empty(tmp_path):
    everywhere = replace(CELLS, min_parent=0)
    circle = Circle(tmp_path, [0, 1])
    circle.deliver(2)
    circle.deliver(1, of(everywhere))
    planned, publication = circle.publish(of(everywhere))
    assert EVERYWHERE not in areas_of(publication, "cells")
    assert told(planned, "cells")[0] == ((circle.towns[0],), (), "protects at the source and did not deliver it")
    assert not [label for label in areas_of(publication, "cells") if label.endswith("E4300000")]
    circle.deliver(0, of(everywhere))
    planned, publication = circle.publish(of(everywhere))
    assert areas_of(publication, "cells") == {EVERYWHERE: (2024,)}
    assert told(planned, "cells") == []


def test_without_outlines_the_release_says_that_borders_are_unknown(tmp_path):
    circle = Circle(tmp_path, [2], outlines=False)
    circle.deliver(0)
    circle.deliver(1)
    circle.deliver(2, of(CELLS))
    assert "without outlines" in told(plan(circle.hub, of(CELLS)), "cells")[0][2]


def test_a_damaged_store_is_not_published(tmp_path):
    circle = Circle(tmp_path, [])
    for place in range(3):
        circle.deliver(place)
    path = circle.hub.folder / "store/stock/12-31" / f"{circle.towns[1]}-2024.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(AllmendeError, match="damaged") as error:
        plan(circle.hub, of(DISTRICTS))
    assert error.value.where == str(path)


def test_expected_accuracy_is_that_of_sums_of_draws():
    """Against a simulation: 200,000 sums of three draws at large counts."""
    protection = load_profile("standard", bytes(32))
    draw = np.random.default_rng(1)
    n = np.full((200_000, 3), 500)
    noise = (protection.protect(n, draw.integers(0, 2**32, n.shape, dtype=np.uint32)) - n).sum(axis=1)
    told = expect(np.full(10, 3), protection)
    assert told.mean_deviation == pytest.approx(np.abs(noise).mean(), abs=0.02)
    assert told.within_one == pytest.approx((np.abs(noise) <= 1).mean(), abs=0.005)
    assert told.four_or_more == pytest.approx((np.abs(noise) >= 4).mean(), abs=0.005)
    assert noise.var() == pytest.approx(3 * protection.table.variance(), rel=0.02)
