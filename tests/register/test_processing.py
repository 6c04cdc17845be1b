"""The whole run: every person is somewhere, whatever the order, whichever the vendor; and nothing personal leaves."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allmende.cubes.base import write_cube
from allmende.errors import Refused
from allmende.register.examination import examine
from allmende.register.keydates import KeyDateRule
from allmende.register.processing import aggregate, process
from allmende.register.profile import example_profile
from allmende.register.secret import Secret, record_keys

AGS = "03999001"
BOTH = (KeyDateRule.parse("12-31"), KeyDateRule.parse("10-01@08-01"))
CUBES = ["stock", "stock", "births", "deaths", "internal_moves", "external_moves"]

rows_of_persons = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from(["", "1", "2", "3", "4"]),
            "birth_date": st.sampled_from(["17.05.1980", "29.02.2000", "30.02.2000", "", "01.09.2024"]),
            "sex": st.sampled_from(["m", "w", "1", "?", ""]),
            "citizenships": st.sampled_from(["000", "163", "000/163", "", "D"]),
            "residence": st.sampled_from(["H", "N", "A", "Z"]),
            "street": st.sampled_from(["Hauptstr.", "Hauptstraße", "Nirgends"]),
            "house_number": st.sampled_from(["1", "1a", "99"]),
            "district": st.sampled_from(["0001", "", "77"]),
        }
    ),
    min_size=1,
    max_size=12,
)


@given(rows=rows_of_persons, order=st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_row_is_counted_merged_or_quarantined_and_row_order_changes_no_cube(run_of, secret, rows, order):
    result = process(run_of(rows), secret, most_set_aside=1)
    count = result.summary.files["stock"]
    assert result.cubes[0].total() == count.counted == sum(result.summary.stocks[0].placed.values())
    lines = result.examined.quarantine.get("stock.csv", b"\n").count(b"\r") - (1 if count.quarantined else 0)
    assert count.records == len(rows) == count.counted + count.merged + lines
    order.shuffle(rows)
    again = process(run_of(rows), secret, most_set_aside=1)
    assert again.cubes[0].sealed().manifest.content == result.cubes[0].sealed().manifest.content


def test_one_pass_gives_both_key_dates_and_all_events(run_of, vendor, secret):
    p, e = vendor.person, vendor.event
    stock = [
        p("stays", birth_date="02.08.2018"), p("moved", street_key="00012", house_number="7", district="0002"), p("came"),
        p("baby", birth_date="05.11.2024"), p("summer", birth_date="15.09.2024"), p("now-german"),
    ]  # fmt: skip
    events = [
        e("U", "10.10.2024", "moved", street_key="00012", house_number="7", district="0002", from_street_key="00011",
          from_house_number="1", from_district="0001"),
        e("Z", "02.10.2024", "came", counterpart="04999002"), e("W", "01.10.2024", "gone-that-day", counterpart="11000000"),
        e("W", "02.10.2024", "gone-later", counterpart_state="163"), e("S", "24.12.2024", "died", birth_date="01.01.1940"),
        e("G", "05.11.2024", "baby", birth_date="05.11.2024", mother_birth_date="31.12.1994"),
        e("G", "15.09.2024", "summer", birth_date="15.09.2024"),
        e("ST", "20.11.2024", "now-german", from_citizenships="163"),
    ]  # fmt: skip
    result = process(run_of(stock, events, rules=BOTH), secret)
    december, october, births, deaths, internal, external = result.cubes
    assert result.summary.events == {
        "births": 2, "deaths": 1, "internal_moves": 1, "external_moves": 3, "changes_of_status": 1, "of_other_years": 0,
    }  # fmt: skip
    assert [cube.manifest.kind for cube in result.cubes] == CUBES
    assert (december.manifest.key_date, december.manifest.age_date) == (date(2024, 12, 31), date(2024, 12, 31))
    assert (october.manifest.key_date, october.manifest.age_date) == (date(2024, 10, 1), date(2024, 8, 1))
    # on 1.10. there are: stays, moved, summer, now-german, gone-later, died; whoever left that day is gone
    assert (december.total(), october.total()) == (6, 6)
    ages = dict(zip(october.rollup(["age"])["age"].values(), october.rollup(["age"]).n.tolist(), strict=True))
    assert ages == {0: 1, 5: 1, 44: 3, 84: 1}
    assert dict(october.manifest.notes)["born_after_age_date"] == 1
    assert october.rollup(["nationality"]).n.tolist() == [5, 1]
    assert december.rollup(["nationality"]).n.tolist() == [6]
    assert october.rollup(["district"])["district"].values() == [f"{AGS}.0001"]
    assert (births.total(), births.cells["age"].values()) == (2, [-1, 30])
    assert deaths.cells["age"].values() == [84]
    assert internal.cells["origin_district"].values() == [f"{AGS}.0001"]
    assert internal.cells["district"].values() == [f"{AGS}.0002"]
    flows = external.rollup(["direction", "counterpart"])
    assert list(zip(flows["direction"].values(), flows["counterpart"].values(), strict=True)) == [
        ("in", "04999002"), ("out", "11"), ("out", "abroad"),
    ]  # fmt: skip
    assert not result.examined.findings or {f.code for f in result.examined.findings} == {"event.no_mother"}


def test_events_of_other_years_roll_the_stock_and_are_told_but_not_counted(run_of, vendor, secret):
    events = [vendor.event("W", "15.01.2025", "left-later"), vendor.event("Z", "20.12.2023", "1", counterpart="02000000")]
    result = process(run_of([vendor.person("1")], events, as_of=date(2025, 1, 20)), secret)
    assert result.cubes[0].total() == 2
    assert result.summary.events is not None
    assert result.summary.events["of_other_years"] == 2
    assert result.cubes[-1].total() == 0


def test_a_key_date_apart_from_the_extract_needs_events(run_of, vendor, secret):
    with pytest.raises(Refused, match="2024-10-01"):
        process(run_of([vendor.person("1")], rules=BOTH), secret)


VENDORS = {
    "semicolon": ({"birth_date": "17.05.1980", "sex": "2", "residence": "A", "street": "Hauptstraße", "house_number": "1",
                   "citizenships": "163/000"},
                  {"event": "Z", "date": "01.03.2024", "counterpart": "04999002"}),
    "comma": ({"birth_date": "1980-05-17", "sex": "w", "residence": "EW", "address": "Hauptstraße 1", "citizenships": "163 0"},
              {"event": "zuzug", "date": "2024-03-01", "counterpart": "04999002"}),
    "fixed": ({"birth_date": "19800517", "sex": "2", "residence": "0", "street": "Hauptstraße", "house_number": "0001",
               "citizenships": "163000"},
              {"event": "04", "date": "20240301", "counterpart": "04999002"}),
}  # fmt: skip


def test_three_vendors_files_of_the_same_person_give_the_same_cubes(run_of, secret):
    contents = set()
    for name, (person, event) in VENDORS.items():
        person = person | {"id": "4711", "district": "0001"}
        result = process(run_of([person], [person | event], profile=example_profile(name)), secret)
        assert not result.examined.findings, name
        assert result.cubes[0].cells.key.tolist() == record_keys(secret, AGS, ["4711"]).tolist()
        contents.add(tuple(cube.sealed().manifest.content for cube in result.cubes))
    assert len(contents) == 1


def test_nothing_personal_is_in_cubes_manifests_or_the_summary(run_of, vendor, secret, tmp_path):
    personal = ["GEHEIM-4711", "GEHEIM-4712", "17.05.1980", "1980-05-17", "Hauptstr", "Nirgendweg", "00011", "27001"]
    rows = [vendor.person("GEHEIM-4711"), vendor.person("GEHEIM-4712", street="Nirgendweg", street_key="", sex="q")]
    result = process(run_of(rows, [vendor.event("W", "01.03.2024", "GEHEIM-4711")]), secret, most_set_aside=1)
    assert {"value.code", "event.still_in_stock"} <= {f.code for f in result.examined.findings}
    shown = json.dumps(result.summary.to_fields(), default=str) + repr(result) + repr(result.examined.findings)
    shown += "".join(f.line_of_text(language) for f in result.examined.findings for language in ("de", "en"))
    for number, cube in enumerate(result.cubes):
        write_cube(cube, tmp_path / f"{number}.parquet")
        shown += cube.manifest.to_json() + (tmp_path / f"{number}.parquet").read_bytes().decode("latin-1")
    assert not [word for word in personal if word in shown]
    assert secret.value.hex() not in shown


def test_persons_without_an_id_get_fallback_keys_and_twins_stay_two(run_of, vendor, secret):
    twins = [vendor.person(""), vendor.person("")]
    result = process(run_of([*twins, vendor.person("1")]), secret)
    assert (result.summary.fallback, result.summary.identities, result.cubes[0].total()) == (2, 3, 3)
    assert result.summary.to_fields()["fallback_share"] == pytest.approx(2 / 3, abs=1e-6)
    keys = result.cubes[0].cells.key
    moved = process(run_of([vendor.person("", house_number="1a")]), secret).cubes[0].cells.key
    assert int(keys[0]) != int(moved[0])


def test_keys_change_with_the_secret_and_counts_do_not(run_of, vendor, secret):
    run = run_of([vendor.person("1"), vendor.person("2", sex="m")])
    one, other = process(run, secret).cubes[0], process(run, Secret("2027", bytes(32))).cubes[0]
    assert one.cells.n.tolist() == other.cells.n.tolist()
    assert one.cells.key.tolist() != other.cells.key.tolist()
    assert (one.manifest.epoch, one.manifest.key_check) == (secret.epoch, secret.check_value())


def test_the_same_move_has_the_same_key_in_both_offices(run_of, vendor, secret, region):
    out = [vendor.event("W", "01.03.2024", n, counterpart="04999002") for n in ("1", "2")]
    come = [vendor.event("Z", "01.03.2024", n, counterpart="039990010001"[:5] + "0000" + "001") for n in ("x", "y")]
    left = process(run_of([vendor.person("3")], out), secret).cubes[-1]
    run = replace(run_of([vendor.person(n) for n in ("x", "y")], come, houses=None), ags="04999002")
    arrived = process(run, secret).cubes[-1]
    assert left.rollup(["counterpart"])["counterpart"].values() == ["04999002"]
    assert arrived.rollup(["counterpart"])["counterpart"].values() == [AGS]
    assert left.cells.n.tolist() == arrived.cells.n.tolist() == [2]
    assert left.cells.key.tolist() == arrived.cells.key.tolist()


def test_first_event_has_the_persons_key_and_later_ones_another(run_of, vendor, secret):
    p, e = vendor.person("1"), vendor.event
    events = [e("Z", "01.02.2024", "1", counterpart="11000000"), e("W", "01.03.2024", "1", counterpart="12000000"),
              e("Z", "01.04.2024", "1", counterpart="13000000")]  # fmt: skip
    cells = process(run_of([p], events), secret).cubes[-1].rollup(["counterpart"])
    keys = dict(zip(cells["counterpart"].values(), cells.key.tolist(), strict=True))
    own = int(record_keys(secret, AGS, ["1"])[0])
    assert keys["11"] == own
    assert len({own, keys["12"], keys["13"]}) == 3


def test_reconciliation_explains_every_person_or_names_the_line(run_of, vendor, secret):
    p, e = vendor.person, vendor.event
    previous = [p("stays"), p("dies"), p("leaves"), p("vanishes"), p("becomes-german", citizenships="163")]
    events = [e("S", "01.02.2024", "dies"), e("W", "01.03.2024", "leaves"), e("Z", "01.04.2024", "comes"),
              e("ST", "01.05.2024", "becomes-german", from_citizenships="163")]  # fmt: skip
    stock = [p("stays"), p("comes"), p("becomes-german"), p("appears")]
    examined = examine(run_of(stock, events, previous))
    table = examined.summary.reconciliation
    assert table is not None
    assert table.rows["start"] == (5, 5, 0, 4, 1)
    assert table.rows["nationality"] == (0, 0, 0, 1, -1)
    assert table.rows["expected"] == (4, 4, 0, 4, 0)
    assert (table.rows["missing"][0], table.rows["surplus"][0], table.rows["found"][0]) == (-1, 1, 4)
    assert not table.fits
    assert [(f.code, f.file, f.line) for f in examined.findings] == [
        ("previous.missing", "previous.csv", 5), ("previous.surplus", "stock.csv", 5),
    ]  # fmt: skip
    bad = examine(run_of([*stock[:3], p("vanishes", sex="?")], events, previous)).summary.reconciliation
    assert bad is not None
    assert (bad.rows["quarantine"][0], bad.rows["missing"][0], bad.fits) == (-1, 0, True)
    fitting = examine(run_of([*stock[:3], p("vanishes")], events, previous))
    assert fitting.summary.reconciliation is not None
    assert fitting.summary.reconciliation.fits


def test_checking_twice_gives_the_same_bytes(run_of, vendor, secret, tmp_path):
    run = run_of([vendor.person(str(n), sex="mw"[n % 2]) for n in range(20)])
    examined = examine(run)
    for name in ("a", "b"):
        write_cube(aggregate(examined, secret).cubes[0], tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert np.all(aggregate(examined, secret).cubes[0].cells.n > 0)
