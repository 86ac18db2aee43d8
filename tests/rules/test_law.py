"""Knowing less never turns one answer into another: for every rule, on whole machines with random files taken away."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from posixpath import basename, dirname

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from perfadvisor.analyse.rules.advise import advise
from perfadvisor.analyse.rules.law import keeps
from perfadvisor.errors import PerfAdvisorError
from perfadvisor.facts import catalogue
from perfadvisor.model.rule import Outcome
from perfadvisor.model.tree import Tree
from perfadvisor.packs.known_facts import known_facts
from perfadvisor.packs.rules import load_rules
from perfadvisor.saved.saved import load

OWN = Path(__file__).parents[1] / "data"
OURS = (OWN / "machines" / "emulated-server.tar.gz", OWN / "host" / "kvm-guest.ttar")
SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "machines" / "sysfs"
LARGEST = 400_000  # bytes of an archive: larger ones say the same and take seconds each
FOREIGN = sorted(file for file in SHARED.rglob("*.tar*") if file.stat().st_size < LARGEST)
EASY = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}

Answers = Mapping[tuple[str, str], Outcome]


def answers(tree: Tree) -> Answers:
    found = advise(catalogue.read(tree), load_rules(), catalogue=known_facts())
    return {(one.rule.id, one.subject): one.outcome for one in found}


@cache
def whole(file: Path) -> tuple[Tree, Answers]:
    try:
        tree = load(file).tree
    except PerfAdvisorError:  # not every archive there holds a machine
        tree = Tree({})
    return tree, answers(tree)


def broken(file: Path, data: st.DataObject) -> list[str]:
    """What breaks the law once some files of this machine are gone: of one name, below one directory, or any."""
    tree, before = whole(file)
    entries = dict(tree.items())
    if not entries:
        return []
    sources = sorted(entries)
    one = data.draw(st.sampled_from(sources))
    near = [[s for s in sources if basename(s) == basename(one)], [s for s in sources if dirname(s) == dirname(one)]]
    gone = set(data.draw(st.sampled_from([*near, data.draw(st.lists(st.sampled_from(sources), max_size=200))])))
    after = answers(Tree({source: entry for source, entry in entries.items() if source not in gone}))
    return [
        f"{rule} of {subject or 'the machine'}: {outcome} turns into {after[rule, subject]} without {sorted(gone)[:9]}"
        for (rule, subject), outcome in before.items()
        if outcome is not Outcome.NOT_APPLICABLE
        and not keeps(outcome, after.get((rule, subject), Outcome.NOT_APPLICABLE))
    ]


@pytest.mark.parametrize("file", OURS, ids=lambda file: file.name)
@settings(max_examples=15, **EASY)
@given(data=st.data())
def test_no_answer_becomes_another_when_files_are_missing(file: Path, data: st.DataObject) -> None:
    assert broken(file, data) == []


@pytest.mark.shared
@pytest.mark.skipif(not FOREIGN, reason="the inputs of real machines (shared/data beside the checkout) are not here")
@settings(max_examples=150, **EASY)
@given(data=st.data())
def test_nor_on_any_machine_of_others(data: st.DataObject) -> None:
    assert broken(data.draw(st.sampled_from(FOREIGN)), data) == []


def test_the_law_is_told_apart_from_what_is_allowed() -> None:
    fires, clear, unknown, no = Outcome.FIRES, Outcome.CLEAR, Outcome.UNKNOWN, Outcome.NOT_APPLICABLE
    assert all(keeps(*pair) for pair in [(fires, unknown), (clear, no), (unknown, no), (no, unknown), (clear, clear)])
    assert not any(keeps(*pair) for pair in [(fires, clear), (clear, fires), (unknown, fires), (no, clear)])
