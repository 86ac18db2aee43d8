"""A run that stops itself keeps its promise over simulated noise, where one that peeks does not."""

import pytest

from benchmarks.stopping import GOALS, LAST_LOOK, RULES, outcome

RUNS = 400


@pytest.mark.parametrize("profile", GOALS)
def test_planned_looks_cover(profile: str) -> None:
    found = outcome(RULES["planned looks"], profile, RUNS, seed=7)
    assert found.coverage >= 0.94
    assert 8 <= found.repeats <= LAST_LOOK


def test_quiet_noise_needs_little_more_than_the_first_look_and_typical_noise_far_more() -> None:
    quiet, typical = (outcome(RULES["planned looks"], profile, RUNS, seed=7) for profile in ("quiet", "typical"))
    assert quiet.repeats < 10 < 18 < typical.repeats
    assert quiet.narrow == 1.0 and typical.narrow > 0.9


def test_peeking_at_every_repeat_does_not_cover() -> None:
    assert outcome(RULES["naive"], "typical", RUNS, seed=7).coverage < 0.93
