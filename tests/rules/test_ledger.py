"""What a rule says of itself is what the ledger says of it, and the ledger names tests that are there."""

import re
from pathlib import Path

import pytest

from perfadvisor.model.rule import Rule
from perfadvisor.packs.rules import load_rules
from tests.rules.ledger import FEWEST_CLEAR, MACHINES, Seen, machine_of, maturity, read, spread

TESTS = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def rules() -> dict[str, Rule]:
    return {rule.id: rule for rule in load_rules()}


def test_a_rule_is_stable_where_the_ledger_says_so(rules: dict[str, Rule]) -> None:
    ledger = read()
    wrong = {rule.id: rule.maturity for rule in rules.values() if rule.maturity != maturity(rule, ledger)}
    assert wrong == {}, "run: python -m tests.shared.ledger, or say so in the rule"


def test_each_rule_on_trial_is_listed_with_what_is_missing(rules: dict[str, Rule]) -> None:
    listed = re.findall(r"`([a-z0-9-]+)`", (TESTS / "docs/results/ledger.md").read_text().partition("| Rules |")[2])
    assert sorted(listed) == sorted(rule.id for rule in rules.values() if rule.maturity == "trial")


def test_the_ledger_speaks_of_rules_that_are_there(rules: dict[str, Rule]) -> None:
    assert set(read()) <= set(rules)


@pytest.mark.parametrize(("rule", "place"), [(rule, place) for rule, seen in read().items() for place in seen.tests])
def test_a_planted_fault_is_planted_by_a_test_that_names_the_rule(rule: str, place: str) -> None:
    file, _, name = place.partition("::")
    whole = (TESTS / file).read_text()
    text = whole.partition("@pytest")[0] + whole.partition(f"def {name}(")[2].partition("\ndef ")[0]
    text += "".join(re.findall(r"(?ms)^[A-Z_]+ = .*?^[\])}]", whole))  # its tables
    for module in re.findall(r"from tests\.(planted\.\w+) import", whole):  # what it plants, as data
        text += (TESTS / "tests" / f"{module.replace('.', '/')}.py").read_text()
    assert f"def {name}(" in whole
    assert rule in text


def test_the_ledger_names_machines_that_are_known() -> None:
    assert {machine for seen in read().values() for machine in seen.planted} <= set(MACHINES)


def test_what_stable_takes() -> None:
    others = [str(number) for number in range(FEWEST_CLEAR)]
    assert Seen(fires=["a"], clear=others).stable
    assert not Seen(fires=["a"], clear=others[1:]).stable
    assert not Seen(clear=others).stable
    assert Seen(planted={"m": ["t"]}, clear=others).stable
    assert Seen(planted={"m": ["t"], "n": ["u"]}, clear=others[1:]).stable, "each shows the other's machine clear"


def test_machines_count_and_not_tests_or_recordings() -> None:
    ours = [f"tests/data/planted/runs/{name}" for name in ("a.tar.xz", "b.tar.xz", "server-good.tar.xz")]
    assert machine_of(ours[0]) == machine_of(ours[1]) == "virtual-machine"
    assert not Seen(planted={"virtual-machine": ["t", "u", "v"]}).stable
    assert not Seen(planted={"virtual-machine": ["t"]}, clear=[*ours, "1"][:3]).stable, "one other machine"
    assert Seen(planted={"virtual-machine": ["t"]}, clear=[*ours, "1"]).stable
    assert not Seen(fires=["a"], clear=["a", "b"]).stable, "itself is no other"
    assert spread([*ours, "1", "2"]) == [ours[0], ours[2], "1"]
