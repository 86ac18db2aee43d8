"""Points that a search for the largest load within a latency asks for (analyse.curves.search)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

from perfadvisor.analyse.curves.search import Step, step
from perfadvisor.analyse.results.trust import with_doubts
from perfadvisor.bundle.schema import RunFile
from perfadvisor.formatting import interval, quantity
from perfadvisor.model.result import Sample, TrialResult, Trust, worst
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import VARIED, Workload
from perfadvisor.plan import more_rounds, seconds_of
from perfadvisor.runner.more.extending import Extension, next_number
from perfadvisor.sweeping import LatencyTarget, Sweep
from perfadvisor.varying import varied


@dataclass(frozen=True, kw_only=True)
class Search:
    """The policy of a sweep with a target, in the run's one environment. `workload` is the one that is swept."""

    workload: Workload
    sweep: Sweep
    target: LatencyTarget

    def more(self, header: RunFile, results: Sequence[TrialResult], left_s: float | None) -> Extension:
        """The next value of the search, as often as it needs to be measured."""
        wanted = self._step(header, results)
        if wanted is None or wanted.is_answer:
            return Extension()
        like = self._nearest(header, wanted.value)
        asked = {self.sweep.parameter: wanted.value}  # the run may have given it another engine, or less time
        workload = replace(varied(like, asked), title=varied(self.workload, asked).title)
        last = max((trial.repeat for trial in header.plan), default=0)
        pairs = [((workload, header.environments[0]), wanted.runs)]
        trials = more_rounds(pairs, number=next_number(header), repeat=last, seed=header.seed)
        if left_s is not None and seconds_of(trials) > left_s:
            return Extension()
        new = {} if workload.id in header.workloads else {workload.id: workload}
        return Extension(trials=trials, workloads=new, like=dict.fromkeys(new, like.id))

    def words(self, header: RunFile, results: Sequence[TrialResult]) -> tuple[str, ...]:
        """The answer, or how far the search came."""
        found, target = self._step(header, results), quantity(self.target.most_ns, Unit.NANOSECONDS)
        asked = f"{self.workload.id}: {self.target.metric} of at most {target}"
        if found is None:
            return (f"{asked}: nothing was measured",)
        if not found.is_answer:
            return (f"{asked}: the search did not end within the budget; {self.sweep.parameter} {found.value} is next",)
        if not found.value:
            return (f"{asked}: {self.sweep.parameter} {self.sweep.values[0]} already exceeds it",)
        return (f"{asked}: {self._answer(header, results, found.value)}",)

    def _answer(self, header: RunFile, results: Sequence[TrialResult], value: int) -> str:
        mine = [result for result in results if self._value(header, result) == value]
        metrics = [sample for result in mine for sample in result.output.samples]
        way = self.target.metric.partition(".")[0]
        rates = [sample.value for sample in metrics if sample.metric == f"{way}.iops"]
        slow = sorted(sample.value for sample in metrics if sample.metric == self.target.metric)
        middle = median(slow)
        ends = interval(slow[0], slow[-1], Unit.NANOSECONDS, like=middle)
        words = f"{quantity(median(rates), Unit.IOPS)} at {self.sweep.parameter} {value}" if rates else str(value)
        edge = ", the largest value asked for" if value == self.sweep.values[-1] else ""
        tail = f"{self.target.metric} {quantity(middle, Unit.NANOSECONDS)} ({ends} in {len(slow)} runs)"
        mark = worst(with_doubts(result, header.workloads[result.trial.workload]).trust for result in mine)
        doubt = "" if mark is Trust.VALID else f"; some of these runs are {mark}"
        return f"{words}, {tail}{edge}{doubt}"

    def _step(self, header: RunFile, results: Sequence[TrialResult]) -> Step | None:
        measured: dict[int, list[float]] = {}
        for result in results:
            if (value := self._value(header, result)) is not None:
                measured.setdefault(value, []).append(_latency(result.output.samples, self.target.metric))
        return step(measured, self.target.most_ns) if measured else None

    def _value(self, header: RunFile, result: TrialResult) -> int | None:
        workload = header.workloads[result.trial.workload]
        mine = workload.id.partition(VARIED)[0] == self.workload.id.partition(VARIED)[0]
        value = workload.parameters.get(self.sweep.parameter)
        return value if mine and isinstance(value, int) else None

    def _nearest(self, header: RunFile, value: int) -> Workload:
        """A workload of the run that is set up as one with this value is."""
        mine = (one for one in header.workloads.values() if isinstance(one.parameters.get(self.sweep.parameter), int))
        return min(mine, key=lambda one: abs(int(one.parameters[self.sweep.parameter]) - value))


def _latency(samples: Sequence[Sample], metric: str) -> float:
    """A trial without the figure, because it failed, meets no target."""
    return next(_of(samples, metric), float("inf"))


def _of(samples: Sequence[Sample], metric: str) -> Iterator[float]:
    return (sample.value for sample in samples if sample.metric == metric)
