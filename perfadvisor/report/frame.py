"""A run as one long table: a row per sample of every trial, for notebooks, spreadsheets and the gate."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from perfadvisor.model.result import TrialResult
from perfadvisor.model.run import Run

if TYPE_CHECKING:
    import pandas as pd

# The first five are what `perfadvisor gate --baseline FILE.csv` takes; the others say where a row comes from.
COLUMNS = (
    "workload", "metric", "unit", "better", "value",
    "environment", "trial", "repeat", "position", "started", "trust", "doubts",
)  # fmt: skip


def frame(run: Run, results: tuple[TrialResult, ...] | None = None) -> "pd.DataFrame":
    """One row per sample, in the order measured. `results` with trust marks may be given instead of the run's own."""
    import pandas as pd

    table = pd.DataFrame(_rows(run.results if results is None else results), columns=list(COLUMNS))
    return table.sort_values(["started", "trial", "metric"], kind="stable", ignore_index=True)


def _rows(results: tuple[TrialResult, ...]) -> Iterator[tuple[object, ...]]:
    for result in results:
        trial, doubts = result.trial, "; ".join(doubt.reason for doubt in result.doubts)
        for sample in result.output.samples:
            yield (
                trial.workload, sample.metric, str(sample.unit), sample.better, sample.value, trial.environment,
                trial.number, trial.repeat, trial.position, result.started, str(result.trust), doubts,
            )  # fmt: skip
