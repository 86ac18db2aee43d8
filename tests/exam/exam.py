"""One scenario from the first look to the last: baseline, plant, run, advise, fix, undo, compare."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from subprocess import SubprocessError

from perfadvisor.model.gate import Verdict
from perfadvisor.model.workload import Workload
from perfadvisor.packs.workloads import load_workloads
from tests.exam.deeds import DeedError, done
from tests.exam.ending import taken_away_in_peace
from tests.exam.fixing import Fix, NoFixError, by_hand, by_plan
from tests.exam.judged import REMARKS, WORKLOADS, Fired, judged
from tests.exam.rounds import Won, cost, won
from tests.exam.scenario import Scenario
from tests.exam.stages.disk import disk
from tests.exam.stages.network import network
from tests.exam.stages.stage import Stage

STAGES = {"ram": disk, "disk": disk, "veth": network, "line": network}
HEALTHY, PLANTED = 2, 2
Beside = Callable[[Stage], AbstractContextManager[None]]


@dataclass(kw_only=True)
class Outcome:
    """What came of one scenario. `found` are the expected rules that fired, `false` other new findings, `first` whether
    an expected one leads the new ones; `cost` is planted over healthy; `skipped` says why it cannot be played here;
    `beside` is what another tuner made of the same plant."""

    scenario: Scenario
    values: Mapping[str, str]
    standing: tuple[str, ...] = ()
    found: tuple[str, ...] = ()
    first: bool = False
    false: tuple[str, ...] = ()
    cost: float | None = None
    how: str = ""
    changes: tuple[str, ...] = ()
    won: Won | None = None
    no_fix: str = ""
    left: list[str] = field(default_factory=list)
    beside: Won | None = None
    skipped: str = ""
    seconds: float = 0.0


class Room:
    """A stage that stands, with what was found on it before anything was planted."""

    def __init__(self, stage: Stage, folder: Path, beside: Beside | None = None) -> None:
        self.stage, self.folder, self.beside = stage, folder, beside
        self.workloads = load_workloads([WORKLOADS])
        self.before: dict[str, tuple[Fired, ...]] = {}
        self.number = 0

    def judge(self, workload: str) -> tuple[Path, tuple[Fired, ...]]:
        """A run of the workload, and its findings."""
        self.number += 1
        run = self.folder / f"run-{self.number}"
        return run, judged(self.stage, workload, run)

    def standing(self, workload: str) -> tuple[Fired, ...]:
        """The findings of the healthy stage, judged once for each workload."""
        if workload not in self.before:
            self.measure(self.workloads[workload])  # the first is cold
            self.before[workload] = self.judge(workload)[1]
        return self.before[workload]

    def measure(self, workload: Workload) -> float:
        """The primary metric of one short run."""
        return self.stage.measure(workload).value


@contextlib.contextmanager
def room(kind: str, folder: Path, beside: Beside | None = None) -> Iterator[Room]:
    """A stage of this kind, taken away at the end."""
    folder.mkdir(parents=True)
    with taken_away_in_peace(STAGES[kind](kind)) as stage:
        yield Room(stage, folder.resolve(), beside)


def examine(scenario: Scenario, seed: int, place: Room) -> Outcome:
    """Play the scenario; nothing of it is left, and what is left all the same is told."""
    started, outcome = time.monotonic(), Outcome(scenario=scenario, values=scenario.drawn(seed))
    first = place.stage.state()
    try:
        standing = place.standing(scenario.workload)
        outcome.standing = tuple(one.rule for one in standing)
        healthy = _several(place, scenario, HEALTHY)
        with done(scenario.plant, place.stage, outcome.values):
            _planted(scenario, outcome, place, standing, healthy)
            _beside(scenario, outcome, place, healthy)
    except (DeedError, RuntimeError, SubprocessError) as error:
        outcome.skipped = str(error)
    outcome.left += _differences(first, place.stage.state())
    outcome.seconds = time.monotonic() - started
    return outcome


def _beside(scenario: Scenario, outcome: Outcome, place: Room, healthy: list[float]) -> None:
    """The other tuner on the same plant."""
    other = place.beside
    if other is None:
        return
    planted = place.stage.state()
    sample = partial(place.stage.measure, place.workloads[scenario.workload])
    with contextlib.suppress(NoFixError):
        outcome.beside = won(sample, lambda: other(place.stage), healthy)
    outcome.left += _differences(planted, place.stage.state())


def _several(place: Room, scenario: Scenario, times: int) -> list[float]:
    return [place.measure(place.workloads[scenario.workload]) for _ in range(times)]


def _planted(
    scenario: Scenario, outcome: Outcome, place: Room, standing: tuple[Fired, ...], healthy: list[float]
) -> None:
    run, fired = place.judge(scenario.workload)
    known = {(one.rule, one.subject) for one in standing}
    passed_over = REMARKS - set(scenario.expect)
    new = [one.rule for one in fired if (one.rule, one.subject) not in known and one.rule not in passed_over]
    outcome.found = tuple(rule for rule in dict.fromkeys(new) if rule in scenario.expect)
    outcome.false = tuple(rule for rule in dict.fromkeys(new) if rule not in (*scenario.expect, *scenario.also))
    outcome.first = bool(new) and new[0] in scenario.expect
    if outcome.found and scenario.kind != "unknown":
        _mended(scenario, outcome, place, run, healthy)
    else:
        outcome.cost = cost(healthy, _several(place, scenario, PLANTED))


def _mended(scenario: Scenario, outcome: Outcome, place: Room, run: Path, healthy: list[float]) -> None:
    planted = place.stage.state()
    sample = partial(place.stage.measure, place.workloads[scenario.workload])
    try:
        with contextlib.ExitStack() as undo:
            rules = outcome.found if scenario.kind == "pair" else outcome.found[:1]
            planned = [
                rule for rule in rules if not scenario.fix or (scenario.by_hand and rule not in scenario.by_hand)
            ]
            parts = [undo.enter_context(by_plan(rule, run, place.stage)) for rule in planned]
            outcome.how = "by its plan" if parts else "by hand"
            if scenario.fix:
                parts.append(by_hand(scenario, place.stage, outcome.values))
                outcome.how = "both ways" if planned else "by hand"
            outcome.changes = tuple(text for told, _ in parts for text in told)
            outcome.won = won(sample, lambda: _together([fix for _, fix in parts]), healthy)
            outcome.cost = outcome.won.planted / outcome.won.healthy
    except NoFixError as error:
        outcome.no_fix = str(error)
        outcome.cost = cost(healthy, _several(place, scenario, PLANTED))
    outcome.left += _differences(planted, place.stage.state())


@contextlib.contextmanager
def _together(fixes: list[Fix]) -> Iterator[None]:
    with contextlib.ExitStack() as undo:
        for fix in fixes:
            made: AbstractContextManager[None] = fix()
            undo.enter_context(made)
        yield


def _differences(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    names = sorted(before.keys() | after.keys())
    return [
        f"{name}: {before.get(name)!r} -> {after.get(name)!r}" for name in names if before.get(name) != after.get(name)
    ]


def put_back(outcome: Outcome) -> bool:
    """Whether a fix that was tried would not be kept: the gate did not see it help."""
    return outcome.won is None or outcome.won.verdict is not Verdict.IMPROVED
