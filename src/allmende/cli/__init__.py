"""The command line: one file per command group, each command one call of a room."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import click

import allmende
from allmende.cli.output import answer_errors

GROUPS = {
    "demo": "Build the fictional region and open the portal.",
    "fund": "Select projects of a call or an election, and rehearse a fund over many years.",
    "hub": "The shared unit: set up, receive deliveries, see what is missing.",
    "needs": "What people need and how they reach it: siting of shared functions, reachability.",
    "portal": "Serve the portal, prepare its database and files.",
    "privacy": "p-tables and perturbation.",
    "project": "Project populations; repeat published projections from plain files.",
    "register": "Check register extracts and aggregate them into a delivery.",
    "release": "Plan, build, verify and list releases.",
    "sharing": "Share costs and benefits: solve games, check proposals, compare keys, prove savings.",
    "scheme": "Show real compensation schemes, and run them on figures over years.",
    "selfcheck": "Reproduce published reference numbers and print the differences.",
}
"""Command groups and their help line; each lives in the module of its name and is imported only when called."""


class _Groups(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(GROUPS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in GROUPS:
            return None
        command: click.Command = importlib.import_module(f"allmende.cli.{cmd_name}").group
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(sorted(GROUPS.items()))


@click.group(cls=_Groups, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(allmende.__version__, prog_name="allmende")
def cli() -> None:
    """Allmende, the commons of municipalities that work together.

    Exit codes: 0 done; 1 a check found something or said no; 2 the input or the call cannot be used; 130 interrupted.
    """


def main(arguments: list[str] | None = None, **options: Any) -> None:
    """Run the command line; errors become words and exit codes."""
    with answer_errors():
        code = cli.main(args=arguments, prog_name="allmende", standalone_mode=False, **options)
        sys.exit(code if isinstance(code, int) else 0)
