"""Whatever bytes come: the check lists findings, accounts for every record and never breaks."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from allmende.register.examination import examine
from allmende.register.processing import process
from allmende.register.profile import example_profile

RELAXED = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def assert_everything_is_accounted_for(examined):
    for finding in examined.findings:
        assert all(finding.words("de"))
        assert all(finding.words("en"))
    for count in examined.summary.files.values():
        assert count.records == count.quarantined + count.merged + count.counted


@given(data=st.binary(max_size=300), profile=st.sampled_from(["semicolon", "comma", "fixed"]))
@RELAXED
def test_any_bytes_can_be_examined(run_of, data, profile):
    assert_everything_is_accounted_for(examine(run_of(data, data, profile=example_profile(profile))))


@pytest.mark.parametrize("name", ["semicolon", "comma", "fixed"])
@given(st.data())
@RELAXED
def test_a_file_with_any_damage_can_be_examined(run_of, vendor, name, data):
    profile = example_profile(name)
    stock = vendor.write(profile, "stock", [vendor.person(str(n)) for n in range(6)])
    events = vendor.write(
        profile, "events", [vendor.event("Z", "01.02.2024", str(n), counterpart="02000000") for n in range(6)]
    )
    examined = examine(run_of(damaged(stock, data), damaged(events, data), profile=profile))
    assert_everything_is_accounted_for(examined)


def damaged(file: bytes, data) -> bytes:
    for _ in range(data.draw(st.integers(0, 4))):
        at, length = data.draw(st.integers(0, len(file))), data.draw(st.integers(0, 40))
        file = file[:at] + data.draw(st.binary(max_size=12)) + file[at + length :]
    return file


@given(order=st.randoms(use_true_random=False), without_id=st.booleans())
@RELAXED
def test_the_order_of_events_changes_no_cube(run_of, vendor, secret, order, without_id):
    e = vendor.event
    events = [
        e("Z", "01.02.2024", "1", counterpart="04999002"), e("W", "01.02.2024", "1", counterpart="04999002"),
        e("Z", "01.02.2024", "1", counterpart="11000000"), e("U", "03.03.2024", "1", house_number="1a", from_house_number="1"),
        e("U", "03.03.2024", "1", from_house_number="1a", from_street_key="00011"),
        e("G", "04.04.2024", "2", birth_date="04.04.2024"),
        e("W", "05.05.2024", "3", counterpart="04999002"), e("W", "05.05.2024", "4", counterpart="04999002"),
    ]  # fmt: skip
    events = [row | {"id": ""} for row in events] if without_id else events
    stock = [vendor.person("1"), vendor.person("2", birth_date="04.04.2024")]
    first = process(run_of(stock, events), secret)
    order.shuffle(events)
    second = process(run_of(stock, events), secret)
    contents = [[cube.sealed().manifest.content for cube in result.cubes] for result in (first, second)]
    assert contents[0] == contents[1]
    assert sum(cube.total() for cube in first.cubes[1:]) == len(events)
