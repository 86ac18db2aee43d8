"""`compare` prints a table, and writes the same rows for other programs."""

from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner

from perfadvisor.cli.compare import command
from perfadvisor.errors import InputError

ROWS = "workload,metric,unit,better,value\n"


@pytest.fixture
def sides(tmp_path: Path) -> list[str]:
    for name, factor in (("a.csv", 1.0), ("b.csv", 2.0)):
        rows = "".join(f"w,iops,iops,higher,{factor * (100 + i)}\n" for i in range(6))
        (tmp_path / name).write_text(ROWS + rows + "w,once,s,lower,1\n")
    return [str(tmp_path / "a.csv"), str(tmp_path / "b.csv")]


@pytest.mark.parametrize(("name", "read"), [("t.csv", pd.read_csv), ("t.json", pd.read_json)])
def test_rows_are_written_as_they_are_shown(sides, tmp_path: Path, name: str, read) -> None:
    shown = CliRunner().invoke(command, [*sides, "-o", str(tmp_path / name)], catch_exceptions=False)
    table = read(tmp_path / name).set_index("metric")
    row = table.loc["w/iops"]
    assert (row["first"], row["second"], row["unit"]) == (102.5, 205.0, "iops")
    assert row["ratio"] == pytest.approx(2.0)
    assert row["low"] < 2.0 < row["high"]
    assert pd.isna(table.loc["w/once"]["low"])
    assert "w/iops" in shown.output and "+100.0 %" in shown.output


def test_a_name_without_a_format_is_refused_first(sides, tmp_path: Path) -> None:
    result = CliRunner().invoke(command, [*sides, "-o", str(tmp_path / "t.txt")])
    assert isinstance(result.exception, InputError)
    assert list(tmp_path.glob("t.*")) == []
