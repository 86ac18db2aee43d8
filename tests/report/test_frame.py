"""The long table: a row per sample, in the order measured, and readable back."""

import csv
from io import StringIO

import pandas as pd

from perfadvisor.model.result import Cell
from perfadvisor.report.frame import COLUMNS, frame
from tests.report import synthetic

VIEW = synthetic.view(repeats=3, copies=1)
MEASURED = tuple(cell for cell in VIEW.cells if cell.trials)


def test_one_row_a_sample() -> None:
    table = frame(VIEW.run, MEASURED)
    assert tuple(table.columns) == COLUMNS
    assert len(table) == sum(len(result.output.samples) for result in VIEW.run.results)
    assert table["started"].is_monotonic_increasing


def test_values_survive_csv() -> None:
    table = frame(VIEW.run, MEASURED)
    back = list(csv.DictReader(StringIO(table.to_csv(index=False))))  # pandas 2's own reader rounds
    assert [float(row["value"]) for row in back] == table["value"].tolist()
    assert [row["workload"] for row in back] == table["workload"].tolist()


def test_trust_marks_come_along() -> None:
    assert set(frame(VIEW.run, MEASURED)["trust"]) == {"VALID", "NOISY", "INVALID"}


def test_what_was_not_measured_has_a_row_with_the_reason() -> None:
    missing = Cell(workload="storage/buffered-read", environment="vm", estimates=(), trials=(), reason="no fio there")
    (row,) = frame(VIEW.run, (missing,)).to_dict("records")
    assert (row["metric"], row["trust"], row["doubts"]) == ("read.bytes_per_s", "NOT_MEASURED", "no fio there")
    assert pd.isna(row["value"])
