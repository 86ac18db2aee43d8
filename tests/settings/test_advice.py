"""A finding's command and undo are made of the plan, with what the machine has."""

import json

import pytest

from perfadvisor.analyse.rules.advise import advise
from perfadvisor.analyse.rules.lookup import Lookup
from perfadvisor.facts import catalogue
from perfadvisor.model.fact import Fact
from perfadvisor.model.rule import Finding, Outcome
from perfadvisor.model.tree import Tree
from perfadvisor.packs.known_facts import known_facts
from perfadvisor.packs.rules import load_rules
from perfadvisor.settings.advice import with_plans
from perfadvisor.settings.rehearsal.rehearse import rehearsed

CPUFREQ = "/sys/devices/system/cpu/cpufreq"
QUEUE = "/sys/block/sda/queue"
RULES = {rule.id: rule for rule in load_rules()}


def finding_of(rule: str, tree: Tree) -> Finding:
    """The first finding of this rule on the tree, with its commands planned."""
    table = catalogue.read(tree)
    found = advise(table, [RULES[rule]], catalogue=known_facts())
    planned = with_plans(found, Lookup(table, known_facts()), tree)
    return next(finding for finding, _ in planned if finding.outcome is Outcome.FIRES)


def test_one_policy_alone_comes_back_to_what_it_was() -> None:
    """A saved list of files and values lost the name where one file matched."""
    listed = {f"{CPUFREQ}/policy0/scaling_available_governors": b"performance powersave\n"}
    tree = Tree(
        {f"{CPUFREQ}/policy0/scaling_governor": b"powersave\n", f"{CPUFREQ}/policy0/scaling_driver": b"x", **listed}
    )
    found = finding_of("cpu-governor-powersave", tree)
    assert found.fix_run == f"echo performance > {CPUFREQ}/policy0/scaling_governor"
    assert found.rollback == f"echo powersave > {CPUFREQ}/policy0/scaling_governor"


def test_policies_that_differ_come_back_each_to_its_own() -> None:
    governors = {0: b"powersave", 1: b"ondemand", 2: b"ondemand", 3: b"ondemand"}
    tree = Tree({f"{CPUFREQ}/policy{n}/scaling_governor": value for n, value in governors.items()})
    table = catalogue.read(tree)
    lookup = Lookup(table, known_facts())
    finding = Finding(rule=RULES["cpu-governor-powersave"], environment="local", subject="", outcome=Outcome.FIRES)
    ((planned, made),) = with_plans([finding], lookup, tree)
    assert planned.fix_run.startswith("for name in policy0 policy1 policy2 policy3; do echo performance")
    assert planned.rollback.splitlines() == [
        f'for name in policy3 policy2 policy1; do echo ondemand > "{CPUFREQ}/$name/scaling_governor"; done',
        f"echo powersave > {CPUFREQ}/policy0/scaling_governor",
    ]
    assert made is not None


def test_coalescing_comes_back_with_what_adaptive_moderation_moves() -> None:
    answer = {"rx_usecs": 3, "rx_max_frames": 16, "use_adaptive_rx": 0, "use_adaptive_tx": 0, "tx_usecs": 3}
    tree = Tree({"netlink:ethtool/coalesce/eth0": json.dumps(answer).encode(), "/sys/class/net/eth0/ifindex": b"2"})
    table = catalogue.read(tree)
    table.add(Fact(name="result.nic", value="eth0", source="", subject="r"))
    lookup = Lookup(table, known_facts())
    finding = Finding(rule=RULES["irq-coalesce-adaptive-off"], environment="local", subject="r", outcome=Outcome.FIRES)
    ((planned, _),) = with_plans([finding], lookup, tree)
    assert planned.fix_run == "ethtool -C eth0 adaptive-rx on"
    assert planned.rollback == "ethtool -C eth0 adaptive-rx off rx-usecs 3 rx-frames 16"


def test_without_the_sources_the_rules_own_words_stay() -> None:
    tree = Tree({})
    finding = Finding(
        rule=RULES["memory-thp-never"], environment="local", subject="", outcome=Outcome.FIRES, fix_run="words"
    )
    ((planned, made),) = with_plans([finding], Lookup(catalogue.read(tree), known_facts()), tree)
    assert (planned.fix_run, made) == ("words", None)


SETTING = [rule for rule in RULES.values() if rule.fix.set]


@pytest.mark.parametrize("rule", SETTING, ids=lambda rule: rule.id)
def test_every_fix_makes_its_rule_clear_and_comes_back(rule) -> None:
    count, wrong = rehearsed(rule, known_facts())
    assert (wrong, count > 0) == ((), True)


def test_a_fix_that_does_not_mend_is_found() -> None:
    from dataclasses import replace

    rule = RULES["memory-thp-never"]
    (desired,) = rule.fix.set
    useless = replace(rule, fix=replace(rule.fix, set=(replace(desired, to={"thp_enabled": "never"}),)))
    assert rehearsed(useless, known_facts())[1]
    other = replace(desired, setting="memory.ksm_run", to={"ksm_run": "1"})
    assert "not clear" in rehearsed(replace(rule, fix=replace(rule.fix, set=(other,))), known_facts())[1][0]
