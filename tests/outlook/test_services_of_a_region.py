"""Which services a region has: ours, its own in their place, and the ages that one draw must give for all."""

from importlib.resources import files
from pathlib import Path

import pytest

from allmende.errors import AllmendeError
from allmende.needs.services import Span
from allmende.outlook.services import load_services, needed_bands

DOCTORS = (files("allmende.parameters") / "services" / "doctors.toml").read_text(encoding="utf-8")


def test_a_region_s_own_file_takes_the_place_of_ours(tmp_path: Path) -> None:
    (tmp_path / "doctors.toml").write_text(DOCTORS.replace("[0, 100]", "[0, 99]"), encoding="utf-8")
    services = {service.id: service for service in load_services(tmp_path)}
    assert set(services) == {"care", "doctors", "fire", "kita", "primary_school"}
    assert services["doctors"].spans() == (Span(0, 99),)


def test_a_service_that_we_do_not_know_stands_beside_ours(tmp_path: Path) -> None:
    (tmp_path / "midwives.toml").write_text(DOCTORS.replace('"doctors"', '"midwives"', 1), encoding="utf-8")
    assert "midwives" in [service.id for service in load_services(tmp_path)]


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        ("doctors.toml", "id = ", "cannot be read"),
        ("doctors.toml", 'id = "doctors"', "kind is None"),
        ("gp.toml", DOCTORS, "calls itself 'doctors'"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, name: str, text: str, what: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(AllmendeError, match=what) as caught:
        load_services(tmp_path)
    assert name in caught.value.where


def test_a_folder_that_is_not_there_is_an_error_and_not_ours(tmp_path: Path) -> None:
    with pytest.raises(AllmendeError, match="not there"):
        load_services(tmp_path / "nowhere")


def test_one_draw_serves_all() -> None:
    bands = needed_bands(load_services())
    assert len(set(bands)) == len(bands)
    assert all(span in bands for service in load_services() for span in service.spans())
