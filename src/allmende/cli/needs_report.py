"""`allmende needs report`: what is needed and what is there, from plain files or a look ahead."""

from __future__ import annotations

from pathlib import Path

import click

from allmende.cli.output import json_option, say, say_json
from allmende.needs.findings import Finding
from allmende.outlook.needs import ServiceNeeds
from allmende.outlook.needs_file import as_document
from allmende.outlook.report import keep_needs, report_needs, report_outlook

file = click.Path(path_type=Path, dir_okay=False)
folder = click.Path(path_type=Path, file_okay=False)


@click.command("report")
@click.option("--people", type=file, help="Table year;area;age;population, perhaps with sex and draw.")
@click.option("--outlook", type=folder, help="In the place of --people: a folder with a look ahead, public or private.")
@click.option("--facilities", type=file, required=True, help="Table of facilities with their capacities.")
@click.option("--services", type=folder, help="Folder of service files that take the place of ours.")
@click.option("--service", "chosen", multiple=True, help="Only this service; may be repeated. Else those of the facilities.")
@click.option("--region", type=folder, help="Region folder: adds areas up to municipalities and the region.")
@click.option("--seed", type=int, help="With --people: of the quotas' levels that are drawn.  [default: 1]")
@click.option("--keep", is_flag=True, help="With a private --outlook: write needs.json beside it; refused in public folders.")
@json_option
@click.pass_context
def report(
    ctx: click.Context,
    people: Path | None,
    outlook: Path | None,
    facilities: Path,
    services: Path | None,
    chosen: tuple[str, ...],
    region: Path | None,
    seed: int | None,
    keep: bool,
    as_json: bool,
) -> None:
    """Set needs against capacity, by area and year, with the probability of a shortfall.

    The files are described in docs/formats/services.md; everything that is wrong with one of them is listed at once (exit
    code 2). Exit code 1 if a service cannot be computed because a quota is missing; it is named with what to find out.
    What is said of a hub's own look ahead is as confidential as its cells.

    \b
    Example:
      allmende needs report --people people.csv --facilities facilities.csv --service kita --services own/
      allmende needs report --outlook private/ --region hub/region --facilities facilities.csv --keep
    """
    if (people is None) == (outlook is None):
        raise click.UsageError("Give either --people or --outlook.")
    if people is not None:
        if keep:
            raise click.UsageError("--keep belongs to --outlook.")
        needs = report_needs(
            people, facilities, services=services, chosen=chosen, region=region, seed=1 if seed is None else seed
        )
    else:
        needs = _of_outlook(outlook, facilities, services, chosen, region, seed, keep)
    if as_json:
        say_json(as_document(needs))
    else:
        for each in needs:
            _say(each)
    if any(each.service.missing() for each in needs):
        ctx.exit(1)


def _of_outlook(
    outlook: Path | None,
    facilities: Path,
    services: Path | None,
    chosen: tuple[str, ...],
    region: Path | None,
    seed: int | None,
    keep: bool,
) -> tuple[ServiceNeeds, ...]:
    if region is None or outlook is None:
        raise click.UsageError("--outlook goes with --region, the region folder that it was made with.")
    if seed is not None:
        raise click.UsageError("--seed belongs to --people: a look ahead has a seed of its own.")
    found = report_outlook(outlook, facilities, region=region, services=services, chosen=chosen)
    if found.left_out:
        say(f"not counted, because the look ahead tells nothing of their municipality: {', '.join(found.left_out)}", err=True)
    if keep:
        say(f"Kept in {keep_needs(found, outlook)}", err=True)
    return found.needs


def _say(needs: ServiceNeeds) -> None:
    service = needs.service
    month, day = service.key_date
    say(f"{service.title['en']} ({service.unit['en']} on {month:02d}-{day:02d}, {needs.draws} draws)")
    for required in service.missing():
        say(f"  missing: {required}")
    for name, areas in needs.areas.items():
        for catchment, parts in zip(areas.balance.catchments, needs.findings(name), strict=True):
            for part, finding in zip(service.told(), parts, strict=True):
                say(f"  {name} {catchment}, {part.title['en']}: {_sentence(finding)}")
        if areas.left_out:
            say(f"  {name}: not counted, because they belong to a larger area: {', '.join(areas.left_out)}")
    for assumption in service.assumptions():
        say(f"  assumption: {assumption}")


def _sentence(finding: Finding) -> str:
    amount, sure = f"{finding.amount:,.10g}", f"{finding.bound} {finding.probability:.0%}"
    return {
        "short": f"{finding.year} short of about {amount}, probability {sure};"
        f" likely short from {finding.first_year} to {finding.last_year}",
        "open": f"open; in {finding.year} about {amount} may be missing, probability {sure}",
        "enough": f"enough to {finding.year}, probability {sure} in every year",
        "spare": f"enough to {finding.year}, about {amount} stay free, probability {sure} in every year",
        "elsewhere": f"nothing is offered here; about {amount} needed in {finding.year}",
        "nobody": "nothing is needed nor offered",
    }[finding.kind]
