"""Two trees compared in turns: the ratio is of pairs, and its interval holds the truth."""

import sys
from pathlib import Path

import pytest

from benchmarks import against
from benchmarks.against import compared, figures


def test_the_ratio_is_that_of_the_pairs_and_not_of_the_medians() -> None:
    old = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0]
    text = compared(old, [1.5 * value for value in old])
    assert text.split() == ["6000.0", "ms", "9000.0", "ms", "ratio", "1.50", "(1.50", "to", "1.50)"]


def test_the_interval_spans_what_the_pairs_say() -> None:
    text = compared([1.0] * 6, [0.8, 0.9, 1.0, 1.1, 1.2, 1.3])
    assert text.endswith("ratio 1.05 (0.80 to 1.30)")


def test_every_part_that_users_wait_for_is_measured() -> None:
    assert {name.split()[0] for name in figures()} == {"perfadvisor", "analysis", "report,"}


def test_instructions_are_taken_from_what_valgrind_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = "import sys; sys.stderr.write('==7== Events    : Ir\\n==7== Collected : 230843210\\n==7==\\n')"
    monkeypatch.setattr(against, "COUNT", (sys.executable, "-c", printed))
    assert against.counted(tmp_path, ("-m", "perfadvisor", "--help")) == 230_843_210
