"""A condition asked of every subject of a judged machine or run, term by term."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from perfadvisor.analyse.rules.conditions import Condition, Unknown
from perfadvisor.analyse.rules.lookup import Lookup, View
from perfadvisor.analyse.rules.terms import Term, terms
from perfadvisor.formatting import fact_text
from perfadvisor.model.fact import Absent, Fact, FactSpec
from perfadvisor.report.view import ReportView


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The answer for one subject, None where it is unknown, and each term of the condition."""

    environment: str
    subject: str
    answer: bool | None
    terms: tuple[Term, ...]


def ask(view: ReportView, condition: Condition, kind: str, catalogue: Mapping[str, FactSpec]) -> Iterator[Asked]:
    """The condition for each subject of the kind in each environment; for "" once per environment."""
    for name, seen in views(view, kind, catalogue):
        value = condition(seen)
        answer = None if isinstance(value, Unknown) else value
        yield Asked(environment=name, subject=seen.subject, answer=answer, terms=tuple(terms(condition, seen)))


def views(view: ReportView, kind: str, catalogue: Mapping[str, FactSpec]) -> Iterator[tuple[str, View]]:
    """Each subject of the kind as rules see it, with its environment."""
    parents = {environment.name: environment.parent for environment in view.environments}
    for name, table in view.facts.items():
        lookup = Lookup(table, catalogue, view.facts.get(parents.get(name, "")))
        for subject in lookup.subjects(kind):
            yield name, lookup.view(kind, subject)


def kind_of(condition: Condition, catalogue: Mapping[str, FactSpec]) -> str:
    """The kind of thing that the condition is about: that of its first fact that is about a thing."""
    kinds = (catalogue[name].subject for name in condition.names if name in catalogue)
    return next((kind for kind in kinds if kind), "")


def told(fact: Fact | Absent) -> str:
    """`nic.ring_rx [eth0] = 256`, or why there is no value."""
    about = f" [{fact.subject}]" if fact.subject else ""
    value = fact_text(fact) if isinstance(fact, Fact) else f"absent, {fact.reason}"
    return f"{fact.name}{about} = {value}"
