"""Who may measure when guests and devices are shared."""

from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.model.workload import Environment, Workload
from perfadvisor.plan import plan
from perfadvisor.runner.turns import Turns
from perfadvisor.specs.parse import read_spec
from perfadvisor.targets.here.local import LocalTarget


class Guest:
    """Writes down what it is told."""

    def __init__(self, name: str, said: list[str]) -> None:
        self.name, self._said = name, said

    def take(self) -> None:
        self._said.append(f"{self.name} takes")

    def pause(self) -> None:
        self._said.append(f"{self.name} pauses")

    def give(self) -> None:
        self._said.append(f"{self.name} gives")


def site(name: str, target: Any, alone: bool = False) -> Any:
    return SimpleNamespace(name=name, target=target, environment=SimpleNamespace(takes_device=alone))


@pytest.fixture
def said() -> list[str]:
    return []


def test_idle_guests_stand_still_and_keep_what_nobody_needs(said: list[str]) -> None:
    local, one, two = site("local", LocalTarget()), site("a", Guest("a", said)), site("b", Guest("b", said))
    turns = Turns([local, one, two])
    assert [turns.hand_to(to) for to in (local, one, two)] == [False, False, False]
    assert said == ["a pauses", "b pauses", "b pauses", "a takes", "a pauses", "b takes"]


def test_a_device_changes_hands_between_sides_only(said: list[str]) -> None:
    local, one = site("local", LocalTarget()), site("a", Guest("a", said))
    alone = site("x", Guest("x", said), alone=True)
    turns = Turns([local, one, alone])
    assert [turns.hand_to(to) for to in (local, alone, alone, one, local)] == [False, True, False, True, False]
    assert said[2:] == ["a gives", "x takes", "a pauses", "x takes", "x gives", "a takes", "a pauses", "x pauses"]


def test_one_that_gets_nothing_is_asked_again(said: list[str]) -> None:
    guest = Guest("x", said)
    guest.take = lambda: (_ for _ in ()).throw(MeasureError("pulled out"))  # type: ignore[method-assign]
    turns = Turns([site("local", LocalTarget()), site("x", guest, alone=True)])
    with pytest.raises(MeasureError, match="pulled out"):
        turns.hand_to(site("x", guest, alone=True))


def test_sides_take_turns_in_the_order_a_b_b_a() -> None:
    specs = ("local", "vm:cpus=2", "vm:cpus=2,vfio=0000:01:00.0")
    environments = tuple(Environment(name=spec, spec=read_spec(spec)) for spec in specs)
    workload = Workload(id="w", title="", device="storage", tool="fio", parameters={}, metrics=("read.iops",))
    trials = plan([workload], environments, repeats=4, seed=3)
    sides = ["B" if "vfio" in trial.environment else "A" for trial in trials]
    assert "".join(sides) == "AABBAAAABBAA"
    assert sum(before != after for before, after in pairwise(sides)) == 4
    assert {trial.environment for trial in trials[:2]} == set(specs[:2])
