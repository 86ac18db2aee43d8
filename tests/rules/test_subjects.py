"""Every number in a title or sentence is of the finding's own subject, and is known when the rule fires."""

import pytest

from perfadvisor.analyse.rules.cases import lookup_of
from perfadvisor.analyse.rules.lookup import Lookup
from perfadvisor.analyse.rules.wording import placeholders, sentence
from perfadvisor.model.fact import Fact, FactTable
from perfadvisor.model.rule import Outcome, Rule
from perfadvisor.packs.known_facts import known_facts
from perfadvisor.packs.rules import load_rules

CATALOGUE = known_facts()
RULES = load_rules()
OWN, OTHER = "own", "other"


def machine(rule: Rule) -> FactTable:
    """Two of everything: what the rule's sentences name is "own" for the subjects on its path, 7777 elsewhere."""
    facts = []
    for spec in CATALOGUE.values():
        for subject in (OWN, OTHER) if spec.subject else ("",):
            value = subject if spec.refers_to else {int: 7777, float: 7777.0, bool: False, str: "7777"}[spec.type]
            if subject in (OWN, "") and not spec.refers_to:
                value = {int: 42, float: 42.0, bool: True, str: "mine"}[spec.type]
            facts.append(Fact(name=spec.name, subject=subject, value=value, source="made up"))
    return FactTable(facts)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_sentences_quote_the_findings_own_subject(rule: Rule) -> None:
    here = machine(rule)
    view = Lookup(here, CATALOGUE, host=here).view(rule.for_each, OWN if rule.for_each else "")
    for text in (rule.title, rule.why):
        for name in placeholders(text):
            if "." in name:
                found = view(name)
                assert isinstance(found, Fact), (name, found)
                assert found.subject in (OWN, ""), name
        assert "7777" not in sentence(text, view)
        assert "(unknown)" not in sentence(text, view)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_title_is_known_where_the_rule_fires(rule: Rule) -> None:
    """Each case that fires gives the facts that the title quotes."""
    for case in rule.cases:
        if case.expect is Outcome.FIRES:
            find = lookup_of(case)
            assert all(isinstance(find(name), Fact) for name in placeholders(rule.title) if "." in name), case.name
