"""Proposals of the invented region to share functions: one pays, one has terms at which nobody saves, one no plan can keep."""

from __future__ import annotations

from pathlib import Path

from allmende.outlook.planning import make_plans
from allmende.outlook.proposals import FUNCTIONS

SOURCE = '{ de = "erfundene Kosten", en = "invented costs" }'

GUESS = '{ de = "Annahme: erfunden", en = "assumption: invented" }'

FILE = f"""
[[plan]]
id = "amt"
title = {{ de = "Ein Amt für fünf", en = "One office for five" }}
partners = ["98001002", "98001003", "98001004", "99002001", "99002002"]
year = 2032
minute_value = 0.3
minute_source = {SOURCE}
participation = "demand"
max_functions = 1

[[plan.function]]
id = "standesamt"
title = {{ de = "Standesamt", en = "Registry office" }}
unit = {{ de = "Vorgänge im Jahr", en = "cases a year" }}
quota = [{{ ages = [18, 100], by_year = {{ 2025 = 0.03 }}, source = {GUESS}, spread = 0.1 }}]
fixed_cost = 60000
ways = 2
source = {SOURCE}

[[plan.function]]
id = "hort"
title = {{ de = "Ferienhort", en = "Holiday club" }}
unit = {{ de = "Tage im Jahr", en = "days a year" }}
quota = [{{ ages = [6, 10], by_year = {{ 2025 = 5 }}, source = {{ de = "eigene Zählung", en = "own count" }} }}]
fixed_cost = 15000
ways = 2
min_load = 200
capacity = 90000
reach = 90
source = {SOURCE}

[[plan]]
id = "zwang"
title = {{ de = "Alles an einem Ort", en = "All in one place" }}
partners = ["98001001", "99002001", "99002002"]
year = 2030
minute_value = 2
minute_source = {SOURCE}
min_share = 0

[[plan.function]]
id = "buecherei"
title = {{ de = "Bücherei", en = "Library" }}
unit = {{ de = "Besuche im Jahr", en = "visits a year" }}
quota = [{{ ages = [0, 100], by_year = {{ 2025 = 4 }}, source = {{ de = "eigene Zählung", en = "own count" }} }}]
fixed_cost = 20000
ways = 2
sites = 1
source = {SOURCE}

[[plan]]
id = "eng"
title = {{ de = "Ein Bauhof für alle", en = "One depot for all" }}
partners = ["98001001", "99002001", "99002002"]
year = 2030
minute_value = 1
minute_source = {SOURCE}

[[plan.function]]
id = "bauhof"
title = {{ de = "Bauhof", en = "Depot" }}
unit = {{ de = "Einsätze im Jahr", en = "jobs a year" }}
quota = [{{ ages = [0, 100], by_year = {{ 2025 = 0.3 }}, source = {GUESS} }}]
fixed_cost = 90000
ways = 2
reach = 5
sites = 1
source = {SOURCE}
"""


def write_invented_plans(public: Path) -> None:
    """Write the proposals and work their plans out into the outlook in force."""
    (public / FUNCTIONS).write_text(FILE, encoding="utf-8")
    make_plans(public)
