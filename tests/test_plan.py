"""Orders are fair and repeatable; a budget is kept without hollowing out the trials."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.errors import InputError
from perfadvisor.model.workload import Environment, Workload
from perfadvisor.plan import fit, plan, seconds_of, shortest
from perfadvisor.specs.parse import read_spec


def workload(name: str, runtime_s: float = 10.0, warmup_s: float = 2.0) -> Workload:
    return Workload(
        id=name,
        title=name,
        device="storage",
        tool="fio",
        parameters={"bs": name},
        metrics=("read.iops",),
        runtime_s=runtime_s,
        warmup_s=warmup_s,
    )


THREE = [workload("a"), workload("b", 20.0), workload("c")]
TWO = [Environment(name="local", spec=read_spec("local")), Environment(name="vm", spec=read_spec("vm"))]


def test_every_workload_runs_once_a_round_in_every_environment() -> None:
    trials = plan(THREE, TWO, repeats=4, seed=1)
    assert [trial.number for trial in trials] == list(range(1, 25))
    assert set(Counter((t.workload, t.environment) for t in trials).values()) == {4}
    for repeat in range(1, 5):
        now = [trial for trial in trials if trial.repeat == repeat]
        assert len({(trial.workload, trial.environment) for trial in now}) == 6
        assert [trial.position for trial in now] == [1, 2, 3, 4, 5, 6]
    assert [trial.repeat for trial in trials] == sorted(trial.repeat for trial in trials)


def test_a_trial_carries_what_its_workload_says() -> None:
    trial = next(trial for trial in plan(THREE, TWO, repeats=1, seed=1) if trial.workload == "b")
    assert (trial.runtime_s, trial.warmup_s, trial.parameters) == (20.0, 2.0, {"bs": "b"})


def test_the_seed_decides_the_order_and_rounds_differ() -> None:
    def order(seed: int) -> list[str]:
        return [trial.workload + trial.environment for trial in plan(THREE, TWO, repeats=5, seed=seed)]

    assert order(1) == order(1)
    assert order(1) != order(2)
    assert len({tuple(order(1)[at : at + 6]) for at in range(0, 30, 6)}) > 1


def test_neither_environment_is_always_first() -> None:
    trials = plan(THREE[:1], TWO, repeats=200, seed=3)
    first = Counter(trial.environment for trial in trials if trial.position == 1)
    assert 70 < first["local"] < 130


@pytest.mark.parametrize(
    ("budget_s", "kept", "repeats", "runtimes"),
    [
        (1000, "abc", 5, [10, 20, 10]),  # all of it takes 5 x (13 + 23 + 13) = 245 s
        (245, "abc", 5, [10, 20, 10]),
        (220, "abc", 5, [10, 15, 10]),
        (195, "abc", 5, [10, 10, 10]),
        (194, "abc", 4, [10, 19.5, 10]),
        (156, "abc", 4, [10, 10, 10]),
        (117, "abc", 3, [10, 10, 10]),
        (116, "ab", 4, [10, 13]),
        (78, "ab", 3, [10, 10]),
        (77, "a", 5, [10]),
        (39, "a", 3, [10]),
    ],
)
def test_what_fits(budget_s, kept, repeats, runtimes) -> None:
    found = fit(THREE, environments=TWO[:1], repeats=5, budget_s=budget_s)
    assert "".join(workload.id for workload in found.workloads) == kept
    assert (found.repeats, [workload.runtime_s for workload in found.workloads]) == (repeats, runtimes)
    assert found.dropped == tuple("abc"[len(kept) :])
    assert any("left out" in note and "c" in note for note in found.notes) is (kept != "abc")
    assert any(f"{repeats} repeats instead of 5" in note for note in found.notes) is (repeats != 5)


def test_preparation_and_environments_count() -> None:
    assert fit(THREE, environments=TWO, repeats=3, budget_s=234).dropped == ()
    assert fit(THREE, environments=TWO, repeats=3, budget_s=233).dropped == ("c",)
    assert fit(THREE, environments=TWO[:1], repeats=3, budget_s=147, setup_s=30).dropped == ()
    assert fit(THREE, environments=TWO[:1], repeats=3, budget_s=146, setup_s=30).dropped == ("c",)


def test_too_short_a_budget_says_what_would_do() -> None:
    with pytest.raises(InputError, match="38 s is too short") as caught:
        fit(THREE, environments=TWO[:1], repeats=5, budget_s=38)
    assert "39 s" in caught.value.hint


def test_short_workloads_and_few_repeats_stay_as_asked() -> None:
    quick = [workload("q", 4.0, 1.0)]
    found = fit(quick, environments=TWO[:1], repeats=2, budget_s=12)
    assert (found.workloads[0].runtime_s, found.repeats) == (4.0, 2)
    assert shortest(quick[0]).runtime_s == 4.0
    with pytest.raises(InputError):
        fit(quick, environments=TWO[:1], repeats=2, budget_s=11)


def test_a_device_that_changes_hands_does_so_four_times() -> None:
    sides = [TWO[0], Environment(name="x", spec=read_spec("vm:vfio=0000:01:00.0"))]
    assert fit(THREE[:1], environments=sides, repeats=5, budget_s=4 * 2 * 13).repeats == 4
    with pytest.raises(InputError, match="too short"):
        fit(THREE[:1], environments=sides, repeats=5, budget_s=4 * 2 * 13 - 1)
    assert fit(THREE[:1], environments=sides[1:], repeats=5, budget_s=3 * 13).repeats == 3, "nobody else has it"


WORKLOADS = st.lists(
    st.builds(workload, st.uuids().map(str), st.floats(1, 60), st.floats(0, 5)), min_size=1, max_size=6
)


@given(WORKLOADS, st.integers(1, 3), st.integers(1, 8), st.floats(1, 2000))
@settings(max_examples=100, deadline=None)
def test_a_budget_is_never_exceeded_nor_a_trial_hollowed_out(workloads, environments, repeats, budget_s) -> None:
    try:
        found = fit(workloads, environments=TWO[:1] * environments, repeats=repeats, budget_s=budget_s)
    except InputError:
        return
    trials = plan(found.workloads, TWO[:1] * environments, repeats=found.repeats, seed=0)
    assert seconds_of(trials) <= budget_s + 0.06 * len(trials), "run times are rounded to 0.1 s"
    assert found.repeats >= min(3, repeats)
    for asked, got in zip(workloads, found.workloads, strict=False):
        assert min(10.0, asked.runtime_s) - 0.06 <= got.runtime_s <= asked.runtime_s + 0.06
    assert [w.id for w in workloads] == [w.id for w in found.workloads] + list(found.dropped)
