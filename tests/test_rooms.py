"""The house's rules about who may import whom, read from the code."""

import ast
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent / "src" / "allmende"
MODULES = sorted(path for path in HOUSE.rglob("*.py"))

GROUND = {"errors", "files", "comparison", "areas", "cubes", "parameters"}
ROOMS = {
    "errors": set(),
    "files": {"errors"},
    "comparison": set(),
    "parameters": {"errors"},
    "areas": {"errors", "files", "parameters"},
    "cubes": {"errors", "parameters", "areas"},
    "money": {"errors"},
    "sharing": GROUND | {"money"},
    "engine": {"errors", "cubes"},
    "privacy": GROUND,
    "deliveries": GROUND,
    "register": GROUND | {"engine", "deliveries"},
    "hub": GROUND | {"engine", "deliveries"},
    "release": GROUND | {"engine", "privacy", "hub", "deliveries"},
    "projection": GROUND,
    "needs": GROUND,
    "outlook": GROUND | {"projection", "needs"},
    "schemes": GROUND | {"money", "sharing"},
    "fund": GROUND | {"money", "sharing", "schemes"},
    "demo": GROUND | {"engine", "register", "deliveries", "hub", "privacy", "release", "projection", "needs", "outlook"},
    "selfcheck": GROUND | {"fund", "schemes", "engine", "privacy", "release", "projection", "needs", "sharing"},
    "portal": {"errors", "areas", "cubes", "parameters", "projection", "needs", "outlook"},
}
"""What each room may stand on; `cli` may call every room, and no room imports `cli` or (but for `cli`) `portal`."""

OWNERS = {
    "duckdb": {"engine"},
    "pyspark": {"engine"},
    "narwhals": {"engine", "register", "privacy", "hub", "release"},
    "django": {"portal"},
    "allauth": {"portal"},
    "geopandas": {"areas"},
    "osmium": {"areas"},
    "numba": {"fund", "projection", "needs"},
    "highspy": {"needs", "sharing"},
    "click": {"cli"},
    "rich": {"cli", "demo"},
}
"""Libraries that only some rooms may name."""


def room(path: Path) -> str:
    first = path.relative_to(HOUSE).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> list[tuple[int, str]]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [(node.lineno, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}:{node.lineno} imports relatively; name the room in full"
            found.append((node.lineno, node.module or ""))
    return found


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(HOUSE)))
def test_a_module_imports_only_what_its_room_may(path: Path) -> None:
    here = room(path)
    for line, name in imports(path):
        top, *rest = name.split(".")
        if top in OWNERS:
            assert here in OWNERS[top], f"{path}:{line} imports {top}; only {sorted(OWNERS[top])} may"
        if top == "allmende" and rest and here in ROOMS:
            allowed = ROOMS[here] | {here}
            assert rest[0] in allowed, f"{path}:{line} imports {name}; {here} stands only on {sorted(allowed)}"


def test_every_room_has_its_rule() -> None:
    rooms = {room(path) for path in MODULES} - {"__init__", "__main__", "cli"}
    assert rooms <= ROOMS.keys(), f"no rule yet for {sorted(rooms - ROOMS.keys())}"


@pytest.mark.parametrize("path", [p for p in MODULES if room(p) == "portal"], ids=lambda path: str(path.relative_to(HOUSE)))
def test_the_portal_never_names_a_base_cube(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert "BaseCube" not in text
    assert "read_cube" not in text
