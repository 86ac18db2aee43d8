"""`perfadvisor ab`: two of anything, measured in turns until it is decided."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from perfadvisor.model.gate import GateReport, Side

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
Measure = Callable[[str], "Side"]
NOT_DONE = 3


@click.command(short_help="Compare two of anything in turns: a setting, commands, environments.")
@click.argument("workload", required=False)
@click.option(
    "--set",
    "wanted",
    multiple=True,
    metavar="FACT@SUBJECT=VALUE",
    help="B has this setting, A is as it is. Can be given several times.",
)
@click.option("--cmd", help="The command to measure with --set.")
@click.option("--a", "a_cmd", metavar="CMD", help="Command A.")
@click.option("--b", "b_cmd", metavar="CMD", help="Command B.")
@click.option("--a-env", metavar="SPEC", help="Environment A for the workload, in the words of --env.")
@click.option("--b-env", metavar="SPEC", help="Environment B for the workload.")
@click.option("--yes", is_flag=True, help="Change the settings without asking; they are restored after each run.")
@click.option("--workloads", "own", multiple=True, type=FOLDER, help="A directory with workloads of your own.")
@click.option("--dir", "directory", type=FOLDER, default=".", help="Where a workload puts its test file.")
@click.option("--pairs", type=click.IntRange(5, 300), default=27, show_default=True, help="The most pairs to measure.")
@click.option("--budget", help="Stop looking further after this long, such as 10m.")
@click.option(
    "--timeout",
    type=click.FloatRange(min=0, min_open=True),
    default=600.0,
    show_default=True,
    help="Seconds one call of a command may take.",
)
@click.option("--policy", type=FILE, help="YAML file with margins and primary metrics, as for the gate.")
@click.option("--json", "json_file", type=FILE, help="Write the result as JSON.")
@click.pass_context
def command(context: click.Context, /, **options: Any) -> None:  # noqa: ANN401 - click passes them by name
    """Measure A and B in turns (ABBA), look after 5, 8, 12, 18 and 27 pairs, and stop when it is clear.

    With --pairs above 27 there are later looks as well, the last one at that many pairs.

    A command writes rows to the file $PERFADVISOR_CSV names; one that writes none is judged by the time it takes.

    Exit codes: 0 decided, 2 usage or input error, 3 undecided, or not permitted.
    """
    context.exit(_compare(**options))


def _compare(
    *,
    pairs: int,
    budget: str | None,
    policy: Path | None,
    json_file: Path | None,
    **sides: Any,  # noqa: ANN401
) -> int:
    from perfadvisor.cli.output import require_folder
    from perfadvisor.cli.policy_option import policy_of
    from perfadvisor.durations import seconds
    from perfadvisor.gating.interleave import interleaved

    if json_file:
        require_folder(json_file)
    rules = policy_of(policy)
    names, opened = _sides(**sides)
    if opened is None:
        return NOT_DONE
    with opened as measure:
        report = interleaved(
            measure,
            names,
            rules.of,
            most=pairs,
            budget_s=seconds(budget) if budget else None,
            progress=lambda text: click.echo(text, err=True),
        )
    return _told(report, json_file)


Opened = Any  # a context manager that gives a Measure


def _sides(
    *,
    workload: str | None,
    wanted: tuple[str, ...],
    cmd: str | None,
    a_cmd: str | None,
    b_cmd: str | None,
    a_env: str | None,
    b_env: str | None,
    yes: bool,
    own: tuple[Path, ...],
    directory: Path,
    timeout: float,
) -> tuple[tuple[str, str], Opened]:
    """The names of A and B, and what opens their measurement; None where the user may not, or does not want to."""
    if (bool(wanted), bool(a_cmd or b_cmd), bool(a_env or b_env)).count(True) != 1:
        raise click.UsageError("give one of: --set, --a and --b, --a-env and --b-env")
    if a_cmd or b_cmd:
        if not (a_cmd and b_cmd) or workload or cmd:
            raise click.UsageError("--a and --b are both needed, and no workload")
        from perfadvisor.gating.command import shown

        names = _named(shown(a_cmd), shown(b_cmd))
        return names, _commands(dict(zip(names, (a_cmd, b_cmd), strict=True)), timeout)
    if a_env or b_env:
        if not (a_env and b_env and workload) or cmd:
            raise click.UsageError("--a-env, --b-env and a WORKLOAD are needed together")
        return _named(a_env, b_env), _environments(workload, a_env, b_env, own, directory)
    if bool(workload) == bool(cmd):
        raise click.UsageError("--set needs either a WORKLOAD or --cmd")
    from perfadvisor.gating.with_setting import AS_IS, CHANGED

    return (AS_IS, CHANGED), _settings(wanted, workload, cmd, yes, own, directory, timeout)


def _named(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a != b else (f"{a} (a)", f"{b} (b)")


@contextmanager
def _commands(commands: dict[str, str], timeout: float) -> Iterator[Measure]:
    from perfadvisor.gating.command import timed_command

    yield lambda name: timed_command(commands[name], Path(), timeout)


@contextmanager
def _environments(workload: str, a: str, b: str, own: tuple[Path, ...], directory: Path) -> Iterator[Measure]:
    from perfadvisor.cli.running import put_back_leftovers
    from perfadvisor.gating.workload import measuring

    put_back_leftovers()
    specs = dict(zip(_named(a, b), (a, b), strict=True))
    with measuring(workload, (a, b), own, directory) as measure:
        yield lambda name: measure(specs[name])


def _settings(
    wanted: tuple[str, ...],
    workload: str | None,
    cmd: str | None,
    yes: bool,
    own: tuple[Path, ...],
    directory: Path,
    timeout: float,
) -> Opened:
    """None, with what would be done printed, where the user may not make the changes or does not agree."""
    from perfadvisor.gating.with_setting import forbidden, planned, read_intent, shown

    made = planned([read_intent(text) for text in wanted])
    click.echo(shown(made))
    if reason := forbidden(made):
        click.echo(f"not done: {reason}", err=True)
        return None
    if not yes and not (sys.stdin.isatty() and click.confirm("Change this for each run of B?")):
        click.echo("not done: not confirmed; use --yes to confirm", err=True)
        return None
    return _changing(made, workload, cmd, own, directory, timeout)


@contextmanager
def _changing(
    made: Any,  # noqa: ANN401
    workload: str | None,
    cmd: str | None,
    own: tuple[Path, ...],
    directory: Path,
    timeout: float,
) -> Iterator[Measure]:
    from perfadvisor.cli.running import put_back_leftovers
    from perfadvisor.gating import with_setting
    from perfadvisor.gating import workload as workloads
    from perfadvisor.gating.command import timed_command
    from perfadvisor.tuning.record import alone

    with alone():
        put_back_leftovers()
        if cmd:
            with with_setting.measuring(made, lambda: timed_command(cmd, Path(), timeout)) as measure:
                yield measure
            return
        with (
            workloads.measuring(str(workload), ("local",), own, directory) as here,
            with_setting.measuring(made, lambda: here("local")) as measure,
        ):
            yield measure


def _told(report: "GateReport", json_file: Path | None) -> int:
    """Print the result, write what was asked for, and give the exit code: better or worse is both an answer."""
    from perfadvisor.cli.output import write_text
    from perfadvisor.model.gate import Verdict
    from perfadvisor.report.ab_text import ab_text

    click.echo(ab_text(report), nl=False)
    if json_file:
        from perfadvisor.report.gate_json import gate_json

        write_text(json_file, gate_json(report))
    undecided = any(one.primary and one.verdict is Verdict.UNDECIDED for one in report.comparisons)
    return NOT_DONE if undecided or not report.comparisons else 0
