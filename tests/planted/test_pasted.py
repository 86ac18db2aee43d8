"""What is set up badly is found in what programs print of it, and what is set up well is not.

`tests/data/planted` holds what they printed: `pasted-here.txt`, `pasted-server.txt`, `pasted-third.txt` and
`pasted-uneven.txt` are of tests/planted/paste.sh, run on the machine of the tests and in emulated servers.
`pasted-libvirt.txt` is what libvirt 9.0 and tc printed of a guest with two NICs, one limited to 12,500 kB/s. The
others are of tests/planted/record.py.
"""

from functools import cache
from pathlib import Path

import pytest

from perfadvisor.judge import judge
from perfadvisor.model.rule import Finding, Outcome
from tests.planted.pasted import OF_FILES, PASTED, Pasted

DATA = Path(__file__).parents[1] / "data" / "planted"


@cache
def judged(name: str) -> tuple[Finding, ...]:
    return tuple(judge(DATA / f"{name}.txt").findings)


def outcomes(name: str, rule: str, about: str = "") -> set[Outcome]:
    return {one.outcome for one in judged(name) if one.rule.id == rule and one.subject.endswith(about)}


@pytest.mark.parametrize("pasted", PASTED, ids=lambda one: f"{one.file}-{one.rule}")
def test_the_bad_one_is_told_from_the_good(pasted: Pasted) -> None:
    assert outcomes(pasted.file, pasted.rule, pasted.fires_on) == {Outcome.FIRES}
    assert outcomes(pasted.file, pasted.rule, pasted.clear_on) == {Outcome.CLEAR}


@pytest.mark.parametrize("rule", OF_FILES)
def test_the_bad_state_is_told_from_the_good(rule: str) -> None:
    bad, good = OF_FILES[rule]
    assert outcomes(bad, rule) == {Outcome.FIRES}
    assert outcomes(good, rule) == {Outcome.CLEAR}
