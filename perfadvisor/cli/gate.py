"""`perfadvisor gate`: fail on a real regression, stay quiet otherwise, say so when it cannot know."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., None])
FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
SECONDS = click.FloatRange(min=0, min_open=True)
SEVERITY = click.Choice(["critical", "high", "medium", "low", "info"])


def _judging(function: Command) -> Command:
    """The options every way of gating shares."""
    for option in reversed(
        [
            click.option("--policy", type=FILE, help="YAML file: margins, primary metrics, accepted changes."),
            click.option("--calibration", type=FILE, help="What `gate calibrate` measured on this host."),
            click.option("--junit", type=FILE, help="Write JUnit XML."),
            click.option("--markdown", type=FILE, help="Write Markdown for a pull request."),
            click.option("--json", "json_file", type=FILE, help="Write JSON."),
            click.option("--openmetrics", type=FILE, help="Write OpenMetrics text."),
            click.option("--allow-undecided", is_flag=True, help="Exit 0 instead of 3 when it cannot be decided."),
        ]
    ):
        function = option(function)
    return function


@click.group("gate", invoke_without_command=True)
@click.option("--baseline", metavar="RUN|CSV|history:REF", help="The side that is known to be good.")
@click.option("--candidate", metavar="RUN|CSV|history:REF", help="The side to judge.")
@click.option("--paired", is_flag=True, help="Row n of one side ran right beside row n of the other.")
@click.option("--order", type=click.Choice(["auto", "paired", "mixed", "block", "stored"]), default="auto",
              help="How the runs of both sides were ordered in time.")  # fmt: skip
@click.option("--fail-on", type=SEVERITY, help="Also fail on findings the baseline does not have.")
@click.option("--db", default="", metavar="URL|FILE", envvar="PERFADVISOR_HISTORY", help="The history.")
@_judging
@click.pass_context
def command(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - click passes them by name
    """Compare two sets of fresh runs and fail on a real regression.

    Exit codes: 0 good, 1 regression or a new finding, 2 usage or input error, 3 undecided.
    """
    if context.invoked_subcommand is not None:
        return
    from perfadvisor.cli.gate_body import judge_two

    _ended(context, judge_two(**options))


@command.command("run")
@click.argument("workload", required=False)
@click.option("--cmd", "cmd", help="A benchmark's command; it writes rows to the file $PERFADVISOR_CSV names.")
@click.option("--a", "a", required=True, metavar="CHECKOUT|ENV", help="The good side: a folder, or --env's words.")
@click.option("--b", "b", required=True, metavar="CHECKOUT|ENV", help="The side to judge.")
@click.option("--name-a", help="What reports call the good side, such as its commit.")
@click.option("--name-b", help="What reports call the other side.")
@click.option("--workloads", "own", multiple=True, type=FOLDER, help="A directory with workloads of your own.")
@click.option("--dir", "directory", type=FOLDER, default=".", help="Where a workload puts its test file.")
@click.option("--pairs", type=click.IntRange(5, 27), default=27, show_default=True, help="The most pairs to measure.")
@click.option("--budget", help="Stop looking further after this long, such as 10m.")
@click.option("--timeout", type=SECONDS, default=600.0, show_default=True, help="Seconds one call may take.")
@_judging
@click.pass_context
def run_command(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - click passes them by name
    """Measure both sides in turns (ABBA), look after 5, 8, 12, 18 and 27 pairs, and stop when it is clear."""
    from perfadvisor.cli.gate_body import run_two

    _ended(context, run_two(**options))


@command.command("calibrate")
@click.argument("workload", required=False)
@click.option("--cmd", "cmd", help="A benchmark's command; it writes rows to the file $PERFADVISOR_CSV names.")
@click.option("--at", "place", default=".", show_default=True, metavar="CHECKOUT|ENV", help="Where to run it.")
@click.option("--rows", type=FILE, help="Use the rows of this CSV instead of measuring: fresh runs of one thing.")
@click.option("--workloads", "own", multiple=True, type=FOLDER, help="A directory with workloads of your own.")
@click.option("--dir", "directory", type=FOLDER, default=".", help="Where a workload puts its test file.")
@click.option("--pairs", type=click.IntRange(5, 200), default=10, show_default=True, help="A/A pairs to measure.")
@click.option("--margin", type=float, help="A margin to check, such as 0.03: refused below what the host can tell.")
@click.option("--timeout", type=SECONDS, default=600.0, show_default=True, help="Seconds one call may take.")
@click.option("-o", "--output", type=FILE, help="Keep the result for `gate --calibration`.")
@click.pass_context
def calibrate_command(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - click passes them by name
    """Run the same thing against itself: how often would the gate cry wolf here, and what can it see?"""
    from perfadvisor.cli.gate_calibrate import calibrate

    _ended(context, calibrate(**options))


@command.command("schema")
@click.argument("which", type=click.Choice(["gate", "policy", "history", "calibration"]), default="gate")
def schema_command(which: str) -> None:
    """Print a JSON Schema: of the gate's JSON, the policy file, the history's JSON or a calibration."""
    import json

    from perfadvisor.cli.schema import schema

    click.echo(json.dumps(schema(which), indent=2))


@command.command("template")
@click.argument("name", type=click.Choice(["gate-commits", "perfadvisor.gitlab-ci.yml"]))
def template_command(name: str) -> None:
    """Print a script or CI job to start from: gate-commits is a shell script that compares two commits."""
    from perfadvisor.packs.locate import shipped

    click.echo((shipped("templates") / name).read_text("utf-8"), nl=False)


def _ended(context: click.Context, code: int) -> NoReturn:
    """Leave with this code also where click itself is the caller."""
    context.exit(code)
