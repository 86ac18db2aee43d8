"""What `perfadvisor tune RUN` does once its options are read."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import click

from perfadvisor import __version__
from perfadvisor.cli.policy_option import policy_of
from perfadvisor.cli.running import put_back_leftovers, stop_cleanly
from perfadvisor.cli.tune import NOT_DONE, agreed, told
from perfadvisor.durations import seconds
from perfadvisor.errors import InputError
from perfadvisor.gating.with_setting import forbidden, planned
from perfadvisor.judge import judge, judge_snapshot, with_gains
from perfadvisor.model.workload import Workload
from perfadvisor.packs.rules import load_rules
from perfadvisor.packs.suites import load_suites
from perfadvisor.packs.workloads import load_workloads
from perfadvisor.report.view import ReportView
from perfadvisor.runner.request import RunOptions
from perfadvisor.snapshotting import take
from perfadvisor.targets.changing.undo import boot_id
from perfadvisor.targets.here.local import LocalTarget
from perfadvisor.tuning import record, restarts, text
from perfadvisor.tuning.bench import Ground, by_command, by_workloads
from perfadvisor.tuning.gains import remember
from perfadvisor.tuning.how import How
from perfadvisor.tuning.model import FixAnswer, PlannedFix, Tune, TuneState
from perfadvisor.tuning.session import run
from perfadvisor.tuning.steps import chosen, fixes, intents

NOW = "now"
PREFERRED = "quick"  # the suite whose workloads stand for their kind


def tune_now(
    *,
    resume: bool,
    dry_run: bool,
    yes: bool,
    html: Path | None,
    json_file: Path | None,
    **options: Any,  # noqa: ANN401
) -> int:
    """Plan, ask, measure, keep, print; returns the exit code."""
    workloads = load_workloads(())
    tune = record.unfinished() if resume else _begun(workloads, options)
    given = dict(tune.options)
    click.echo(text.planned(tune.fixes, workloads, given["seconds"], given["cmd"] or ""), nl=False)
    if dry_run or not tune.fixes:
        return 0
    if reason := _forbidden(tune.fixes):
        click.echo(f"not done: {reason}", err=True)
        return NOT_DONE
    if not agreed(f"Try {len(tune.fixes)} fixes, and keep those that help?", yes=yes):
        return NOT_DONE
    stop_cleanly()
    with record.alone():
        put_back_leftovers()
        tune = _measured(tune, given)
    remember(tune)
    told(tune, html, json_file)
    return NOT_DONE if any(one.answer is FixAnswer.NOT_TRIED for one in tune.tried) else 0


def _begun(workloads: Mapping[str, Workload], options: Mapping[str, Any]) -> Tune:
    source, own = options["source"], options["workload"]
    if not source:
        raise click.UsageError("name a run or snapshot of this machine, or `now`; or give --resume")
    if own and options["cmd"]:
        raise click.UsageError("give either a WORKLOAD or --cmd")
    if own and own not in workloads:
        raise InputError(f"no workload {own!r}", "perfadvisor workloads list")
    preferred = load_suites(workloads, ())[PREFERRED].workloads
    found = list(chosen(fixes(view_of(source, options["rules"]), workloads, preferred), options["only"]))
    kept = {
        name: str(value) if isinstance(value, Path) else value for name, value in options.items() if name != "rules"
    }
    return Tune(
        id=record.new_id(),
        host=os.uname().nodename,
        boot=boot_id(),
        started=time.strftime("%Y-%m-%d %H:%M"),
        version=__version__,
        source=str(source),
        state=TuneState.MEASURING,
        options=kept,
        fixes=tuple(_measured_by(fix, own, options["cmd"]) for fix in found),
    )


def _measured_by(fix: PlannedFix, own: str | None, command: str | None) -> PlannedFix:
    """The fix with the workload that the user named instead of its rule's own."""
    from dataclasses import replace

    if command:
        return replace(fix, workloads=(), guards=())
    return replace(fix, workloads=(own,), guards=tuple(one for one in fix.guards if one != own)) if own else fix


def view_of(source: str, rules: Sequence[Path]) -> ReportView:
    """The judgement of a run or snapshot of this machine, or of the machine as it is now."""
    if source == NOW:
        return with_gains(judge_snapshot(take(LocalTarget()), load_rules(rules), source=NOW))
    view = judge(Path(source), rules)
    table = view.facts.get(view.base)
    host, here = table.value("kernel.hostname") if table else None, os.uname().nodename
    if host != here:
        raise InputError(
            f"{source}: was read on {host or 'an unknown machine'}, and this is {here}", "perfadvisor tune now"
        )
    return view


def _forbidden(found: Sequence[PlannedFix]) -> str:
    """Why none of the fixes may be made by this user; "" where one may."""
    reasons = []
    for fix in found:
        try:
            made = planned(intents(fix))
            reasons.append("" if restarts.needs_restart(made) else forbidden(made))  # such a one is only prepared
        except InputError:
            return ""  # what the machine does not take any more is reported where it is tried
    return reasons[0] if all(reasons) else ""


def after_restart() -> None:
    """Judge every fix that waited for a restart and is in force now."""
    waiting = [one for one in record.load_all() if restarts.waits(one)]
    if not waiting:
        click.echo("no fix waits for a restart")
    with record.alone():
        put_back_leftovers()
        for tune in waiting:
            with _ground(tune.fixes, tune.options) as ground:
                done = restarts.judged(tune, _how(ground, tune.options))
            record.save(done)
            told(done, None, None)


def _measured(tune: Tune, given: Mapping[str, Any]) -> Tune:
    record.save(tune)
    with _ground(tune.fixes, given) as ground:
        return run(tune, _how(ground, given))


def _how(ground: Ground, given: Mapping[str, Any]) -> How:
    return How(
        ground=ground,
        policy_of=policy_of(Path(given["policy"]) if given["policy"] else None).of,
        pairs=given["pairs"],
        budget_s=seconds(given["budget"]) if given["budget"] else None,
        progress=lambda line: click.echo(line, err=True),
    )


@contextmanager
def _ground(found: Sequence[PlannedFix], given: Mapping[str, Any]) -> Iterator[Ground]:
    opened: AbstractContextManager[Ground]
    if given["cmd"]:
        opened = by_command(given["cmd"], given["timeout"])
    else:
        opened = by_workloads(
            found, RunOptions(directory=Path(given["directory"]), peer=given["peer"]), given["seconds"]
        )
    with opened as ground:
        yield ground
