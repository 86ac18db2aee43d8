"""`perfadvisor gate`: fail on a real regression, stay quiet otherwise, and report when it cannot know."""

from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

import click

from perfadvisor.cli.options import out
from perfadvisor.cli.path_type import PathType
from perfadvisor.cli.waivers_option import WAIVERS

Command = TypeVar("Command", bound=Callable[..., None])
FILE = PathType(dir_okay=False)
FOLDER = PathType(exists=True, file_okay=False)
SECONDS = click.FloatRange(min=0, min_open=True)
SEVERITY = click.Choice(["critical", "high", "medium", "low", "info"])


def _judging(function: Command) -> Command:
    """The options every way of gating shares."""
    for option in reversed(
        [
            click.option(
                "--policy", type=FILE, help="Read margins, primary metrics and accepted changes from this YAML file."
            ),
            click.option("--calibration", type=FILE, help="Read the result of `gate calibrate` on this host."),
            click.option("--junit", type=FILE, help="Write JUnit XML."),
            click.option("--markdown", type=FILE, help="Write Markdown for a pull request."),
            click.option("--json", "json_file", type=FILE, help="Write JSON."),
            click.option("--openmetrics", type=FILE, help="Write OpenMetrics text."),
            click.option("--allow-undecided", is_flag=True, help="Exit 0 instead of 3 when it cannot be decided."),
        ]
    ):
        function = option(function)
    return function


BOOTS = ("restart", "runs", "settle", "state", "unseen", "yes")
STATE = click.option(
    "--state", type=FILE, help="Keep what outlives a restart in this file (default: in the user's state directory)."
)


def _rebooting(function: Command) -> Command:
    """The options of a comparison over restarts; their names are in BOOTS."""
    for option in reversed(
        [
            click.option(
                "--reboot", is_flag=True, help="Compare two ways to start this machine; prints what it will do."
            ),
            click.option("--yes", is_flag=True, help="With --reboot: begin, which restarts this machine at once."),
            click.option("--restart", default="systemctl reboot", show_default=True, help="Restart by this command."),
            click.option(
                "--runs",
                type=click.IntRange(1, 50),
                default=3,
                show_default=True,
                help="Take the median of these a boot.",
            ),
            click.option("--settle", default="60s", show_default=True, help="Wait this long after each start."),
            STATE,
            click.option("--unseen", is_flag=True, help="The sides may differ in what the machine does not show."),
        ]
    ):
        function = option(function)
    return function


@click.group("gate", invoke_without_command=True)
@click.option("--baseline", metavar="RUN|CSV|history:REF", help="The side that is known to be good.")
@click.option("--candidate", metavar="RUN|CSV|history:REF", help="The side to judge.")
@click.option("--paired", is_flag=True, help="Row n of one side ran right beside row n of the other.")
@click.option(
    "--order",
    type=click.Choice(["auto", "paired", "mixed", "block", "stored"]),
    default="auto",
    help="How the runs of both sides were ordered in time.",
)
@click.option("--fail-on", type=SEVERITY, help="Also fail on findings the baseline does not have.")
@WAIVERS
@click.option(
    "--db", default="", metavar="URL|FILE", envvar="PERFADVISOR_HISTORY", help="Read history:REF from this database."
)
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
@click.option(
    "--a",
    "a",
    required=True,
    metavar="CHECKOUT|ENV",
    help="The good side: a directory, or a spec as for --env (example: ../good, docker); with --reboot a command.",
)
@click.option("--b", "b", required=True, metavar="CHECKOUT|ENV", help="The side to judge, as --a.")
@click.option("--name-a", help="Name the good side in reports (example: its commit).")
@click.option("--name-b", help="Name the other side in reports.")
@click.option("--workloads", "own", multiple=True, type=FOLDER, help="Also load workloads from this directory.")
@click.option("--dir", "directory", type=FOLDER, default=".", help="Write the test file of a workload here.")
@click.option(
    "--pairs", type=click.IntRange(5, 300), default=27, show_default=True, help="Measure at most this many pairs."
)
@click.option("--budget", help="Stop after this time (example: 10m).")
@click.option("--timeout", type=SECONDS, default=600.0, show_default=True, help="Abort a call after this many seconds.")
@_rebooting
@_judging
@click.pass_context
def run_command(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - click passes them by name
    """Measure both sides in turns (ABBA), look after 5, 8, 12, 18 and 27 pairs, and stop when it is clear.

    With --pairs above 27 there are later looks as well, the last one at that many pairs.

    With --reboot the sides are two ways to start this machine (kernels, firmware, drivers): --a and --b are commands
    that choose what starts next, and each boot is measured in its turn."""
    of_boots = {name: options.pop(name) for name in BOOTS}
    if options.pop("reboot"):
        from perfadvisor.cli.gate_boots import begin

        _ended(context, begin(**options, **of_boots))
    from perfadvisor.cli.gate_body import run_two

    for name in BOOTS:
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError(f"--{name} goes with --reboot only")
    _ended(context, run_two(**options))


@command.group("boots")
def boots_group() -> None:
    """Go on with, show or stop what `gate run --reboot` began."""


@boots_group.command("resume")
@STATE
@click.pass_context
def resume_command(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - click passes them by name
    """Measure this boot and start the next one; for the unit that runs at each start.

    Exit codes: as of `gate run` in the last boot, 0 in the others."""
    from perfadvisor.cli.gate_boots import resume

    _ended(context, resume(**options))


@boots_group.command("show")
@STATE
@click.pass_context
def show_command(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - click passes them by name
    """Print the boots so far, and the verdict once there is one."""
    from perfadvisor.cli.gate_boots import show

    _ended(context, show(**options))


@boots_group.command("stop")
@STATE
@click.pass_context
def stop_command(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - click passes them by name
    """Remove the state and the unit: the machine is not restarted any more."""
    from perfadvisor.cli.gate_boots import stop

    _ended(context, stop(**options))


@command.command("calibrate")
@click.argument("workload", required=False)
@click.option("--cmd", "cmd", help="A benchmark's command; it writes rows to the file $PERFADVISOR_CSV names.")
@click.option("--at", "place", default=".", show_default=True, metavar="CHECKOUT|ENV", help="Run it there.")
@click.option("--rows", type=FILE, help="Read fresh runs of one thing from this CSV instead of measuring.")
@click.option("--workloads", "own", multiple=True, type=FOLDER, help="Also load workloads from this directory.")
@click.option("--dir", "directory", type=FOLDER, default=".", help="Write the test file of a workload here.")
@click.option(
    "--pairs", type=click.IntRange(5, 200), default=10, show_default=True, help="Measure this many A/A pairs."
)
@click.option(
    "--margin", type=float, help="Check this margin (example: 0.03); refuse one below what the host can detect."
)
@click.option("--timeout", type=SECONDS, default=600.0, show_default=True, help="Abort a call after this many seconds.")
@out("Write the result to this file for `gate --calibration`.", type=FILE, required=False)
@click.pass_context
def calibrate_command(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - click passes them by name
    """Compare the same thing with itself: estimate the false-alarm rate on this host, and the least change seen."""
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
