"""Hosts found first, then their metrics: what is promised about false ones, on made-up p-values."""

import numpy as np
import pytest
from scipy.stats import norm

from perfadvisor.analyse.fleet.discovery import RATE, corrected, corrected_in_families


def test_families_of_one_are_corrected_as_ever() -> None:
    p = np.random.default_rng(3).random(72) ** 3
    assert corrected_in_families(p, np.arange(72)) == pytest.approx(corrected(p))


def test_a_family_counts_by_all_its_members_together() -> None:
    p = np.full((50, 4), 0.9)
    p[3], p[4] = 0.0004, [0.0004, 0.9, 0.9, 0.9]
    found = corrected_in_families(p.ravel(), np.repeat(np.arange(50), 4)).reshape(p.shape) <= RATE
    assert found[3].all() and not found[4].any()  # by Simes 0.0004 and 0.0016, where 0.0275 of 50 families is 0.00055


def test_tiny_values_stay_apart_beside_thousands_of_families() -> None:
    p = np.concatenate([np.full(20_000, 0.7), [1e-300, 1e-20]])
    found = corrected_in_families(p, np.arange(20_002))
    assert found[-2] == pytest.approx(1e-300 * 20_002) and found[-1] == pytest.approx(1e-20 * 20_002 / 2)


def test_nothing_gives_nothing() -> None:
    assert corrected_in_families(np.array([]), np.array([], dtype=np.int64)).size == 0


def test_a_second_metric_of_a_host_needs_less_proof_than_the_first() -> None:
    p = np.full((1000, 4), 0.5)
    p[7] = [1e-9, 0.004, 0.5, 0.5]
    p[8] = [0.004, 0.5, 0.5, 0.5]
    found = corrected_in_families(p.ravel(), np.repeat(np.arange(1000), 4)).reshape(p.shape) <= RATE
    assert found[7].tolist() == [True, True, False, False] and not found[8].any()


def test_where_every_metric_of_the_found_hosts_is_off_none_is_left_out() -> None:
    p = np.full((1000, 4), 0.5)
    p[:20] = [1e-9, 1e-9, 1e-9, 0.02]
    assert (corrected_in_families(p.ravel(), np.repeat(np.arange(1000), 4)).reshape(p.shape)[:20] <= RATE).all()


@pytest.mark.parametrize("together", [0.0, 0.9])
def test_at_most_five_in_a_hundred_reported_hosts_are_false(together: float) -> None:
    chance = np.random.default_rng(4)
    hosts, metrics = 4000, 4
    common = np.sqrt(together) * chance.normal(size=(hosts, 1))
    z = common + np.sqrt(1 - together) * chance.normal(size=(hosts, metrics))
    z[:80, :2] += 5
    p = 2 * norm.sf(np.abs(z))
    found = corrected_in_families(p.ravel(), np.repeat(np.arange(hosts), metrics)).reshape(p.shape) <= RATE
    reported = np.flatnonzero(found.any(axis=1))
    assert np.count_nonzero(reported < 80) >= 70
    assert np.count_nonzero(reported >= 80) <= 0.1 * reported.size  # 2.75 % on average
