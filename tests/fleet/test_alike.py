"""What is taken from the machine before is what reading and judging anew would give."""

from pathlib import Path
from random import Random

import pytest

from benchmarks.fleet_hosts import varied
from perfadvisor.analyse.fleet.cohorts import cohort_of
from perfadvisor.analyse.rules.firing import firing
from perfadvisor.facts import catalogue
from perfadvisor.fleet import alike as module
from perfadvisor.fleet.alike import AlikeFindings, AlikeMachines
from perfadvisor.model.fact import FactTable
from perfadvisor.model.tree import Entry, Symlink, Tree, Unreadable
from perfadvisor.packs.known_facts import known_facts
from perfadvisor.packs.rules import load_rules
from perfadvisor.saved.saved import load, load_snapshot

DATA = Path(__file__).resolve().parent.parent / "data"
PLANTED = sorted((DATA / "planted").glob("*.tar.gz"))
MACHINES = (*PLANTED[::4], DATA / "machines" / "emulated-server.tar.gz", DATA / "host" / "kvm-guest.ttar")


def same(found: FactTable, tree: Tree) -> bool:
    """Whether the facts are those of reading the tree, one by one and in their order."""
    return list(found) == list(catalogue.read(tree))


def findings(facts: FactTable):
    return firing(facts, load_rules(), catalogue=known_facts(), environment="local")


def test_captured_machines_one_after_the_other_have_their_own_facts_and_findings() -> None:
    machines, judged = AlikeMachines(), AlikeFindings(load_rules())
    known = [(tree, catalogue.read(tree)) for tree in (load(path).tree for path in MACHINES)]
    expected = [(tree, list(facts), findings(facts), cohort_of(facts)) for tree, facts in known]
    for tree, facts, found, cohort in (*expected, *expected, *reversed(expected)):
        read = machines.read(tree)
        assert list(read) == facts
        assert judged.firing(read, environment="local", cohort=cohort) == found


def test_hosts_of_a_kind_share_what_is_the_same(monkeypatch) -> None:
    base, drawn, read = load_snapshot(DATA / "planted" / "held-good.tar.gz"), Random(1), []
    hosts = [varied(base, f"h{number}", drawn) for number in range(3)]
    expected = [list(catalogue.read(host.tree)) for host in hosts]
    counted = [lambda tree, one=one: read.append(one) or one(tree) for one in catalogue.READERS]
    monkeypatch.setattr(catalogue, "READERS", tuple(counted))
    machines = AlikeMachines()
    assert [list(machines.read(host.tree)) for host in hosts] == expected
    assert len(read) < 2.6 * len(counted), "the third was read as the second"


def other(entry: Entry, drawn: Random) -> Entry | None:
    """What may stand in the place of an entry on another machine."""
    told = entry if isinstance(entry, bytes) else b""
    return drawn.choice((told + b"1", b"", b"7\n", told[::-1], Unreadable("Permission denied"), None))


@pytest.mark.parametrize(
    "path", [DATA / "planted" / "held-good.tar.gz", DATA / "planted" / "third-good.tar.gz"], ids=str
)
def test_a_change_anywhere_is_seen(path: Path) -> None:
    """Of the machine that is held, a few sources at a time are changed, taken away or moved."""
    base, drawn = load(path).tree, Random(2)
    machines, judged = AlikeMachines(), AlikeFindings(load_rules())
    entries = dict(base.items())
    plain = sorted(source for source, entry in entries.items() if not isinstance(entry, Symlink))
    for tree in (base, base):
        facts = machines.read(tree)
        judged.firing(facts, environment="local", cohort="alike")
    for _ in range(12):
        changed = {source: other(entries[source], drawn) for source in drawn.sample(plain, 40)}
        changed |= {"/sys/class/net/new0": b"", "/proc/77/comm": b"qemu\n"} if drawn.random() < 0.3 else {}
        tree = Tree({source: entry for source, entry in {**entries, **changed}.items() if entry is not None})
        facts = machines.read(tree)
        assert same(facts, tree)
        assert judged.firing(facts, environment="local", cohort="alike") == findings(facts)


def test_only_some_kinds_are_held(monkeypatch) -> None:
    monkeypatch.setattr(module, "MOST_KINDS", 2)
    machines = AlikeMachines()
    for number in (1, 2, 3, 1, 2, 3, 1):
        tree = Tree({f"/sys/block/sd{number}": Symlink(f"../{number}"), "/proc/sys/vm/swappiness": b"60\n"})
        assert same(machines.read(tree), tree)
    assert len(machines._held) == 2
