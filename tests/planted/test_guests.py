"""Guests set up badly are found on this machine, and the rules are silent on those that are set up well."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from perfadvisor.cli import group
from perfadvisor.judge import judge
from perfadvisor.model.rule import Finding, Outcome
from tests.planted.guests import EVERYWHERE, QEMU, Pair, running

pytestmark = [pytest.mark.tools, pytest.mark.timeout(180)]
Sides = dict[str, tuple[Finding, ...]]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sides]:
    for program in (QEMU, "qemu-storage-daemon"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    if os.geteuid() != 0 or (os.cpu_count() or 1) < 2:
        pytest.skip("placing threads of guests takes root and two CPUs")
    folder = tmp_path_factory.mktemp("guests")
    yield {side: _judged(side, folder) for side in ("bad", "good")}


def _judged(side: str, folder: Path) -> tuple[Finding, ...]:
    archive = folder / f"{side}.tar.gz"
    with running([getattr(pair, side) for pair in EVERYWHERE], folder):
        done = CliRunner().invoke(group, ["snapshot", "-o", str(archive)])
    assert done.exit_code == 0, done.output
    return tuple(judge(archive).findings)


def outcomes(found: tuple[Finding, ...], rule: str, guest: str) -> set[Outcome]:
    """Of the rule on this guest and its devices, or on the whole machine."""
    return {
        one.outcome
        for one in found
        if one.rule.id == rule
        and one.subject.partition("/")[0] in (guest, "")
        and one.outcome is not Outcome.NOT_APPLICABLE
    }


@pytest.mark.parametrize(("pair", "rule"), [(pair, rule) for pair in EVERYWHERE for rule in pair.rules])
def test_a_bad_guest_is_found_and_a_good_one_is_not(pair: Pair, rule: str, judged: Sides) -> None:
    assert outcomes(judged["bad"], rule, pair.bad.name) == {Outcome.FIRES}
    assert outcomes(judged["good"], rule, pair.good.name) == {Outcome.CLEAR}
