"""Who differs from equals: planted ones, and nothing else."""

import numpy as np
import pytest

from perfadvisor.analyse.fleet.outliers import FEW_HOSTS, FEW_RUNS, NOT_POSITIVE, UNSOUND, own_errors
from perfadvisor.analyse.fleet.outliers import outliers as outliers_in
from perfadvisor.analyse.fleet.spread import biweight_sigma
from perfadvisor.model.fleet import HostCell, OutlierReport
from tests.analyse.fleet.made import cell, hosts, in_columns


def outliers(cells: list[HostCell]) -> OutlierReport:
    return outliers_in(in_columns(cells))


ALIKE = [1000, 1004, 997, 1002, 999, 1006, 995, 1001, 998, 1003]


def test_a_slow_host_is_named_with_its_ratio_and_interval() -> None:
    found = outliers(hosts([*ALIKE, 700]))
    (one,) = found.outliers
    assert one.host == "host-10" and one.worse is True
    assert one.low < 0.7 < one.high < 0.8
    assert one.level.hosts == 11 and one.level.middle == pytest.approx(1000, rel=0.01)


def test_where_lower_is_better_a_high_value_is_worse() -> None:
    (one,) = outliers(hosts([*ALIKE, 1500], metric="read.lat_p99", better="lower")).outliers
    assert one.worse is True and one.ratio > 1.4


def test_equal_hosts_have_no_outliers() -> None:
    assert outliers(hosts(ALIKE)).outliers == ()
    assert outliers(hosts([1000.0] * 20)).outliers == ()


def test_a_host_measured_on_a_noisy_day_is_noisy_and_not_slow() -> None:
    noisy = HostCell(host="noisy", cohort="alike", cell=cell(900, width=0.3))
    found = outliers([*hosts(ALIKE), noisy])
    assert found.outliers == ()
    assert [one.host for one in found.noisy] == ["noisy"]


def test_an_interval_that_is_wide_by_chance_hides_no_slow_host() -> None:
    def reported(width: float) -> bool:
        wide = HostCell(host="wide", cohort="alike", cell=cell(970, width=width))
        return bool(outliers([*hosts(ALIKE, width=0.02), wide]).outliers)

    assert reported(0.02) and reported(0.038) and not reported(0.06)


def test_a_noisy_host_that_is_ten_times_slower_is_slow() -> None:
    slow = HostCell(host="slow", cohort="alike", cell=cell(100, width=0.1))
    assert [one.host for one in outliers([*hosts(ALIKE), slow]).outliers] == ["slow"]


def test_hosts_are_compared_with_their_own_cohort_alone() -> None:
    assert outliers([*hosts(ALIKE), *hosts([2 * one for one in ALIKE], cohort="newer")]).outliers == ()


def test_what_cannot_be_compared_is_counted_with_the_reason() -> None:
    others = [
        HostCell(host="a", cohort="alike", cell=cell(1, trust="INVALID")),
        HostCell(host="b", cohort="alike", cell=cell(1, low=None, high=None, coverage=None, runs=1)),
        HostCell(host="c", cohort="alike", cell=cell(0.0)),
        HostCell(host="d", cohort="alone", cell=cell(1)),
    ]
    found = outliers([*hosts(ALIKE), *others])
    assert found.left_out == {UNSOUND: 1, FEW_RUNS: 1, NOT_POSITIVE: 1, FEW_HOSTS: 1}
    assert found.outliers == ()


def test_nothing_gives_nothing() -> None:
    assert outliers([]).levels == ()


def test_three_of_four_equal_hosts_name_the_fourth() -> None:
    found = outliers(hosts([1000, 1003, 998, 120]))
    assert [one.host for one in found.outliers] == ["host-03"]


def test_an_interval_gives_its_standard_error() -> None:
    # for 5 normal runs the range is 2.33 and the median's standard error 0.54 standard deviations
    (metric,) = in_columns([HostCell(host="h", cohort="alike", cell=cell(1.0, low=0.98, high=1.02))])
    assert own_errors(metric) == pytest.approx([0.54 / 2.33 * 0.04], rel=0.2)


def test_the_robust_spread_is_that_of_normal_values_and_blind_to_a_few_others() -> None:
    chance = np.random.default_rng(1)
    values = chance.normal(0, 2.0, 2000)
    assert biweight_sigma(values) == pytest.approx(2.0, rel=0.05)
    assert biweight_sigma(np.concatenate([values, np.full(40, 500.0)])) == pytest.approx(2.0, rel=0.07)
    assert biweight_sigma(np.array([1.0, 1.0, 1.0, 7.0])) == 0.0


def test_false_alarms_stay_rare_in_small_cohorts() -> None:
    chance = np.random.default_rng(2)
    alarms = sum(bool(outliers(hosts(np.exp(chance.normal(0, 0.03, 8)))).outliers) for _ in range(200))
    assert alarms <= 20  # 10 expected at 5 %
