"""`perfadvisor tune`: try what findings advise, one fix after another, measured in turns."""

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from perfadvisor.gating.tuning import Step, Tried
    from perfadvisor.model.gate import Side
    from perfadvisor.report.view import ReportView

NOW = "now"
NOT_DONE = 3
FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.command(short_help="Try what findings advise, measured in turns; each fix is undone.")
@click.argument("source", metavar="RUN|SNAPSHOT|now")
@click.argument("workload", required=False)
@click.option("--cmd", help="Measure this command instead of a workload.")
@click.option("--dry-run", is_flag=True, help="Print what would be tried, and stop.")
@click.option("--only", multiple=True, metavar="RULE", help="Try the fix of this rule alone; may be repeated.")
@click.option("--yes", is_flag=True, help="Make the changes without asking; each is restored after every run.")
@click.option("--dir", "directory", type=FOLDER, default=".", help="Where a workload puts its test file.")
@click.option("--pairs", type=click.IntRange(5, 27), default=27, show_default=True, help="The most pairs for each fix.")
@click.option("--budget", help="Stop measuring one fix after this long, such as 10m.")
@click.option("--timeout", type=click.FloatRange(min=0, min_open=True), default=600.0, show_default=True,
              help="Seconds one call of a command may take.")  # fmt: skip
@click.option("--policy", type=FILE, help="YAML file with margins and primary metrics, as for the gate.")
@click.pass_context
def command(
    context: click.Context, source: str, workload: str | None, cmd: str | None, dry_run: bool, only: tuple[str, ...],
    yes: bool, directory: Path, pairs: int, budget: str | None, timeout: float, policy: Path | None,
) -> None:  # fmt: skip
    """Measure the fix of each finding against the machine as it is, and say which help.

    Nothing stays changed: the commands that make a helpful fix, and those that undo it, are printed.

    Exit codes: 0 everything was tried, 2 usage or input error, 3 something was not tried, or nothing was permitted.
    """
    from perfadvisor.cli.policy_option import policy_of
    from perfadvisor.durations import seconds
    from perfadvisor.gating.tuning import Answer, chosen, steps, tried

    rules = policy_of(policy)
    found = tuple(chosen(steps(_view(source)), only))
    click.echo(_planned(found), nl=False)
    if dry_run or not found:
        return
    if bool(workload) == bool(cmd):
        raise click.UsageError("give either a WORKLOAD or --cmd to measure with, or --dry-run")
    if not yes and not (sys.stdin.isatty() and click.confirm(f"Try {len(found)} fixes?")):
        click.echo("not done: not confirmed; use --yes to confirm", err=True)
        context.exit(NOT_DONE)
    with _measuring(workload, cmd, directory, timeout) as measure:
        results = [
            tried(step, measure, rules.of, pairs=pairs, budget_s=seconds(budget) if budget else None,
                  progress=lambda text: click.echo(text, err=True))
            for step in found
        ]  # fmt: skip
    click.echo(_told(results), nl=False)
    context.exit(NOT_DONE if any(one.answer is Answer.NOT_TRIED for one in results) else 0)


def _view(source: str) -> "ReportView":
    """The judgement of a run or snapshot of this machine, or of the machine as it is now."""
    from perfadvisor.errors import InputError
    from perfadvisor.judge import judge, judge_snapshot
    from perfadvisor.packs import load_rules
    from perfadvisor.snapshotting import take
    from perfadvisor.targets.here.local import LocalTarget

    if source == NOW:
        return judge_snapshot(take(LocalTarget()), load_rules(), source=NOW)
    view = judge(Path(source))
    table = view.facts.get(view.base)
    host, here = table.value("kernel.hostname") if table else None, os.uname().nodename
    if host != here:
        raise InputError(f"{source}: was read on {host or 'an unknown machine'}, and this is {here}",
                         "perfadvisor tune now")  # fmt: skip
    return view


@contextmanager
def _measuring(
    workload: str | None, cmd: str | None, directory: Path, timeout: float
) -> Iterator[Callable[[], "Side"]]:
    from perfadvisor.cli.running import put_back_leftovers
    from perfadvisor.gating import workload as workloads
    from perfadvisor.gating.command import timed_command

    put_back_leftovers()
    if cmd:
        yield lambda: timed_command(cmd, Path(), timeout)
        return
    with workloads.measuring(str(workload), ("local",), (), directory) as here:
        yield lambda: here("local")


def _planned(found: "Sequence[Step]") -> str:
    """What would be tried: in which order, what changes, and what that risks."""
    from perfadvisor.plaintext import one_line
    from perfadvisor.settings.commands import differences

    if not found:
        return "no finding has a fix that can be tried on this machine\n"
    lines: list[str] = []
    for number, step in enumerate(found, 1):
        rule = step.finding.rule
        lines += [f"{number}. {rule.id}: {step.finding.title}", *(f"   {one}" for one in differences(step.plan.writes))]
        lines += [f"   disturbs: {step.disturbs}", *([f"   risk: {rule.fix.risk}"] if rule.fix.risk else [])]
        lines += [f"   proven by: {', '.join(rule.verify.rerun)}"] if rule.verify.rerun else []
    return "\n".join(map(one_line, lines)) + "\n"


def _told(results: "Sequence[Tried]") -> str:
    """A row for each metric of each fix, then how to make those that help, and how to undo them."""
    from perfadvisor.gating.tuning import Answer
    from perfadvisor.plaintext import one_line
    from perfadvisor.report import gate_words as words
    from perfadvisor.report.gate_text import table
    from perfadvisor.settings.commands import script
    from perfadvisor.settings.planning import undone

    rows: list[tuple[str, ...]] = [("finding", "answer", "metric", "before", "with the fix", "change (95 % interval)")]
    lines: list[str] = []
    for one in results:
        rule = one.step.finding.rule.id
        compared = one.report.comparisons if one.report else ()
        rows += [(rule, one.answer.value, c.id, words.level(c.baseline, c.unit), words.level(c.candidate, c.unit),
                  words.change(c)) for c in compared]  # fmt: skip
        lines += [f"{rule} was not tried: {one.reason}"] if one.reason else []
        if one.answer is Answer.HELPS:
            made, back = script(one.step.plan.writes), script(undone(one.step.plan.writes))
            lines += [f"{rule} helps. To keep it:", *(f"  {line}" for line in made.splitlines())]
            lines += ["to undo it:", *(f"  {line}" for line in back.splitlines())]
    shown = ["", *table(rows)] if len(rows) > 1 else []
    note = ["Each is judged alone: gains do not add up, and of many fixes tried one may look good by chance."]
    return "\n".join(map(one_line, (*shown, *lines, *(note if len(results) > 1 else [])))) + "\n"
