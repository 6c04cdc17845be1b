"""The demo's neighbours ask who would host what if they shared functions, and who is reached in time."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from allmende.demo.steps import Advance
from allmende.outlook.folder import CURRENT, DESCRIPTION
from allmende.outlook.planning import make_plans
from allmende.outlook.proposals import FUNCTIONS
from allmende.outlook.reach import read_reach


def join_in(public: Path, advance: Advance) -> tuple[str, str]:
    """Write the region's proposals into its public folder, and their plans into the outlook in force."""
    words = (files("allmende.parameters") / "demo_functions.toml").read_text(encoding="utf-8")
    (public / FUNCTIONS).write_text(words, encoding="utf-8")
    if not (public / CURRENT / DESCRIPTION).is_file():
        return "Übersprungen, es gibt keine Vorausschau", "Skipped, there is no look ahead"
    plans, refused = make_plans(public, advance)
    saved = sum(plan.saved for plan in plans)
    reached = [service.now.of("region").share for service in read_reach(public / CURRENT)]
    share = f"{100 * min(reached):.0f}" if reached else "?"
    thousands = f"{saved / 1000:,.0f}"
    de = f"{len(plans)} Pläne sparen {thousands.replace(',', '.')} Tsd. € im Jahr"
    de = f"{de}; von den gezählten Menschen erreicht die Feuerwehr {share} % rechtzeitig"
    en = f"{len(plans)} plans save {thousands} thousand euros a year"
    en = f"{en}; an engine reaches {share} % of the people counted in time"
    if refused:
        de, en = f"{de}; {len(refused)} ohne zulässigen Plan", f"{en}; {len(refused)} without a feasible plan"
    return de, en
