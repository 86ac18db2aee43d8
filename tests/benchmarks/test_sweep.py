"""Knees and answers over simulated devices, as the benchmark prints them for more seeds."""

import pytest

from benchmarks.sweep import figures, servers


@pytest.mark.parametrize("kind", ["servers", "capped", "collecting"])
def test_knees_and_answers(kind: str) -> None:
    knees, slow, share, trials = figures(kind, 40)
    assert knees >= 0.95
    assert slow <= 0.05
    assert share > 0.8 and trials < 40


def test_the_simulated_system_obeys_its_bounds() -> None:
    for depth in (1, 4, 16, 64):
        assert servers(8, 1e-4, 2e-5, depth) <= min(8 / 1e-4, depth / 1.2e-4) * 1.000001
    assert servers(8, 1e-4, 2e-5, 1) == pytest.approx(1 / 1.2e-4)
