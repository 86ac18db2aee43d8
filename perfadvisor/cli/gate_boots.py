"""What `perfadvisor gate run --reboot` and `gate boots` do once their options are read."""

import os
import shlex
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from perfadvisor.cli.gate_body import NOBODY, finished, names_of, policies_of, today
from perfadvisor.cli.gate_source import Source
from perfadvisor.cli.output import require_folder
from perfadvisor.cli.policy_option import policy_of
from perfadvisor.errors import InputError
from perfadvisor.gating.boots import going, state_file, unit
from perfadvisor.gating.boots.going import Figures, World
from perfadvisor.gating.boots.judging import judged
from perfadvisor.gating.boots.model import BootPlan, State, joined
from perfadvisor.model.gate import GateReport

HINT = "perfadvisor gate run --help"


def begin(
    *,
    a: str,
    b: str,
    name_a: str | None,
    name_b: str | None,
    workload: str | None,
    cmd: str | None,
    own: tuple[Path, ...],
    directory: Path,
    policy: Path | None,
    calibration: Path | None,
    state: Path | None,
    settle: str,
    yes: bool,
    budget: str | None,
    timeout: float,
    runs: int,
    **more: Any,  # noqa: ANN401 - restart, pairs, unseen, allow_undecided, and the files to write
) -> int:
    """Say what would be done; with `yes`, do it."""
    from perfadvisor.durations import seconds

    if budget is not None:
        raise click.UsageError("--budget does not go with --reboot: limit it by --pairs")
    outputs = {name: more.pop(name) for name in ("junit", "markdown", "json_file", "openmetrics")}
    for output in outputs.values():
        require_folder(output)
    policy_of(policy)
    plan = BootPlan(
        names=names_of(name_a or a, name_b or b),
        choose=(_command(a, "--a"), _command(b, "--b")),
        workload=workload or "",
        cmd=cmd or "",
        own=tuple(map(_absolute, own)),
        directory=_absolute(directory),
        checkout=_absolute(Path()),
        policy=_absolute(policy) if policy else "",
        calibration=_absolute(calibration) if calibration else "",
        outputs={name: _absolute(path) for name, path in outputs.items() if path},
        settle_s=seconds(settle),
        timeout=timeout,
        runs=runs,
        **more,
    )
    _command(plan.restart, "--restart")
    _require_source(plan)
    path = state or state_file.usual()
    click.echo("\n".join(_told(plan, path)))
    if not yes:
        click.echo("nothing was changed: add --yes to begin, which restarts this machine at once")
        return 0
    going.begin(path, plan, _world())
    return 0


def _absolute(path: Path) -> str:
    return str(path.absolute())


def _command(text: str, option: str) -> str:
    """What a boot runs must be a command now."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise InputError(f"{option} {text!r}: {error}", "quote it as a shell would want it") from None
    if not words:
        raise InputError(f"{option} is empty", HINT)
    return text


def _require_source(plan: BootPlan) -> None:
    """A mistake is worth a line now, not a restart."""
    if bool(plan.workload) == bool(plan.cmd):
        raise click.UsageError("give either a WORKLOAD or --cmd")
    if plan.cmd:
        _command(plan.cmd, "--cmd")
        return
    from perfadvisor.gating.workload import workload_of

    workload_of(plan.workload, tuple(map(Path, plan.own)))


def _told(plan: BootPlan, path: Path) -> list[str]:
    what = plan.workload or plan.cmd
    init = unit.path()
    resumed = shlex.join(unit.command(path))
    after = f"  after each start:  {init} runs: {resumed}" if init else f"  have your init run at each start: {resumed}"
    return [
        f"compares two ways to start this machine in at most {plan.pairs} pairs of boots (ABBA):",
        *(f"  {name}:  {command}" for name, command in zip(plan.names, plan.choose, strict=True)),
        f"  each boot:  {plan.settle_s:.0f} s to settle, then the median of {plan.runs} fresh runs of {what}",
        f"  restarts by:  {plan.restart}",
        f"  state:  {path}",
        after,
        f"  to stop it:  {state_file.STOP} --state {path}"
        + (f", or systemd.mask={unit.NAME} among the kernel's options" if init else ""),
    ]


def resume(*, state: Path | None) -> int:
    """Go on in this boot; the exit code of the judgement where it is the last one."""
    path = state or state_file.usual()
    report = going.resume(path, _world(), _judge)
    return 0 if report is None else _finished(path, report)


def show(*, state: Path | None) -> int:
    """How far it is, and the judgement where there is one."""
    path = state or state_file.usual()
    found = state_file.load(path)
    for number, boot in enumerate(found.boots, 1):
        figures = ", ".join(f"{one.workload}/{one.metric} {one.values[0]:.6g} {one.unit}" for one in boot.runs)
        click.echo(f"boot {number}: {found.plan.names[boot.side]}: {figures}")
    for lost in found.lost:
        click.echo(f"a boot gave nothing: {lost.why}")
    report = _judge(found)
    if report is not None:
        return finished(report, policy_of(_path(found.plan.policy)), found.plan.allow_undecided, {})
    click.echo(f"ended: {found.ended}" if found.ended else f"goes on; to stop it: {state_file.STOP}")
    return 0


def stop(*, state: Path | None) -> int:
    """Take it away: no restart follows."""
    for line in going.stop(state or state_file.usual()):
        click.echo(line)
    return 0


def _judge(state: State) -> GateReport | None:
    rules = policy_of(_path(state.plan.policy))
    policies = policies_of(rules, _path(state.plan.calibration), NOBODY, None)
    return judged(state, policies, rules.acknowledgements(today()))


def _finished(path: Path, report: GateReport) -> int:
    plan = state_file.load(path).plan
    outputs: Mapping[str, Path | None] = {name: Path(text) for name, text in plan.outputs.items()}
    return finished(report, policy_of(_path(plan.policy)), plan.allow_undecided, dict(outputs))


def _path(text: str) -> Path | None:
    return Path(text) if text else None


def _world() -> World:
    return World(here=going.here, measure=_measure, run=going.run, sleep=time.sleep, say=_say)


def _say(text: str) -> None:
    click.echo(text, err=True)


def _measure(plan: BootPlan) -> Figures:
    """The fresh runs of this boot."""
    os.chdir(plan.checkout)
    source = Source(
        workload=plan.workload or None,
        cmd=plan.cmd or None,
        own=tuple(map(Path, plan.own)),
        directory=Path(plan.directory),
        timeout=plan.timeout,
    )
    place = "local" if plan.workload else plan.checkout
    with source.measuring((place,)) as measure:
        return joined([measure(place) for _ in range(plan.runs)])
