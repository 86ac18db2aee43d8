"""What to do in a boot: pure, so that every order of boots and crashes can be tried.

A machine is restarted only while a comparison that its user began goes on, and a boot counts only if it is what was
asked for: a power cut, or a choice of the boot loader that did nothing, must not give figures to the wrong side.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from perfadvisor.gating.boots.model import Lost, State

STALE_S = 86400.0  # judgement: whoever left it for a day has other things in mind
BACK_S = 3600.0  # judgement: what a clock may be corrected by at a start
MOST_LOST = 3
SHOWN = 3  # differences that are named


class Do(StrEnum):
    """What follows."""

    MEASURE = "measure"
    RESTART = "restart"
    END = "end"
    REFUSE = "refuse"


@dataclass(frozen=True, kw_only=True, slots=True)
class Here:
    """This boot: the kernel's id of it, the time in seconds since 1970, a hash that stands for this machine, and what
    started, by name."""

    boot: str
    now: float
    machine: str
    started: Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class BootStep:
    """What to do, why where it is not a measurement, and the state to go on with."""

    do: Do
    state: State
    why: str = ""


def step(state: State, here: Here) -> BootStep:
    """What to do in this boot. Nothing is done where the state cannot be meant for it."""
    if why := _refused(state, here):
        return BootStep(do=Do.REFUSE, state=state, why=why)
    if here.boot in {one.id for one in state.boots} | {one.id for one in state.lost}:
        return BootStep(do=Do.RESTART, state=state, why="this boot was measured already")
    if state.measuring and state.measuring != here.boot:
        state = _lost(state, state.measuring, "it ended while it was measured")
    if len(state.lost) < MOST_LOST and (why := _not_as_asked(state, here.started)):
        state = _lost(state, here.boot, why)
        if len(state.lost) < MOST_LOST:
            return BootStep(do=Do.RESTART, state=state, why=why)
    if len(state.lost) >= MOST_LOST:
        return BootStep(do=Do.END, state=state, why=f"{MOST_LOST} boots gave nothing; the last: {state.lost[-1].why}")
    return BootStep(do=Do.MEASURE, state=state)


def _refused(state: State, here: Here) -> str:
    if state.ended:
        return f"the comparison is over: {state.ended}"
    if here.machine != state.machine:
        return "the state was written on another machine"
    age = here.now - state.stepped
    if not -BACK_S <= age <= STALE_S:
        return f"the state is stale: its last step was {_hours(age)}"
    if here.boot == state.asked_in:
        return f"a restart was asked for in this boot and did not come: {state.plan.restart}"
    return ""


def _hours(age: float) -> str:
    return f"{age / 3600:.0f} hours ago" if age > 0 else f"{-age / 3600:.0f} hours in the future"


def _lost(state: State, boot: str, why: str) -> State:
    return replace(state, lost=(*state.lost, Lost(id=boot, why=why)), measuring="")


def _not_as_asked(state: State, started: Mapping[str, str]) -> str:
    """Why this boot cannot be one of the side that comes next, "" where it may be."""
    side = state.next_side
    name, other = state.plan.names[side], state.plan.names[1 - side]
    same = next((one.machine for one in state.boots if one.side == side), None)
    if same is not None:
        moved = differences(same, started)
        return f"not started as {name} was before: {'; '.join(moved[:SHOWN])}" if moved else ""
    if state.plan.unseen or all(one.machine != started for one in state.boots):
        return ""
    return f"started just as {other} did, in all that is read of a machine: the choice of {name} had no effect"


def differences(one: Mapping[str, str], other: Mapping[str, str]) -> list[str]:
    """What two boots differ in, in words."""
    names = sorted(one.keys() | other.keys())
    return [
        f"{name}: {one.get(name, 'not there')} -> {other.get(name, 'not there')}"
        for name in names
        if one.get(name) != other.get(name)
    ]
