"""Disturbed trials are measured again, each once, instead of being pooled with the others.

Whether a trial is repeated depends on what others did meanwhile, never on its own value: leaving out what looks slow
would make every result look better than it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from perfadvisor.analyse.results.trust import with_doubts
from perfadvisor.bundle.schema import RunFile
from perfadvisor.formatting import count_of
from perfadvisor.model.doubts import BY_OTHERS
from perfadvisor.model.result import TrialResult, TrialState
from perfadvisor.model.workload import Trial
from perfadvisor.plan import seconds_of
from perfadvisor.runner.more.extending import Extension, next_number

MOST_NAMED = 8


@dataclass(frozen=True)
class Again:
    """The policy of runs with a budget."""

    def more(self, header: RunFile, results: Sequence[TrialResult], left_s: float | None) -> Extension:
        """One repeat of each disturbed trial that has none, in the order of the plan, as long as there is time."""
        trials: list[Trial] = []
        for result in disturbed(header, results):
            repeat = replace(result.trial, number=next_number(header) + len(trials), again_of=result.trial.number)
            if left_s is None or seconds_of([*trials, repeat]) <= left_s:
                trials.append(repeat)
        if not trials:
            return Extension()
        named = _named([trial.again_of for trial in trials])
        return Extension(trials=tuple(trials), said=(f"measured again, because other work disturbed them: {named}",))

    def words(self, header: RunFile, results: Sequence[TrialResult]) -> tuple[str, ...]:
        """The disturbed trials that the budget had no time for."""
        left = [result.trial.number for result in disturbed(header, results)]
        return (f"disturbed by other work, and the budget had no time to repeat them: {_named(left)}",) if left else ()


def disturbed(header: RunFile, results: Sequence[TrialResult]) -> Iterator[TrialResult]:
    """Finished trials that other work touched and that were not planned again; a repeat is not repeated."""
    repeated = {trial.again_of for trial in header.plan}
    for result in results:
        if result.state is not TrialState.DONE or result.trial.again_of or result.trial.number in repeated:
            continue
        judged = with_doubts(result, header.workloads[result.trial.workload])
        if BY_OTHERS & {doubt.reason for doubt in judged.doubts}:
            yield result


def _named(numbers: Sequence[int]) -> str:
    shown = ", ".join(map(str, numbers[:MOST_NAMED]))
    more = f" and {len(numbers) - MOST_NAMED} more" if len(numbers) > MOST_NAMED else ""
    return f"{count_of(len(numbers), 'trial')} ({shown}{more})"
