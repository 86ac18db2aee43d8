"""Whether a rule's sentences speak of what the finding is about: every value in them belongs to the finding's subject
or lies on its path, and was looked at by the condition, so that no sentence reads "(unknown)"."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from perfadvisor.analyse.rules.condition_check import spec_of
from perfadvisor.analyse.rules.conditions import parse
from perfadvisor.analyse.rules.expression import ConditionError
from perfadvisor.analyse.rules.lookup import HOST, MAX_DEPTH
from perfadvisor.analyse.rules.wording import placeholders
from perfadvisor.model.fact import FactSpec
from perfadvisor.packs.problems import Problem
from perfadvisor.packs.rule_file import RuleText
from perfadvisor.packs.yamltext import Document, Keys

Catalogue = Mapping[str, FactSpec]


def problems(document: Document, rule: RuleText, catalogue: Catalogue) -> Iterator[Problem]:
    """Values in sentences and commands that are another subject's, or that nothing looked at."""
    kinds = _reached(rule.for_each, tuple(catalogue.values()))
    for keys, names in _named(rule).items():
        for name in names:
            spec = spec_of(name, catalogue)
            if spec and not name.startswith(HOST) and spec.subject not in kinds:
                what = f"each {rule.for_each}" if rule.for_each else "the whole machine"
                yield document.problem(keys, f"`{name}` is about a {spec.subject}, and the rule about {what}")
    yield from _unseen(document, rule)


def _unseen(document: Document, rule: RuleText) -> Iterator[Problem]:
    looked = _looked_at(rule)
    for name in placeholders(rule.title):
        if "." in name and name not in looked:
            yield document.problem(("title",), f"`{name}` can be unknown: neither `when` nor `requires` looks at it")
    for name in placeholders(rule.why):
        if "." in name and name not in looked | set(rule.evidence):
            yield document.problem(("why",), f"`{name}` is not among the `evidence`")


def _named(rule: RuleText) -> dict[Keys, tuple[str, ...]]:
    texts: dict[Keys, str] = {("title",): rule.title, ("why",): rule.why, ("fix", "run"): rule.fix.run}
    texts[("fix", "persist")] = rule.fix.persist
    texts |= {("fix", "owners", owner): text for owner, text in rule.fix.owners.items()}
    if rule.rollback:
        texts[("rollback", "run")] = rule.rollback.run
    found = {keys: tuple(name for name in placeholders(text) if "." in name) for keys, text in texts.items()}
    return {**found, **{("evidence", number): (name,) for number, name in enumerate(rule.evidence)}}


def _looked_at(rule: RuleText) -> set[str]:
    found: set[str] = set()
    for text in (rule.when, *rule.requires):
        try:
            found.update(parse(text).names)
        except ConditionError:
            continue
    return found


@lru_cache(maxsize=64)
def _reached(kind: str, specs: tuple[FactSpec, ...]) -> frozenset[str]:
    """The kinds of subjects that a rule for this kind can look up, as `Lookup.relations` finds them."""
    targets: dict[str, set[str]] = {}
    for spec in specs:
        if spec.refers_to:
            targets.setdefault(spec.subject, set()).add(spec.refers_to)
    found = {kind, ""}
    for _ in range(MAX_DEPTH):
        found |= {target for one in found for target in targets.get(one, ())}
    return frozenset(found)
