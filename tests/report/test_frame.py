"""The long table: a row per sample, in the order measured, and readable back."""

from io import StringIO

import pandas as pd

from perfadvisor.report.frame import COLUMNS, frame
from tests.report import synthetic

VIEW = synthetic.view(repeats=3, copies=1)


def test_one_row_a_sample() -> None:
    table = frame(VIEW.run)
    assert tuple(table.columns) == COLUMNS
    assert len(table) == sum(len(result.output.samples) for result in VIEW.run.results)
    assert table["started"].is_monotonic_increasing


def test_values_survive_csv() -> None:
    table = frame(VIEW.run)
    back = pd.read_csv(StringIO(table.to_csv(index=False)), keep_default_na=False)
    assert back["value"].tolist() == table["value"].tolist()
    assert back["workload"].tolist() == table["workload"].tolist()


def test_trust_marks_come_along() -> None:
    trials = tuple(trial for cell in VIEW.cells for trial in cell.trials)
    assert set(frame(VIEW.run, trials)["trust"]) <= {"VALID", "NOISY", "INVALID"}
