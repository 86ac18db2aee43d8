"""The exam's scenarios are sound, and a few of them are played for real."""

import contextlib
import os
from pathlib import Path

import pytest

from perfadvisor.model.gate import Verdict
from perfadvisor.packs.rules import load_rules
from perfadvisor.packs.workloads import load_workloads
from tests.exam.__main__ import play
from tests.exam.exam import Outcome
from tests.exam.judged import WORKLOADS
from tests.exam.rounds import Won
from tests.exam.scenario import KINDS, read, scenarios
from tests.exam.table import as_it_should, markdown, summary

PLANTS, OTHERS = 30, 5


def test_there_are_enough_of_each_kind() -> None:
    kinds = [one.kind for one in scenarios()]
    assert kinds.count("plant") >= PLANTS
    assert min(kinds.count(kind) for kind in KINDS) >= OTHERS


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda one: one.name)
def test_a_scenario_names_what_exists(scenario) -> None:
    rules = {rule.id for rule in load_rules()}
    assert {*scenario.expect, *scenario.also} <= rules
    assert scenario.workload in load_workloads([WORKLOADS])
    assert bool(scenario.expect) or scenario.kind in ("decoy", "unknown")
    assert scenario.drawn(7) == scenario.drawn(7)
    for step in (*scenario.plant, *scenario.fix):
        assert [bool(step.write), bool(step.run), bool(step.start)].count(True) == 1, step


def test_a_scenario_with_a_mistake_names_its_file(tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text("kind: plant\nstage: ram\nworkload: w\nreason: r\nplnt: []\n")
    with pytest.raises(ValueError, match=r"odd\.yaml.*plnt"):
        read(tmp_path / "odd.yaml")
    (tmp_path / "odd.yaml").write_text("kind: plan\nstage: ram\nworkload: w\nreason: r\n")
    with pytest.raises(ValueError, match="'plan' is not one of"):
        read(tmp_path / "odd.yaml")


def _outcome(kind: str = "plant", **more) -> Outcome:
    scenario = next(one for one in scenarios() if one.kind == kind)
    return Outcome(scenario=scenario, values={}, **{"cost": 0.5, **more})


def _won(verdict: Verdict) -> Won:
    return Won(healthy=4, planted=2, mended=3, pairs=5, verdict=verdict, share=0.5, low=0.4, high=0.6)


@pytest.mark.parametrize(
    ("outcome", "good"),
    [
        (_outcome(found=("storage-few-requests",), first=True), True),
        (_outcome(found=("storage-few-requests",)), False),
        (_outcome(), False),
        (_outcome(cost=0.95), True),
        (_outcome(found=("storage-few-requests",), first=True, false=("other",)), False),
        (_outcome(found=("storage-few-requests",), first=True, left=["file: '1' -> '2'"]), False),
        (_outcome("decoy", cost=1.0), True),
        (_outcome("decoy", cost=1.0, won=_won(Verdict.IMPROVED)), False),
        (_outcome("decoy", cost=1.0, won=_won(Verdict.EQUIVALENT)), True),
        (_outcome("unknown"), True),
        (_outcome("unknown", false=("network-offloads-disabled",)), False),
        (_outcome("pair", found=("one",), first=True), False),
    ],
)
def test_what_counts_as_it_should(outcome: Outcome, good: bool) -> None:
    assert as_it_should(outcome) is good


def test_the_counts_leave_out_what_cost_nothing_and_what_was_not_played() -> None:
    good = _outcome(found=("a",), first=True, won=_won(Verdict.IMPROVED), how="by its plan")
    told = summary([good, _outcome(), _outcome(cost=0.9), _outcome(skipped="no such file", cost=None)])
    assert told[0].startswith("plants that cost something: 2 (2 causes); found: 1")
    assert "loss won back, median: 50% of 1 fixes" in told
    assert any(line.startswith("cost less than a fifth") for line in told)
    assert "not played: no such file" in markdown([_outcome(skipped="no such file", cost=None)])


@pytest.mark.slow
@pytest.mark.tools
@pytest.mark.skipif(os.geteuid() != 0, reason="devices and namespaces of its own need root")
@pytest.mark.skipif(not Path("/sys/fs/cgroup/cpu/cpu.cfs_quota_us").parent.is_dir(), reason="no version 1 hierarchy")
def test_the_slice_is_played_and_leaves_nothing(capsys) -> None:
    """Whether a finding comes depends on the machine being quiet; that everything is put back does not."""
    loops = {path.name for path in Path("/sys/block").glob("loop*") if (path / "loop/backing_file").exists()}
    outcomes: list[Outcome] = []
    play(scenarios(["slice"]), 1, outcomes)
    with contextlib.suppress(OSError), capsys.disabled():
        print(f"\n{markdown(outcomes)}")
    assert [one.skipped for one in outcomes] == [""] * len(outcomes)
    assert [one.left for one in outcomes] == [[]] * len(outcomes)
    assert not list(Path("/sys/fs/cgroup").glob(f"*/perfadvisor-exam-{os.getpid()}"))
    assert {path.name for path in Path("/sys/block").glob("loop*") if (path / "loop/backing_file").exists()} <= loops
