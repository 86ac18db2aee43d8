"""Begin, go on after a start of the machine, and stop: each step is on disk before it is taken."""

import shlex
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from perfadvisor.errors import InputError, MeasureError, PerfAdvisorError
from perfadvisor.gating.boots import machine, state_file, unit
from perfadvisor.gating.boots.model import Boot, BootPlan, Doubt, State
from perfadvisor.gating.boots.stepping import Do, Here, step
from perfadvisor.model.gate import GateReport, Runs
from perfadvisor.targets.base import Command
from perfadvisor.targets.changing.undo import boot_id
from perfadvisor.targets.here import process

COMMAND_S = 120.0
TAIL_CHARACTERS = 400
DECIDED = "decided"
Figures = tuple[tuple[Runs, ...], tuple[Doubt, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """What is outside: this boot, its figures, a user's command, a pause, and words for the user."""

    here: Callable[[], Here]
    measure: Callable[[BootPlan], Figures]
    run: Callable[[str], None]
    sleep: Callable[[float], None]
    say: Callable[[str], None]


def here() -> Here:
    """This boot of this machine."""
    return Here(boot=boot_id(), now=time.time(), machine=machine.identity(), started=machine.read())


def run(command: str) -> None:
    """Run a command of the user's. MeasureError, with its error output, where it fails."""
    done = process.run(Command(argv=tuple(shlex.split(command)), timeout_s=COMMAND_S))
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()[-TAIL_CHARACTERS:]
        raise MeasureError(f"{command}: exit code {done.returncode}: {said}", state_file.STOP)


def begin(path: Path, plan: BootPlan, world: World) -> None:
    """Write the state and the unit, and start the machine as its first side. InputError where another comparison goes
    on; where a step fails, nothing of it is left."""
    if path.exists() and not state_file.load(path).ended:
        raise InputError(f"{path}: a comparison goes on already", f"{state_file.STOP}, or perfadvisor gate boots show")
    now = world.here()
    files = unit.write(path, plan.checkout)
    state = State(plan=plan, machine=now.machine, stepped=now.now, files=files)
    try:
        _restart(path, state, now, world)
    except BaseException:
        list(unit.remove(files))
        path.unlink(missing_ok=True)
        raise


def resume(path: Path, world: World, judge: Callable[[State], GateReport | None]) -> GateReport | None:
    """Do what this boot is for; the judgement where it is the last one. InputError, and nothing is done, where the
    state is not meant for this boot; whatever else fails ends the comparison, so that no boot follows."""
    now = world.here()
    found = step(state_file.load(path), now)
    state = replace(found.state, stepped=now.now)
    if found.do is Do.REFUSE:
        raise InputError(f"{path}: {found.why}", state_file.STOP)
    state_file.save(path, state)
    try:
        if found.do is Do.END:
            raise MeasureError(found.why, "perfadvisor gate boots show")
        if found.do is Do.MEASURE:
            state = _measured(path, state, now, world)
        elif found.why:
            world.say(found.why)
        report = judge(state)
        if report is None:
            _restart(path, state, now, world)
        else:
            _end(path, state, DECIDED)
    except PerfAdvisorError as error:
        _end(path, state_file.load(path), error.message)
        raise
    return report


def _measured(path: Path, state: State, now: Here, world: World) -> State:
    name = state.plan.names[state.next_side]
    world.say(f"boot {len(state.boots) + 1}: {name}")
    state_file.save(path, replace(state, measuring=now.boot))
    world.sleep(state.plan.settle_s)
    runs, doubts = world.measure(state.plan)
    boot = Boot(side=state.next_side, id=now.boot, machine=now.started, runs=runs, doubts=doubts)
    state = replace(state, boots=(*state.boots, boot), measuring="", stepped=world.here().now)
    state_file.save(path, state)
    return state


def _restart(path: Path, state: State, now: Here, world: World) -> None:
    side = state.next_side
    world.say(f"restarting as {state.plan.names[side]}; to stop this: {state_file.STOP}")
    world.run(state.plan.choose[side])
    state_file.save(path, replace(state, asked_in=now.boot))
    world.run(state.plan.restart)


def _end(path: Path, state: State, why: str) -> None:
    """No boot follows: on disk first, then the unit is removed."""
    state_file.save(path, replace(state, ended=why, measuring=""))
    list(unit.remove(state.files))


def stop(path: Path) -> Iterator[str]:
    """Take the unit and the state away, whatever boot this is; yields what became of them. InputError where the file is
    something else: it stays."""
    yield from unit.remove(state_file.load(path).files)
    path.unlink()
    yield f"{path}: removed; no restart follows"
