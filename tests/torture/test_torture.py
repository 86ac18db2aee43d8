"""A few minutes of rough handling. PERFADVISOR_TORTURE_S sets how long (240 s), PERFADVISOR_SEED which steps."""

import os
import random
import secrets

import pytest

from benchmarks import fuzz
from tests.torture import readers
from tests.torture.__main__ import torture
from tests.torture.report import Report

SECONDS = float(os.environ.get("PERFADVISOR_TORTURE_S", "240"))
SEED = int(os.environ.get("PERFADVISOR_SEED", secrets.randbelow(2**31)))


@pytest.mark.slow
@pytest.mark.tools
@pytest.mark.timeout(SECONDS + 300)
def test_nothing_breaks_within_the_time(tmp_path, capsys) -> None:
    report = torture(tmp_path, SEED, SECONDS, ("signals", "signals", "readers", "disks"))
    with capsys.disabled():
        print(f"\n{report.table()}")
    assert report.failures == []
    assert sum(report.done.values()) > SECONDS / 10


def test_a_failure_leaves_its_input_and_the_way_to_repeat_it(tmp_path, monkeypatch) -> None:
    def bad() -> None:
        raise KeyError("x")

    monkeypatch.setattr(fuzz, "input_case", lambda _number, _seed: ("bad", b"data", bad))
    report = Report(tmp_path, 7)
    readers.feed(random.Random(1), 3, report)
    assert report.failures == [f"bad: KeyError: 'x' ({tmp_path}/failure-1)"]
    assert {path.name for path in (tmp_path / "failure-1").iterdir()} == {"input", "story.json"}
    assert "--seed 7 --only 3" in (tmp_path / "failure-1" / "story.json").read_text()
    assert "0 signals, 1 failures, seed 7" in report.table()
