"""What a waiting user wants to see: which trial runs, what came out, and how long it will take.

It is written between trials only, never while one measures: a spinner takes CPU time.
"""

import time
from collections.abc import Callable
from typing import TextIO

from perfadvisor.formatting import duration
from perfadvisor.model.result import Sample, TrialResult, TrialState
from perfadvisor.model.workload import Trial, Workload
from perfadvisor.plaintext import harmless
from perfadvisor.plan import seconds_of


class Progress:
    """One line a trial on `stream`. `figure` writes one number for people."""

    def __init__(self, stream: TextIO, figure: Callable[[Sample], str]) -> None:
        self._stream = stream
        self._figure = figure
        self._todo: list[Trial] = []
        self._began = time.monotonic()
        self._planned_s = 0.0
        self.total = 0

    def say(self, text: str) -> None:
        """One line."""
        print(harmless(text), file=self._stream, flush=True)

    def begin(self, plan: tuple[Trial, ...], todo: list[Trial]) -> None:
        """All trials of the run, and those still to be done."""
        self.total, self._todo = len(plan), list(todo)
        self._began = time.monotonic()
        done = f", {len(plan) - len(todo)} of them done already" if len(todo) < len(plan) else ""
        self.say(f"{len(plan)} trials{done}: about {duration(seconds_of(todo))}")

    def start(self, trial: Trial) -> None:
        """A trial begins."""

    def end(self, result: TrialResult, workload: Workload) -> None:
        """A trial is over."""
        self._todo = [trial for trial in self._todo if trial.number != result.trial.number]
        self._planned_s += seconds_of([result.trial])
        self.say(f"{self.place(result.trial)}  {self._outcome(result, workload)}{self.left_words()}")

    @property
    def done(self) -> int:
        """Trials that are over."""
        return self.total - len(self._todo)

    def left_words(self) -> str:
        """How long it still takes, as the end of a line; nothing where all is done."""
        return f"  ({duration(self.left_s())} left)" if self._todo else ""

    def left_s(self) -> float:
        """Seconds still to go, from what the trials so far really took against what was planned for them."""
        spent = time.monotonic() - self._began
        pace = spent / self._planned_s if self._planned_s else 1.0
        return seconds_of(self._todo) * min(max(pace, 0.1), 10.0)

    def place(self, trial: Trial) -> str:
        """Which trial of how many, and what it measures."""
        return f"[{trial.number:{len(str(self.total))}}/{self.total}] {trial.workload} @ {trial.environment}"

    def _outcome(self, result: TrialResult, workload: Workload) -> str:
        """The headline number, or why there is none."""
        if result.state is not TrialState.DONE:
            return f"{result.state.value}: {result.reason}"
        samples = {sample.metric: sample for sample in result.output.samples}
        headline = next((samples[metric] for metric in workload.metrics if metric in samples), None)
        return self._figure(headline) if headline else "measured"
