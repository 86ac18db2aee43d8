"""Whether a rule fires, asked alone, is what its whole judgement says: a fleet asks the one, a report the other."""

from perfadvisor.analyse.rules.answer import fires, judge
from perfadvisor.analyse.rules.cases import lookup_of
from perfadvisor.model.rule import Outcome
from perfadvisor.packs.rules import load_rules


def test_a_rule_fires_where_its_judgement_is_that_it_does() -> None:
    asked = [(rule, case.name, lookup_of(case)) for rule in load_rules() for case in rule.cases]
    judged = {(rule.id, name): judge(rule, facts).outcome is Outcome.FIRES for rule, name, facts in asked}
    assert {(rule.id, name): fires(rule, facts) for rule, name, facts in asked} == judged
    assert len(set(judged.values())) == 2
