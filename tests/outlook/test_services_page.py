"""docs/formats/services.md describes what is read and written, no more and no less."""

import re
import tomllib
from pathlib import Path

import numpy as np

from allmende.needs.capacity import Facility
from allmende.needs.demand import People
from allmende.needs.service_data import parse_service
from allmende.outlook import facilities, people
from allmende.outlook.needs import Geography, weigh_needs
from allmende.outlook.needs_file import as_document

PAGE = (Path(__file__).parents[2] / "docs" / "formats" / "services.md").read_text(encoding="utf-8")


def fields(heading: str) -> set[str]:
    """Return the names in the first column of the table under a heading."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    return {name for row in re.findall(r"^\|([^|]*)\|", section, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)}


def test_the_service_on_the_page_can_be_read() -> None:
    service = parse_service(tomllib.loads(re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)[0]), "services.md")
    assert service.id == "kita"
    assert len(service.missing()) == 1
    assert service.norm


def test_columns_are_those_that_are_read() -> None:
    assert fields("Facilities") == set(facilities.COLUMNS)
    assert fields("People") == {*people.KIND.columns, *people.KIND.optional}


def test_fields_of_the_result_are_those_that_are_written() -> None:
    text = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)[0].split("[[part.quota]]\nages = [3, 5]")[0]
    service = parse_service(tomllib.loads(text), "services.md")
    known = People(np.ones((1, 2, 1, 1)), (2025, 2026), ("a",), service.spans())
    there = (Facility("k", "kita", "u3", "Kita", "a", 15.0),)
    document = as_document(weigh_needs(known, (service,), there, (Geography("area", {"a": "a"}),), seed=1))
    (written,) = document["services"]
    assert fields("What comes out") == written["areas"]["area"].keys()
    assert all(f"`{name}`" in PAGE for name in (*document, *written) if name not in ("format", "services"))
