"""Faults planted on the emulated server are found, and the rules are clear where it is set up well.

`tests/data/planted/server-{good,bad}.tar.gz` are snapshots in both states, as `faulted` of tests/lab/fault_steps.py
takes them; `server.json` has the names that it gave to devices there.
"""

import json
from functools import cache
from pathlib import Path

import pytest

from perfadvisor.judge import judge
from perfadvisor.model.rule import Finding, Outcome
from tests.planted.guests import Pair
from tests.planted.kept import HELD_RULES
from tests.planted.server import EMULATED, Fault
from tests.planted.server_guests import GUESTS

DATA = Path(__file__).parents[1] / "data" / "planted"
NAMES = json.loads((DATA / "server.json").read_text())["names"]


@cache
def judged(side: str) -> tuple[Finding, ...]:
    return tuple(judge(DATA / f"server-{side}.tar.gz").findings)


def outcomes(side: str, rule: str, about: str) -> set[Outcome]:
    """Of the rule on this subject and the devices of it, where it applies; on every one without a name."""
    return {
        one.outcome
        for one in judged(side)
        if one.rule.id == rule
        and (not about or about in (one.subject, one.subject.partition("/")[0]))
        and one.outcome is not Outcome.NOT_APPLICABLE
    }


HERE = [fault for fault in EMULATED if not fault.needs or fault.needs in NAMES]


@pytest.mark.parametrize(("fault", "rule"), [(fault, rule) for fault in HERE for rule in fault.rules])
def test_a_fault_of_the_server(fault: Fault, rule: str) -> None:
    bad, good = (NAMES.get(one, one) for one in (fault.bad_on, fault.good_on))
    assert outcomes("bad", rule, bad) == {Outcome.FIRES}
    assert outcomes("good", rule, good) == {Outcome.CLEAR}


@pytest.mark.parametrize(("pair", "rule"), [(pair, rule) for pair in GUESTS for rule in pair.rules])
def test_a_fault_of_a_guest(pair: Pair, rule: str) -> None:
    about = ("", "") if rule == "vm-overcommit" else (pair.bad.name, pair.good.name)
    assert outcomes("bad", rule, about[0]) == {Outcome.FIRES}
    assert outcomes("good", rule, about[1]) == {Outcome.CLEAR}


@pytest.mark.parametrize("rule", HELD_RULES)
def test_a_group_that_is_held_tightly(rule: str) -> None:
    assert outcomes("bad", rule, "") == {Outcome.FIRES}
    assert outcomes("good", rule, "") == {Outcome.CLEAR}
