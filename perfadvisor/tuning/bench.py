"""What a tune measures with: the workloads of all its fixes, set up once, or one command of the user."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from perfadvisor.gating.command import timed_command
from perfadvisor.gating.workload import Bench, bench
from perfadvisor.model.gate import Side
from perfadvisor.runner.request import RunOptions
from perfadvisor.tuning.judging import is_guard_by_name
from perfadvisor.tuning.model import PlannedFix

HERE = "local"
INSIDE = ("guest", "container")
Measure = Callable[[], Side]


@dataclass(frozen=True, kw_only=True, slots=True)
class Measuring:
    """What is measured for one fix: `measure` gives one fresh run of all of it, `is_goal` tells the metrics that are to
    gain; `refusal` says why nothing can be measured for it, "" where it can. `goals` counts the metrics that are to
    gain."""

    measure: Measure
    is_goal: Callable[[str, str], bool]
    refusal: str = ""
    goals: int = 1


Ground = Callable[[Sequence[PlannedFix]], Measuring]


@contextmanager
def by_command(command: str, timeout_s: float) -> Iterator[Ground]:
    """One command for every fix; its tail latencies guard."""
    measuring = Measuring(
        measure=lambda: timed_command(command, Path(), timeout_s),
        is_goal=lambda _, metric: not is_guard_by_name(metric),
    )
    yield lambda _: measuring


@contextmanager
def by_workloads(fixes: Sequence[PlannedFix], options: RunOptions, runtime_s: float | None) -> Iterator[Ground]:
    """The workloads of these fixes, with the CPU time of an operation as one more guard."""
    names = tuple(dict.fromkeys(name for fix in fixes for name in (*fix.workloads, *fix.guards)))
    if not names:
        yield lambda _: Measuring(measure=_nothing, is_goal=_no_goal, refusal="no workload of ours shows it; use --cmd")
        return
    with bench(names, (HERE,), options, cost=True, runtime_s=runtime_s) as made:
        yield lambda some: _of(some, made)


def _of(fixes: Sequence[PlannedFix], made: Bench) -> Measuring:
    own = tuple(dict.fromkeys(name for fix in fixes for name in fix.workloads))
    usable = tuple(name for name in own if not made.refusal(name, HERE))
    beside = tuple(dict.fromkeys(name for fix in fixes for name in fix.guards if name not in own))
    names = (*usable, *(name for name in beside if not made.refusal(name, HERE)))
    heads = {one.id: one.metrics[0] for name in usable for one in made.workloads[name]}
    reason = _unusable(own, made) or next(filter(None, (_elsewhere(fix, made, usable) for fix in fixes)), "")
    return Measuring(
        measure=lambda: made.measure(HERE, names),
        is_goal=lambda workload, metric: heads.get(workload) == metric,
        refusal=reason,
        goals=max(1, len(heads)),
    )


def _unusable(own: Sequence[str], made: Bench) -> str:
    if not own:
        return "no workload of ours shows it; use --cmd"
    reasons = [made.refusal(name, HERE) for name in own]
    return reasons[0] if all(reasons) else ""


def _elsewhere(fix: PlannedFix, made: Bench, usable: Sequence[str]) -> str:
    """Why the workloads say nothing about a disk or NIC that their bytes do not cross, or about a guest or container
    that they do not run in."""
    inside = {one.setting.partition(".")[0] for one in fix.wanted} & set(INSIDE)
    if inside:
        return f"it acts in the {inside.pop()}, where this workload does not run; use --cmd with one that works there"
    crossed: Mapping[str, set[str]] = {
        "block": {made.path(name, HERE).block for name in usable if name.startswith("storage/")},
        "nic": {made.path(name, HERE).nic for name in usable if name.startswith("network/")},
    }
    for wanted in fix.wanted:
        kind = wanted.setting.partition(".")[0]
        if crossed.get(kind) and wanted.subject.partition("/")[0] not in crossed[kind]:
            found = ", ".join(sorted(filter(None, crossed[kind]))) or f"no {kind}"
            way = "--dir DIRECTORY on that disk" if kind == "block" else "--peer ssh:HOST behind that interface"
            return f"its workload crosses {found}, not {wanted.subject}; use {way}"
    return ""


def _nothing() -> Side:
    raise AssertionError("nothing is measured where there is a refusal")


def _no_goal(_workload: str, _metric: str) -> bool:
    return False
