"""`allmende release`: plan, build, verify and list releases."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from allmende import release
from allmende.cli.output import json_option, say, say_json
from allmende.cubes.publication import CURRENT, RELEASES, read_publication
from allmende.errors import AllmendeError
from allmende.hub import Hub, open_hub
from allmende.privacy.profiles import profile_names
from allmende.release import Plan

FOLDER = click.Path(path_type=Path, file_okay=False)


def catalogue_option(command: click.decorators.FC) -> click.decorators.FC:
    """Add --catalogue and --profile."""
    command = click.option(
        "--profile", type=click.Choice(profile_names()), default="standard", show_default=True, help="How values are protected."
    )(command)
    file = click.Path(path_type=Path, dir_okay=False, exists=True)
    return click.option("--catalogue", type=file, help="Tables to publish (TOML); without it, those that come with Allmende.")(
        command
    )


@click.group(name="release")
def group() -> None:
    """Plan, build, verify and list releases."""


@group.command("plan")
@click.argument("hub", type=FOLDER)
@catalogue_option
@json_option
@click.pass_context
def plan_release(ctx: click.Context, hub: Path, catalogue: Path | None, profile: str, as_json: bool) -> None:
    """Run every attack of the gate on the release that would be built, and publish nothing.

    Exit code 1 if the gate refuses. What it prints is internal: it tells how strong the protection is.

    \b
    Example:
      allmende release plan hub/
      allmende release plan hub/ --catalogue tables.toml --json
    """
    planned = _plan(open_hub(hub), catalogue, profile)
    if as_json:
        say_json(planned.as_data())
    else:
        _say_plan(planned)
    ctx.exit(0 if planned.passed else 1)


@group.command("build")
@click.argument("hub", type=FOLDER)
@click.argument("public", type=FOLDER)
@catalogue_option
@json_option
def build_release(hub: Path, public: Path, catalogue: Path | None, profile: str, as_json: bool) -> None:
    """Plan a release, and if the gate lets it pass publish it into the PUBLIC folder and put it in force.

    The same request gives the same bytes. Interrupted at any moment, the release that was in force stays so.

    \b
    Example:
      allmende release build hub/ public/
    """
    opened = open_hub(hub)
    built = release.build(opened, _plan(opened, catalogue, profile), public, datetime.now(UTC).date())
    if as_json:
        say_json({"id": built.id, "folder": str(built.folder), "cells": built.cells, "repeated": built.repeated})
        return
    how = "was there already and is in force" if built.repeated else "is built and in force"
    say(f"Release {built.id} {how}: {built.cells:,} values in {built.folder}")
    say(f"Internal report: {hub / 'reports' / built.id / 'report.html'}")


@group.command("verify")
@click.argument("folder", type=FOLDER)
@json_option
def verify_release(folder: Path, as_json: bool) -> None:
    """Check a release: every file unchanged, nothing missing or added, no zero stored, nothing confidential inside.

    Exit code 1 with the names of the files if anything is wrong.

    \b
    Example:
      allmende release verify public/current
    """
    found = release.verify(folder)
    if as_json:
        say_json({"id": found.id, "tables": len(found.tables), "cells": sum(entry.cells for entry in found.tables)})
    else:
        say(f"Release {found.id} is whole: {len(found.tables)} tables, {sum(e.cells for e in found.tables):,} values.")


@group.command("list")
@click.argument("public", type=FOLDER)
@json_option
def list_releases(public: Path, as_json: bool) -> None:
    """List the releases of a public folder, the one in force marked. Exit code 2 if there is no such folder.

    \b
    Example:
      allmende release list public/
    """
    if not public.is_dir():
        raise AllmendeError(
            "There is no such folder.",
            where=str(public),
            expected="the public folder of `allmende release build HUB PUBLIC`",
            todo="Correct the path, or build the first release into it.",
        )
    in_force = (public / CURRENT).resolve().name
    folders = sorted(p for p in (public / RELEASES).glob("*") if not p.name.startswith("."))
    found = sorted((read_publication(folder) for folder in folders), key=lambda each: (each.created, each.id))
    if as_json:
        say_json(
            [
                {"id": f.id, "created": f.created, "title": {"de": f.title.de, "en": f.title.en}, "in_force": f.id == in_force}
                for f in found
            ]
        )
        return
    for each in found:
        mark = "*" if each.id == in_force else " "
        say(f"{mark} {each.id}  {each.created}  {len(each.tables):3} tables  {each.title.de}")
    if not found:
        say(f"There is no release in {public} yet; build one with `allmende release build`.")


def _plan(hub: Hub, catalogue: Path | None, profile: str) -> Plan:
    return release.plan(hub, release.load_catalogue(catalogue), profile)


def _say_plan(planned: Plan) -> None:
    changes = dict(planned.changes)
    for finding in sorted(planned.findings, key=lambda f: f.passed):
        say(f"{'passed ' if finding.passed else 'REFUSED'}  {finding.sentence()}")
        if finding in changes:
            change = changes[finding]
            say(f"         would pass: {change.table}: {change.words} ({change.kept:,} of {change.before:,} values stay)")
    for gap in planned.gaps:
        say(f"gap      {gap}")
    if planned.passed:
        say(f"The gate lets release {planned.id} pass: {len(planned.tables)} tables.")
    else:
        say("The gate refuses this release.")
