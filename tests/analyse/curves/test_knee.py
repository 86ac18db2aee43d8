"""The knee lies where both asymptotic bounds meet, and is not claimed where the range does not hold it."""

import pytest

from perfadvisor.analyse.curves.knee import LoadPoint, knee

LADDER = (1, 2, 4, 8, 16, 32, 64)


def points(cap: float, values: tuple[int, ...] = LADDER) -> list[LoadPoint]:
    return [LoadPoint(value=value, throughput=min(value, cap) * 1000.0) for value in values]


@pytest.mark.parametrize(("cap", "at"), [(8, 8), (9, 8), (12, 16), (3, 4), (2, 2)])
def test_knee(cap: float, at: int) -> None:
    found = knee(points(cap))
    assert (found.at, found.crossing, found.most) == (at, cap, cap * 1000)


def test_a_curve_that_falls_beyond_its_knee_has_it_too() -> None:
    falling = [*points(8)[:4], *(LoadPoint(value=value, throughput=8000.0 - value) for value in (16, 32))]
    assert knee(falling).at == 8


def test_a_curve_that_still_rises_has_none() -> None:
    found = knee(points(1000))
    assert found.at is None and found.reason == "throughput still rises at 64: measure larger values"


def test_a_curve_that_is_flat_from_the_start_has_none() -> None:
    assert knee(points(1)).reason == "1 already gives nearly all: measure smaller values"


def test_too_few_points() -> None:
    assert knee(points(8)[:2]).reason == "fewer than 3 sound points"
    assert knee([]).at is None
