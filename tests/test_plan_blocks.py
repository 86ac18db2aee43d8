"""Blocks of an exclusive device: enough hand-overs, turned round in pairs, the first trial after each left out."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.errors import InputError
from perfadvisor.model.workload import Environment, Workload
from perfadvisor.plan import plan
from perfadvisor.plan_blocks import hand_overs_in, in_blocks

WORKLOADS = [
    Workload(id=f"storage/w{n}", title="", device="storage", tool="fio", parameters={}, metrics=("read.iops",))
    for n in range(3)
]
NAMES = ("local", "vm", "docker")


def planned(repeats=4, names=NAMES, workloads=2):
    environments = [Environment(name=name, spec=name) for name in names]
    return plan(WORKLOADS[:workloads], environments, repeats=repeats, seed=5)


def test_the_device_changes_hands_at_least_four_times_and_turns_round():
    found = in_blocks(planned(), ["local", "vm"])
    assert hand_overs_in(found, ["local", "vm"]) == 4
    order = [trial.environment for trial in found if trial.environment != "docker" and trial.repeat]
    assert order == ["local"] * 2 + ["vm"] * 4 + ["local"] * 4 + ["vm"] * 4 + ["local"] * 2


def test_every_hand_over_is_followed_by_a_trial_that_does_not_count():
    found = [trial for trial in in_blocks(planned(repeats=8), ["local", "vm"]) if trial.environment != "docker"]
    firsts = [b for a, b in pairwise(found) if a.environment != b.environment]
    assert found[0].repeat == 0
    assert [trial.repeat for trial in firsts] == [0, 0, 0, 0]
    assert sum(trial.repeat == 0 for trial in found) == 5


def test_a_block_counts_once():
    found = in_blocks(planned(repeats=8), ["local", "vm"])
    counted = Counter((t.workload, t.environment, t.repeat) for t in found if t.environment != "docker" and t.repeat)
    assert set(counted.values()) == {2}
    assert {repeat for _, _, repeat in counted} == {1, 2, 3, 4}


def test_other_environments_keep_every_trial_in_its_turn_and_join_the_pairs():
    trials = planned(repeats=5)
    found = in_blocks(trials, ["local", "vm"])
    kept = [t for t in found if t.environment == "docker"]
    assert [t.workload for t in kept] == [t.workload for t in trials if t.environment == "docker"]
    assert [t.repeat for t in kept] == sorted(t.repeat for t in kept)
    assert {t.repeat for t in kept} == {1, 2, 3, 4}


def test_one_environment_alone_needs_no_blocks():
    trials = planned()
    assert in_blocks(trials, ["vm"]) == trials
    assert in_blocks(trials, ["vm", "not there"]) == trials


def test_too_few_hand_overs_are_refused():
    with pytest.raises(InputError, match="too few"):
        in_blocks(planned(), ["local", "vm"], 3)


@given(st.integers(1, 9), st.integers(4, 9), st.integers(1, 3), st.integers(2, 3))
@settings(max_examples=60, deadline=None)
def test_whatever_is_asked_for_the_order_holds(repeats, hand_overs, workloads, sharing):
    names = NAMES[:sharing]
    found = in_blocks(planned(repeats=repeats, workloads=workloads), names, hand_overs)
    assert [trial.number for trial in found] == list(range(1, len(found) + 1))
    assert hand_overs_in(found, names) == hand_overs * (sharing - 1)
    counted = Counter((t.workload, t.environment) for t in found if t.repeat)
    assert all(counted[(f"storage/w{n}", name)] >= hand_overs for n in range(workloads) for name in names)
    repeats_of = {name: {t.repeat for t in found if t.environment == name and t.repeat} for name in names}
    assert all(one == set(range(1, hand_overs + 1)) for one in repeats_of.values())
