"""Faults played on a machine are found in the runs that were kept, and the rules are clear on the runs without."""

import tarfile
from functools import cache
from pathlib import Path

import pytest

from perfadvisor.judge import judge
from perfadvisor.model.rule import Finding, Outcome
from tests.planted.kept import HELD_RULES, KEPT, RUNS, Kept


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


@cache
def judged(name: str, folder: Path) -> tuple[Finding, ...]:
    with tarfile.open(RUNS / f"{name}.tar.xz") as packed:
        packed.extractall(folder / name)  # our own; the oldest Python has no filter for it
    (run,) = (folder / name).iterdir()
    return tuple(judge(run).findings)


def outcomes(name: str, folder: Path, rule: str, about: str) -> set[Outcome]:
    return {
        one.outcome for one in judged(name, folder) if one.rule.id == rule and one.subject.partition("@")[0] == about
    }


@pytest.mark.parametrize("kept", KEPT, ids=lambda one: f"{one.bad}-{one.rule}")
def test_what_was_played_is_found_and_clear_without(kept: Kept, folder: Path) -> None:
    assert outcomes(kept.bad, folder, kept.rule, kept.about) == {Outcome.FIRES}
    assert outcomes(kept.good, folder, kept.rule, kept.clear_on or kept.about) == {Outcome.CLEAR}


@pytest.mark.parametrize("rule", HELD_RULES)
def test_a_group_that_is_held_tightly(rule: str) -> None:
    for side, outcome in (("bad", Outcome.FIRES), ("good", Outcome.CLEAR)):
        found = judge(RUNS.parent / f"held-{side}.tar.gz").findings
        assert {one.outcome for one in found if one.rule.id == rule} == {outcome}
