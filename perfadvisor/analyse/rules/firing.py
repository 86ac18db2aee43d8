"""What fires, and nothing else: for many machines, of which only that is kept. The same answers as `advise` gives."""

from collections.abc import Iterable, Iterator, Mapping

from perfadvisor.analyse.rules.advise import looks_at
from perfadvisor.analyse.rules.answer import HYPERVISOR, KIND, TRUST, fires
from perfadvisor.analyse.rules.conditions import parse
from perfadvisor.analyse.rules.lookup import Lookup
from perfadvisor.analyse.rules.order import explain, reading_order
from perfadvisor.analyse.rules.wording import placeholders, sentence
from perfadvisor.model.fact import FactSpec, FactTable
from perfadvisor.model.rule import Finding, Outcome, Rule

WAYS = "->"  # stands for the facts that lead from one subject to another
_ALWAYS = frozenset((KIND, HYPERVISOR, TRUST, "result.device"))  # what is looked up whatever a rule says


def firing(
    facts: FactTable,
    rules: Iterable[Rule],
    *,
    catalogue: Mapping[str, FactSpec],
    environment: str,
    host: FactTable | None = None,
) -> tuple[Finding, ...]:
    """The findings that fire, with subject and title alone, in the order in which to read them."""
    lookup = Lookup(facts, catalogue, host)
    return in_order([one for rule in rules for one in rule_firing(rule, lookup, environment)], lookup)


def rule_firing(rule: Rule, lookup: Lookup, environment: str) -> Iterator[Finding]:
    """Those of one rule."""
    for subject in lookup.subjects(rule.for_each):
        view = lookup.view(rule.for_each, subject)
        if looks_at(rule, subject, lookup) and fires(rule, view):
            title = sentence(rule.title, view)
            yield Finding(rule=rule, environment=environment, subject=subject, outcome=Outcome.FIRES, title=title)


def in_order(found: Iterable[Finding], lookup: Lookup) -> tuple[Finding, ...]:
    """The findings of all rules, each with what explains it, in the order in which to read them."""
    return tuple(sorted(explain(tuple(found), lookup), key=reading_order))


def rests_on(rule: Rule, catalogue: Mapping[str, FactSpec]) -> frozenset[str]:
    """All that the rule's findings on one machine rest on: names of facts, `KIND.` for which subjects there are of that
    kind, and `WAYS`."""
    texts = (rule.when, *rule.requires)
    named = {name for text in texts for name in parse(text).names} | set(placeholders(rule.title))
    kinds = {catalogue[name].subject if name in catalogue else name for name in named}
    away = {WAYS} if kinds - {"", rule.for_each} else set()
    return frozenset(named | away | _ALWAYS | {f"{rule.for_each}."})
