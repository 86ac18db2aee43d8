"""Delays planted in the emulated server, in runs that were kept: the limit named is the planted one, at its value.

The emulated disk takes about 1 ms and the emulated cable about 2 ms by themselves, so a delay of 200 ms stands out.
"""

import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from perfadvisor.analyse.ceilings.ceiling import Ceiling, CeilingKind
from perfadvisor.judge import judge
from perfadvisor.report.ceilings import limits_of
from tests.planted.delays import DELAY_MS, WINDOW_BYTES
from tests.planted.kept import RUNS

WITHIN = 0.05
PLANTED = {
    "storage": (CeilingKind.DEPTH, 1000 / DELAY_MS),
    "network": (CeilingKind.WINDOW, WINDOW_BYTES * 8 * 1000 / DELAY_MS),
}


def nearest_first(name: str, folder: Path) -> tuple[Ceiling, ...]:
    """The limits, whatever an emulator's speed is worth."""
    with tarfile.open(RUNS / f"delayed-{name}.tar.xz") as packed:
        packed.extractall(folder)  # our own; the oldest Python has no filter for it
    (run,) = folder.iterdir()
    view = judge(run)
    (cell,) = view.cells
    plain = replace(cell, doubts=(), trials=tuple(replace(trial, doubts=()) for trial in cell.trials))
    return limits_of(view)(plain).applying


@pytest.mark.parametrize("name", PLANTED)
def test_the_limit_named_is_the_planted_one(name: str, tmp_path: Path) -> None:
    kind, value = PLANTED[name]
    first = nearest_first(name, tmp_path)[0]
    assert first.kind is kind
    assert abs(first.limit / value - 1) <= WITHIN, first.words
