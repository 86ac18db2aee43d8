"""What a change gave, whatever else moved meanwhile."""

import numpy as np

from perfadvisor.analyse.fleet.rollout import NO_DIFFERENCE, rollout
from perfadvisor.model.fleet import HostRecord
from tests.analyse.fleet.made import cell


def recorded(values: dict[str, float], **more) -> list[HostRecord]:
    return [
        HostRecord(host=host, source="", content=host, cells=(cell(value, **more),)) for host, value in values.items()
    ]


def fleet(seed: int, gain: float, everywhere: float) -> tuple[list[HostRecord], list[HostRecord], frozenset[str]]:
    chance = np.random.default_rng(seed)
    names = [f"h{i}" for i in range(24)]
    changed = frozenset(names[:12])
    level = {name: 1000 * np.exp(chance.normal(0, 0.1)) for name in names}
    noise = {name: np.exp(chance.normal(0, 0.01)) for name in names}
    later = {name: level[name] * everywhere * (gain if name in changed else 1) * noise[name] for name in names}
    return recorded(level), recorded(later), changed


def test_what_moved_everywhere_is_no_effect_of_the_change() -> None:
    (one,) = rollout(*fleet(1, gain=1.0, everywhere=0.8))
    assert one.verdict == NO_DIFFERENCE and one.low < 1 < one.high


def test_a_gain_is_found_beside_what_moved_everywhere() -> None:
    (one,) = rollout(*fleet(2, gain=1.1, everywhere=0.8))
    assert one.verdict == "better" and one.low < 1.1 < one.high
    assert (one.changed, one.untouched) == (12, 12)


def test_a_loss_is_worse() -> None:
    (one,) = rollout(*fleet(3, gain=0.9, everywhere=1.2))
    assert one.verdict == "worse"


def test_too_few_hosts_give_no_verdict() -> None:
    before, after, _ = fleet(4, gain=1.1, everywhere=1.0)
    assert rollout(before, after, frozenset({"h0", "h1"})) == ()


def test_results_that_are_not_sound_and_hosts_seen_once_count_nowhere() -> None:
    before, after, changed = fleet(5, gain=1.1, everywhere=1.0)
    unsound = recorded({"x1": 1.0, "x2": 1.0}, trust="INVALID")
    (one,) = rollout([*before, *unsound], [*after[:-1], *unsound], changed | {"x1"})
    assert (one.changed, one.untouched) == (12, 11)
