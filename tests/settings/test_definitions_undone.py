"""The undo of a definition leaves nothing that libvirt refuses; seen with `python -m tests.settings.defined`."""

from perfadvisor.model.rule import Outcome, Rule
from perfadvisor.packs.known_facts import known_facts
from perfadvisor.packs.rules import load_rules
from perfadvisor.settings.asked import MissingError
from perfadvisor.settings.definitions.domain import with_value
from perfadvisor.settings.desired import intents
from perfadvisor.settings.model import Door, Write
from perfadvisor.settings.planning import plan, undone
from perfadvisor.settings.rehearsal.rehearse import _lookup, _read
from perfadvisor.settings.rehearsal.tree import SUBJECTS, USUAL, tree_of
from tests.settings.defined import FILE

RULES = {one.id: one for one in load_rules()}


def planned(rule: Rule) -> tuple[str, tuple[Write, ...]]:
    """The definition of the rule's first case that can be planned, and the writes."""
    for case in (one for one in rule.cases if one.expect is Outcome.FIRES):
        tree = tree_of(rule, case)
        known = {**USUAL, **_read(tree), **case.facts}
        view = _lookup(known, case, known_facts()).view(rule.for_each, SUBJECTS[rule.for_each])
        try:
            return tree.text(FILE) or "", plan(intents(rule.fix.set, view, tree), tree).writes
        except MissingError:
            continue
    return "", ()


def written(text: str, writes: tuple[Write, ...]) -> str:
    for write in writes:
        if write.setting.door is Door.DEFINITION:
            text = with_value(text, write.subject, write.to["value"])
    return text


def test_a_topology_that_was_made_is_taken_away_whole() -> None:
    """Without its attributes the element alone is an error: Missing required attribute 'sockets'."""
    text, writes = planned(RULES["vm-smt-topology-mismatch"])
    made = written(text, writes)
    assert ("<topology" in text, "<topology" in made, "<topology" in written(made, undone(writes))) == (
        False,
        True,
        False,
    )


def test_what_libvirt_adds_to_the_mode_of_a_cpu_goes_with_it() -> None:
    """The attribute `migratable` is allowed in two modes only, and libvirt writes it by itself."""
    text, writes = planned(RULES["vm-cpu-model-generic"])
    made = written(text, writes)
    assert 'migratable="on"' in made and "migratable" not in written(made, undone(writes))
