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


# Real sweeps: random reads of a virtual disk by depth, the same beside another guest, and TCP flows over veth.
DISK = {1: (16.3, 16.2, 17.4), 2: (29.7, 29.5, 30.1), 8: (64.1, 61.5, 67.8), 64: (95.2, 89.7, 99.7),
        128: (96.5, 96.2, 100.0), 256: (94.0, 91.2, 94.9)}  # fmt: skip
DISTURBED = {1: (7.93, 3.26, 10.97), 26: (85.7, 76.7, 87.4), 40: (92.0, 91.7, 92.3), 64: (57.4, None, None)}
FLOWS = {1: (19.3, 18.1, 20.8), 2: (25.1, 21.2, 31.3), 4: (33.1, 26.3, 35.1), 8: (23.2, 21.4, 24.8),
         16: (19.3, 19.1, 20.2)}  # fmt: skip


def measured(seen: dict) -> list[LoadPoint]:
    return [LoadPoint(value=value, throughput=rate, low=low, high=high) for value, (rate, low, high) in seen.items()]


def test_the_range_of_the_knee_comes_from_both_intervals() -> None:
    found = knee(measured(DISK))
    assert (found.at, found.fall) == (8, None), "256 loses no more than noise"
    assert found.crossing == pytest.approx(5.92, abs=0.01)
    assert found.between == pytest.approx((96.2 / 17.4, 100 / 16.2))


def test_a_knee_that_may_lie_anywhere_is_not_named() -> None:
    seen = {**DISTURBED, 1: (7.93, 2.0, 10.97)}
    assert knee(measured(seen)).reason == "it lies between 8.36 and 46.1 in flight: measure more repeats"
    assert knee(measured(seen)).at is None
    assert knee(points(8)).between is None, "nothing is known of noise"


def test_throughput_that_falls_with_more_load_is_told() -> None:
    assert knee(measured(FLOWS)).fall == (4, 16, pytest.approx(0.417, abs=0.001))
    assert knee(measured(DISTURBED)).fall is None, "one run alone tells no fall"
    assert knee(measured({**FLOWS, 16: (19.3, 18.0, 27.0)})).fall is None, "within the noise"
