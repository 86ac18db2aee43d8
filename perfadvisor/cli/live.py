"""The progress of a run on a terminal: a bar that is paused while a trial measures, for drawing takes CPU time."""

from collections.abc import Callable
from types import TracebackType
from typing import Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
from rich.progress import Progress as Bar

from perfadvisor.model.result import Sample, TrialResult
from perfadvisor.model.workload import Trial, Workload
from perfadvisor.plaintext import harmless
from perfadvisor.runner.progress import Progress


class LiveProgress(Progress):
    """Lines above, and below them a bar with what runs now and how long it will take; drawn between trials only."""

    def __init__(self, stream: TextIO, figure: Callable[[Sample], str]) -> None:
        super().__init__(stream, figure)
        columns = (BarColumn(bar_width=24), MofNCompleteColumn(), TextColumn("{task.description}", markup=False))
        self._bar = Bar(*columns, console=Console(file=stream), auto_refresh=False, transient=True)
        self._task = self._bar.add_task("", total=None, visible=False)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def say(self, text: str) -> None:
        self._bar.console.print(harmless(text), markup=False, highlight=False)

    def start(self, trial: Trial) -> None:
        words = f"{trial.workload} @ {trial.environment}{self.left_words()}"
        self._bar.update(self._task, total=self.total, completed=self.done, description=words, visible=True)
        self._bar.refresh()

    def end(self, result: TrialResult, workload: Workload) -> None:
        super().end(result, workload)
        self._bar.update(self._task, completed=self.done)
        self._bar.refresh()
