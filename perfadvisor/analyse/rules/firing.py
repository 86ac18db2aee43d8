"""What fires, and nothing else: for many machines, of which only that is kept. The same answers as `advise` gives."""

from collections.abc import Iterable, Mapping

from perfadvisor.analyse.rules.advise import looks_at
from perfadvisor.analyse.rules.answer import fires
from perfadvisor.analyse.rules.lookup import Lookup
from perfadvisor.analyse.rules.order import explain, reading_order
from perfadvisor.analyse.rules.wording import sentence
from perfadvisor.model.fact import FactSpec, FactTable
from perfadvisor.model.rule import Finding, Outcome, Rule


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
    found: list[Finding] = []
    for rule in rules:
        for subject in lookup.subjects(rule.for_each):
            view = lookup.view(rule.for_each, subject)
            if looks_at(rule, subject, lookup) and fires(rule, view):
                title = sentence(rule.title, view)
                found.append(
                    Finding(rule=rule, environment=environment, subject=subject, outcome=Outcome.FIRES, title=title)
                )
    return tuple(sorted(explain(found, lookup), key=reading_order))
