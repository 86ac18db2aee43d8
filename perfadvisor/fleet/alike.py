"""One machine after the other, where many are much alike, as those of a fleet are: what was found on one is taken for
the next where all that it rests on is the same. The answers are those of `catalogue.read` and `firing`.
"""

import threading
from collections.abc import Sequence
from typing import TypeVar

from perfadvisor.analyse.rules.firing import WAYS, in_order, rests_on, rule_firing
from perfadvisor.analyse.rules.lookup import Lookup
from perfadvisor.facts import catalogue
from perfadvisor.model.fact import FactTable
from perfadvisor.model.rule import Finding, Rule
from perfadvisor.model.tree import Tree
from perfadvisor.model.watched_tree import AlikeTree, WatchedTree
from perfadvisor.packs.known_facts import known_facts

MOST_KINDS = 8  # of machines of which one is held
MOST_SEEN = 10_000
HARDWARE = ("/sys/bus/pci/devices", "/sys/devices/system/cpu", "/sys/devices/system/node", "/sys/block")

Kind = tuple[tuple[str, ...], ...]
K = TypeVar("K")
V = TypeVar("V")


class AlikeMachines:
    """Facts of machines; of one kind are those with the same devices. The first of a kind is only counted: to note what
    is asked for takes twice as long, and many a machine is the only one of its kind."""

    def __init__(self) -> None:
        self._held: dict[Kind, WatchedTree] = {}
        self._seen: set[int] = set()

    def read(self, tree: Tree) -> FactTable:
        """As `catalogue.read`."""
        kind = tuple(map(tree.names, HARDWARE))
        if kind not in self._held and self._is_first(kind):
            return catalogue.read(tree)
        held = self._held.get(kind) or WatchedTree(tree)
        found = catalogue.read(AlikeTree(tree, held) if kind in self._held else held)
        _hold(self._held, kind, held)
        return found

    def _is_first(self, kind: Kind) -> bool:
        seen = hash(kind)
        if seen in self._seen:
            return False
        if len(self._seen) >= MOST_SEEN:
            self._seen.clear()
        self._seen.add(seen)
        return True


class AlikeFindings:
    """Findings of these rules on machines; of one kind are those of one cohort."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        specs = known_facts()
        self._rules = tuple((rule, rests_on(rule, specs)) for rule in rules)
        self._ways = frozenset(name for name, spec in specs.items() if spec.refers_to)
        self._held: dict[tuple[str, str], tuple[FactTable, list[tuple[Finding, ...]]]] = {}

    def firing(self, facts: FactTable, *, environment: str, cohort: str) -> tuple[Finding, ...]:
        """As `firing` of a machine without a parent. The facts must not be changed afterwards."""
        lookup = Lookup(facts, known_facts())
        held = self._held.get((cohort, environment))
        if held is None:
            found = [tuple(rule_firing(rule, lookup, environment)) for rule, _ in self._rules]
            held = facts, found
        else:
            changed = self._changed(held[0], facts)
            found = [
                before if rests.isdisjoint(changed) else tuple(rule_firing(rule, lookup, environment))
                for (rule, rests), before in zip(self._rules, held[1], strict=True)
            ]
        _hold(self._held, (cohort, environment), held)
        return in_order((one for each in found for one in each), lookup)

    def _changed(self, before: FactTable, now: FactTable) -> set[str]:
        changed = before.differing(now)
        kinds = {name.partition(".")[0] for name in changed}
        subjects = {f"{kind}." for kind in kinds if before.subjects(kind) != now.subjects(kind)}
        return changed | subjects | (set() if changed.isdisjoint(self._ways) else {WAYS})


class Alike:
    """What is held of the machines that were judged by these rules."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.rules = rules
        self.machines = AlikeMachines()
        self.findings = AlikeFindings(rules)


_HERE = threading.local()  # a worker of a cluster may have several threads


def alike(rules: Sequence[Rule]) -> Alike:
    """What this thread holds; nothing yet where it judged by other rules before."""
    held: Alike | None = getattr(_HERE, "alike", None)
    if held is None or held.rules is not rules:
        held = _HERE.alike = Alike(rules)
    return held


def _hold(held: dict[K, V], kind: K, value: V) -> None:
    """As the last one: the first is that which was needed longest ago, and goes where they are too many."""
    held.pop(kind, None)
    held[kind] = value
    if len(held) > MOST_KINDS:
        del held[next(iter(held))]
