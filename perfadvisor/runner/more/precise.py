"""As many repeats as the noise needs: a workload is repeated until the interval of its headline is narrow enough.

The looks are planned (analyse.statistics.looks). Environments of one workload are compared with each other, so they get
the same repeats, in turns. The widest interval goes first where the budget does not reach for all.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from perfadvisor.analyse.results.cells import cell
from perfadvisor.analyse.results.trust import with_doubts
from perfadvisor.analyse.statistics.looks import FIRST_LOOK, LAST_LOOK, half_width, next_look, runs_needed
from perfadvisor.bundle.schema import RunFile
from perfadvisor.formatting import count_of
from perfadvisor.model.result import Cell, Estimate, TrialResult, Trust
from perfadvisor.model.workload import Environment, Workload
from perfadvisor.plan import more_rounds, seconds_of
from perfadvisor.runner.more.extending import Extension, next_number


@dataclass(frozen=True, kw_only=True)
class Imprecise:
    """A workload whose headline is not known well enough in each of its environments: the fewest runs that one of them
    has, and the widest interval (None: no interval yet), with its cell and estimate."""

    workload: Workload
    environments: tuple[Environment, ...]
    runs: int
    width: float | None
    widest: tuple[Cell, Estimate]


@dataclass(frozen=True)
class Precise:
    """Repeat until the half width of the interval is at most this share of the median."""

    precision: float

    def more(self, header: RunFile, results: Sequence[TrialResult], left_s: float | None) -> Extension:
        """Rounds up to each workload's next look, the widest first, as far as there is time."""
        left = float("inf") if left_s is None else left_s
        wanted: list[tuple[tuple[Workload, Environment], int]] = []
        for one in imprecise(header, results, self.precision):
            pairs = [(one.workload, environment) for environment in one.environments]
            count = min((next_look(one.runs) or 0) - one.runs, LAST_LOOK - _tried(header, one.workload))
            more = [(pair, count) for pair in pairs if count > 0]
            cost_s = seconds_of(more_rounds(more, number=1, repeat=0, seed=0))
            if more and cost_s <= left:
                wanted += more
                left -= cost_s
        last = max((trial.repeat for trial in header.plan), default=0)
        trials = more_rounds(wanted, number=next_number(header), repeat=last, seed=header.seed)
        return Extension(trials=trials)

    def words(self, header: RunFile, results: Sequence[TrialResult]) -> tuple[str, ...]:
        """What is not known well enough, and about how many repeats more that would take."""
        return tuple(_words(one, self.precision) for one in imprecise(header, results, self.precision))


def _tried(header: RunFile, workload: Workload) -> int:
    """How often it was planned at most in one environment: INVALID runs count here, so that nothing goes on forever."""
    planned = Counter(
        trial.environment for trial in header.plan if trial.workload == workload.id and not trial.again_of
    )
    return max(planned.values(), default=0)


def _words(one: Imprecise, precision: float) -> str:
    found, estimate = one.widest
    after = f"after {count_of(one.runs, 'run')}"
    if one.width is None or one.runs < FIRST_LOOK:
        return f"{found.id}: {estimate.metric}: too few runs to tell how well it is known, {after}; needs {FIRST_LOOK}"
    more = count_of(runs_needed(one.runs, one.width, precision), "more repeat")
    known = f"{found.id}: {estimate.metric} is known within {one.width:.1%}, not {precision:.1%}"
    return f"{known}, {after}; needs about {more}".replace("%", " %")


def imprecise(header: RunFile, results: Sequence[TrialResult], precision: float) -> list[Imprecise]:
    """The workloads that need more repeats, the one that needs them most first."""
    found = [one for workload in header.workloads.values() if (one := _imprecise(header, workload, results, precision))]
    return sorted(found, key=lambda one: _size(one.width), reverse=True)


def _imprecise(
    header: RunFile, workload: Workload, results: Sequence[TrialResult], precision: float
) -> Imprecise | None:
    measured = list(_measured(header, workload, results))
    runs = min((one[1][1].n for one in measured), default=0)
    if not measured or (runs >= FIRST_LOOK and all(_size(width) <= precision for _, _, width in measured)):
        return None
    _, widest, width = max(measured, key=lambda one: _size(one[2]))
    return Imprecise(
        workload=workload,
        environments=tuple(one[0] for one in measured),
        runs=runs,
        width=width,
        widest=widest,
    )


def _size(width: float | None) -> float:
    return float("inf") if width is None else width


Measured = tuple[Environment, tuple[Cell, Estimate], float | None]


def _measured(header: RunFile, workload: Workload, results: Sequence[TrialResult]) -> Iterator[Measured]:
    """Each environment where the workload gave its headline, and the half width of its interval."""
    for environment in header.environments:
        mine = tuple(
            with_doubts(result, workload)
            for result in results
            if (result.trial.workload, result.trial.environment) == (workload.id, environment.name)
        )
        found = cell(workload, environment.name, mine, stops_itself=True)
        by_name = {estimate.metric: estimate for estimate in found.estimates}
        head = next((by_name[name] for name in workload.metrics if name in by_name), None)
        if head is not None and found.trust is not Trust.NOT_MEASURED:
            yield environment, (found, head), half_width(head.low, head.high, head.median)
