"""Each fault planted in the emulated server is found in its snapshot, and is gone from the one after it."""

from functools import cache
from pathlib import Path

import pytest

from perfadvisor.judge import judge
from perfadvisor.model.rule import Finding, Outcome
from tests.planted.seen import LAST, PLANTS, Plant

SNAPSHOTS = Path(__file__).parents[1] / "data" / "planted"


@cache
def judged(name: str) -> tuple[Finding, ...]:
    return tuple(judge(SNAPSHOTS / f"{name}.tar.gz").findings)


def outcomes(name: str, rule: str, plant: Plant) -> set[Outcome]:
    return {one.outcome for one in judged(name) if one.rule.id == rule and plant.about in one.subject}


@pytest.mark.parametrize(("number", "rule"), [(n, rule) for n, plant in enumerate(PLANTS) for rule in plant.rules])
def test_what_was_planted_is_found_and_clear_once_mended(number: int, rule: str) -> None:
    plant, after = PLANTS[number], [*(one.name for one in PLANTS), LAST][number + 1]
    assert Outcome.FIRES in outcomes(plant.name, rule, plant)
    assert outcomes(after, rule, plant) == {Outcome.CLEAR}


def test_a_device_passed_on_without_huge_pages_is_found() -> None:
    plant = next(one for one in PLANTS if one.name == "no-huge-pages")
    assert outcomes(plant.name, "hugepages-missing-for-vfio", plant) == {Outcome.FIRES}
    assert outcomes("thp", "hugepages-missing-for-vfio", plant) == {Outcome.FIRES}
    assert Outcome.FIRES not in outcomes("surplus", "hugepages-missing-for-vfio", plant)


def test_a_disk_without_flushes_is_found_and_was_clear_before() -> None:
    plant = PLANTS[-1]
    assert outcomes(LAST, "vm-disk-cache-unsafe", plant) == {Outcome.FIRES}
    assert outcomes(plant.name, "vm-disk-cache-unsafe", plant) == {Outcome.CLEAR}
