from pathlib import Path

import pytest

from perfadvisor.packs.problems import PackError
from perfadvisor.packs.waivers import load_waivers

GOOD = """waivers:
  - id: a-rule
    subject: "0000:41:*"
    reason: the slot has four lanes
    until: 2027-03-31
  - {id: b-rule, reason: known, until: 2026-12-01, environment: vm}
"""


def loaded(tmp_path: Path, text: str):
    path = tmp_path / "waivers.yaml"
    path.write_text(text)
    return load_waivers(path, {"a-rule", "b-rule"})


def test_every_field_is_read(tmp_path) -> None:
    first, second = loaded(tmp_path, GOOD)
    assert (first.rule, first.subject, first.environment, first.until) == ("a-rule", "0000:41:*", "*", "2027-03-31")
    assert (second.rule, second.subject, second.environment) == ("b-rule", "*", "vm")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (GOOD.replace("a-rule", "a-rul"), "waivers.yaml:2:9: no rule is called `a-rul` (did you mean `a-rule`?)"),
        (GOOD.replace("2027-03-31", "next year"), "waivers.yaml:5:12: `next year` is not a date"),
        (GOOD.replace("2027-03-31", "2027-02-30"), "not a date"),
        (GOOD.replace("    until: 2027-03-31\n", ""), "`until` is missing"),
        (GOOD.replace("reason: known, ", ""), "`reason` is missing"),
        (GOOD.replace("environment: vm", "env: vm"), "unknown key `env`"),
        ("- id: a-rule\n", "waivers.yaml"),
    ],
)
def test_mistakes_are_named_at_their_place(tmp_path, text: str, said: str) -> None:
    with pytest.raises(PackError) as error:
        loaded(tmp_path, text)
    assert said in error.value.message
