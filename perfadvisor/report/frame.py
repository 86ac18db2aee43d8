"""A run as one long table: a row per sample of every trial, for notebooks, spreadsheets and the gate."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from perfadvisor.model.result import Cell, TrialResult, Trust, replaced
from perfadvisor.model.run import Run
from perfadvisor.plaintext import visible

if TYPE_CHECKING:
    import pandas as pd

# The first five are what `perfadvisor gate --baseline FILE.csv` takes; the others say where a row comes from.
COLUMNS = (
    "workload",
    "metric",
    "unit",
    "better",
    "value",
    "environment",
    "trial",
    "repeat",
    "position",
    "started",
    "trust",
    "doubts",
)


def frame(run: Run, cells: Iterable[Cell]) -> "pd.DataFrame":
    """One row per sample, in the order measured, with the state of its run. What was planned and not measured has a row
    without a value for each metric that judges it, its reason in `doubts`."""
    import pandas as pd

    known = {(s.metric): (str(s.unit), s.better) for r in run.results for s in r.output.samples}
    rows = [readable(row) for cell in cells for row in _rows(run, cell, known)]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values(["started", "trial", "metric"], kind="stable", ignore_index=True)


def readable(row: Iterable[object]) -> tuple[object, ...]:
    """A row whose texts any table library can hold: Arrow's are UTF-8, which has no lone surrogates."""
    return tuple(visible(value) if isinstance(value, str) else value for value in row)


def _rows(run: Run, cell: Cell, known: Mapping[str, tuple[str, str]]) -> Iterator[tuple[object, ...]]:
    if cell.trust is Trust.NOT_MEASURED:
        for metric in run.workloads[cell.workload].metrics:
            unit, better = known.get(metric, ("", ""))
            place = (cell.environment, 0, 0, 0, run.started)
            yield (cell.workload, metric, unit, better, None, *place, str(cell.trust), cell.why)
    gone = replaced(cell.trials)  # a cleaner repeat has rows of its own
    for result in (one for one in cell.trials if one.trial.number not in gone):
        mark, doubts = cell.mark_of(result), _doubts(cell, result)
        for sample in result.output.samples:
            trial = result.trial
            place = (cell.environment, trial.number, trial.repeat, trial.position, result.started)
            figure = (cell.workload, sample.metric, str(sample.unit), sample.better, sample.value)
            yield (*figure, *place, str(mark), doubts)


def _doubts(cell: Cell, result: TrialResult) -> str:
    """The run's own doubts, and the cell's where that is what makes the run INVALID."""
    own = [doubt.reason for doubt in result.doubts]
    whole = [cell.why] if cell.trust is Trust.INVALID and cell.why not in own else []
    return "; ".join([*own, *whole])
