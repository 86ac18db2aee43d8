"""Pairs of hosts: when they meet, and who is odd."""

from collections import Counter
from itertools import permutations

import numpy as np
import pytest

from perfadvisor.analyse.fleet.pairs import odd_pairs
from perfadvisor.analyse.fleet.tournament import SAMPLED_ROUNDS, rounds

HOSTS = [f"h{i}" for i in range(8)]
BRIDGES = {host: "left" if i < 4 else "right" for i, host in enumerate(HOSTS)}


@pytest.mark.parametrize("count", [2, 3, 8, 9, 32])
def test_every_pair_meets_once_in_each_direction_and_no_host_twice_at_once(count: int) -> None:
    hosts = [f"h{i}" for i in range(count)]
    found = rounds(hosts, seed=count)
    assert Counter(pair for met in found for pair in met) == Counter(permutations(hosts, 2))
    assert all(len(named) == len(set(named)) for met in found for named in [[host for pair in met for host in pair]])


def test_many_hosts_are_sampled_and_each_meets_equally_many() -> None:
    found = rounds([f"h{i}" for i in range(100)])
    sent = Counter(pair[0] for met in found for pair in met)
    assert len(found) == 2 * SAMPLED_ROUNDS
    together = Counter(host for met in found for pair in met for host in pair)
    assert set(together.values()) == {2 * SAMPLED_ROUNDS} and sum(sent.values()) == 50 * 2 * SAMPLED_ROUNDS


def test_the_seed_decides_the_order_and_one_host_meets_no_other() -> None:
    assert rounds(HOSTS, 1) == rounds(HOSTS, 1) != rounds(HOSTS, 2)
    assert rounds(["alone"]) == () and rounds([]) == ()


def matrix(seed: int = 1, across: float = 1.0) -> dict[tuple[str, str], float]:
    chance = np.random.default_rng(seed)
    return {
        (one, other): 10e9 * (1 if BRIDGES[one] == BRIDGES[other] else across) * np.exp(chance.normal(0, 0.02))
        for one, other in permutations(HOSTS, 2)
    }


def slowed(values: dict[tuple[str, str], float], bad: str, by: float, ways: str = "both") -> None:
    for one, other in values:
        if (one == bad and ways != "receives") or (other == bad and ways != "sends"):
            values[one, other] *= by


@pytest.mark.parametrize("across", [1.0, 0.5])
def test_a_bad_port_behind_two_bridges_is_named_and_no_other(across: float) -> None:
    values = matrix(across=across)
    slowed(values, "h5", 0.4)
    found = odd_pairs(values, BRIDGES)
    assert {one.hosts for one in found} == {("h5",)}
    assert {one.what for one in found} == {"sends", "receives"}
    assert all(one.ratio == pytest.approx(0.4, rel=0.1) for one in found)


def test_one_direction_alone_is_named_alone() -> None:
    values = matrix()
    slowed(values, "h2", 0.5, ways="receives")
    assert [(one.what, one.hosts) for one in odd_pairs(values)] == [("receives", ("h2",))]


def test_one_link_is_named_and_its_hosts_are_not() -> None:
    values = matrix()
    values["h1", "h6"] *= 0.3
    assert [(one.what, one.hosts) for one in odd_pairs(values)] == [("link", ("h1", "h6"))]


def test_equal_pairs_and_few_hosts_name_none() -> None:
    assert sum(bool(odd_pairs(matrix(seed))) for seed in range(40)) <= 5
    assert odd_pairs({("a", "b"): 1.0, ("b", "a"): 0.1}) == ()


def test_pairs_that_were_not_measured_are_left_out() -> None:
    values = matrix()
    slowed(values, "h5", 0.4)
    del values["h0", "h1"], values["h5", "h2"]
    values["h3", "h4"] = 0.0
    assert {one.hosts for one in odd_pairs(values)} == {("h5",)}
