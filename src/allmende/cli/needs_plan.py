"""`allmende needs plan`: siting plans of a region, and who is reached in time, into its look ahead."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from allmende.cli.output import json_option, say, say_json
from allmende.outlook.access import Year, read_access
from allmende.outlook.folder import CURRENT
from allmende.outlook.inhabited import judge
from allmende.outlook.joint_plan import JointPlan
from allmende.outlook.needs import REGION
from allmende.outlook.planning import make_plans
from allmende.outlook.reach import read_reach


@click.command("plan")
@click.argument("public", type=click.Path(path_type=Path, file_okay=False, exists=True))
@json_option
@click.pass_context
def plan(ctx: click.Context, public: Path, as_json: bool) -> None:
    """Say who would host what if neighbours shared functions, and who is reached in time, from the look ahead in force.

    PUBLIC/functions.toml names partners, functions and costs (docs/guide/shared-functions.md). Plans and their cost games are
    written to PUBLIC/outlook/siting/, fire cover to PUBLIC/outlook/reach.json, who can count on doctors and other services with
    a norm to PUBLIC/outlook/access.json. Exit code 1 if no plan keeps the terms of a proposal; the message says which term
    must give way, and how far.

    \b
    Example:
      allmende needs plan demo-data/public
      allmende sharing solve demo-data/public/outlook/siting/rathaus.game.json --method nucleolus
    """
    made, refused = make_plans(public)
    covers, services = read_reach(public / CURRENT), read_access(public / CURRENT)
    if as_json:
        reach = [
            {
                "service": each.service,
                "now": each.now.of("region").share,
                "planned": each.planned.of("region").share,
                "target": each.target,
                "uncounted": round(each.now.of("region").uncounted),
                "held": judge(each.now.of("region").bounds, each.target),
            }
            for each in covers
        ]
        access = [
            {"service": each.service, "target": each.target, "years": {year.year: _region(year) for year in each.years}}
            for each in services
        ]
        plans = [asdict(each) | {"gap": each.gap} for each in made]
        say_json({"plans": plans, "refused": list(refused), "reach": reach, "access": access})
    else:
        for each in made:
            _say(each)
        for cover in covers:
            now, planned = cover.now.of("region").share, cover.planned.of("region").share
            say(f"{cover.title['en']}: {now:.1%} reached in time, {planned:.1%} as planned; target {cover.target:.0%}")
            say_uncounted(cover.now.of("region").uncounted)
        for served in services:
            first, last = (_region(year) for year in (served.years[0], served.years[-1]))
            span = f"{served.years[0].year} {first['share']:.1%}, {served.years[-1].year} {last['share']:.1%}"
            say(f"{served.title['en']}: within {served.minutes:g} min {span}; target {served.target:.0%}")
            say_uncounted(first["uncounted"])
        for words in refused:
            say(words)
    if refused:
        ctx.exit(1)


def _region(year: Year) -> dict[str, float]:
    whole = year.of(REGION)
    if whole is None:
        return {"share": 0.0, "cover": 0.0, "uncounted": 0.0}
    return {"share": whole.share, "cover": whole.cover, "uncounted": whole.uncounted or 0.0}


def say_uncounted(people: float) -> None:
    """Say how many people a share leaves out; nothing where it leaves out nobody."""
    if round(people):
        say(f"  {people:,.0f} people live in cells that were not released; they are not counted")


def _say(found: JointPlan) -> None:
    say(f"{found.title['en']} ({found.year}, {found.draws} draws)")
    for function in found.functions:
        say(f"  {function.title['en']}: {', '.join(found.name(host) for host in function.hosts)}")
    interval = f"80 %: {found.saved_low:,.0f} to {found.saved_high:,.0f}"
    say(f"  saves {found.saved:,.0f} a year of {found.alone:,.0f} alone ({interval})")
    say(f"  gap {found.gap:.3%}, largest regret {found.regret:,.0f}")
    for partner in found.partners:
        say(f"    {partner.name:<24} {partner.gain:>+12,.0f} (80 %: {partner.gain_low:+,.0f} to {partner.gain_high:+,.0f})")
