"""Guests that were watched for some seconds: the bad ones are found, and the good ones are not."""

from functools import cache
from pathlib import Path

import pytest

from perfadvisor.judge import judge
from perfadvisor.model.rule import Finding, Outcome
from tests.planted.watched import RULES

DATA = Path(__file__).parents[1] / "data" / "planted"


@cache
def judged(side: str) -> tuple[Finding, ...]:
    return tuple(judge(DATA / f"watched-{side}.tar.gz").findings)


def outcomes(side: str, rule: str, guest: str) -> set[Outcome]:
    return {
        one.outcome
        for one in judged(side)
        if one.rule.id == rule and one.subject.partition("/")[0] == guest and one.outcome is not Outcome.NOT_APPLICABLE
    }


@pytest.mark.parametrize("rule", RULES)
def test_a_bad_guest_is_found_and_a_good_one_is_not(rule: str) -> None:
    bad, good = RULES[rule]
    assert outcomes(bad, rule, bad) == {Outcome.FIRES}
    assert outcomes("good", rule, good) == {Outcome.CLEAR}
