"""Every fact in the catalogue is given by some code on some input: a fact that nothing produces makes rules that can
never fire, and nobody notices.

Inputs are machines and files that were captured for the tests, one result with every counter there is, and, for facts
that none of these show, the unit test that builds an input for them (`BUILT`: the fact stands in that test's file).
`NOWHERE` lists what is proven by nothing, each with its reason; both may only shrink.
"""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

import pytest

from perfadvisor.analyse.results.cells import cell
from perfadvisor.analyse.results.facts import result_facts
from perfadvisor.analyse.results.sources import DETAILS, SAMPLES
from perfadvisor.analyse.rules.conditions import parse
from perfadvisor.errors import InputError
from perfadvisor.facts import catalogue
from perfadvisor.model.deltas import DELTAS
from perfadvisor.model.fact import Absent, Fact
from perfadvisor.model.result import IoPath, Output, Sample, TrialResult, TrialState
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Trial, Workload
from perfadvisor.packs.known_facts import known_facts
from perfadvisor.packs.rules import load_rules
from perfadvisor.reading import read
from perfadvisor.saved.saved import load
from tests.facts import producers
from tests.facts.producers_elsewhere import BUILT, NOWHERE
from tests.recognised import recognise

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT / "tests" / "data"
TREES = (
    DATA / "machines" / "emulated-server.tar.gz",
    DATA / "host" / "kvm-guest.ttar",
    DATA / "planted" / "held-bad.tar.gz",
)
FILES = ("guests", "text", "lspci", "interrupts", "ethtool", "outputs")
PRODUCING = "perfadvisor/facts/trial"


@cache
def captured() -> frozenset[str]:
    """What the captured machines and files give."""
    found = {fact.name for tree in TREES for fact in catalogue.facts(load(tree).tree) if isinstance(fact, Fact)}
    for file in (file for name in FILES for file in sorted((DATA / name).iterdir()) if file.is_file()):
        found |= _in(file)
    return frozenset(found)


@cache
def made_up() -> frozenset[str]:
    """What the inputs made up for the purpose give."""
    found = {fact.name for fact in catalogue.facts(producers.HOST) if isinstance(fact, Fact)}
    for text in producers.TEXTS:
        kind = recognise(text)
        assert kind, text[:40]
        found |= {fact.name for fact in kind.facts(text, source="made up") if isinstance(fact, Fact)}
    return frozenset(found)


def _in(file: Path) -> set[str]:
    try:
        return {fact.name for one in read(file) for fact in one.facts if isinstance(fact, Fact)}
    except InputError:
        return set()


@cache
def of_results() -> frozenset[str]:
    """What a result gives for which everything was counted."""
    given = {key: _value(f"result.{name}") for name, key in DETAILS.items()}
    given |= {"rw": "randrw", "steady": True, "protocol": "TCP", "iperf3_version": "3.16", "reverse": False}
    given |= dict.fromkeys(("read_io_bytes", "write_io_bytes", "sent_bytes", "streams"), 1)
    metrics = (*(keys[0] for keys in SAMPLES.values()), "read.bytes_per_s", "write.bytes_per_s")
    samples = tuple(Sample(metric=metric, value=1.0, unit=Unit.NONE) for metric in metrics)
    path = IoPath(file="/f", file_system="ext4", block="sda", nic="eth0", pci="0000:01:00.0")
    planned = Trial(
        number=1,
        workload="w",
        environment="e",
        repeat=1,
        position=0,
        runtime_s=1.0,
        warmup_s=0.0,
        parameters={"page_size_bytes": 4096},
    )
    trial = TrialResult(
        trial=planned,
        state=TrialState.DONE,
        started=0.0,
        duration_s=1.0,
        path=path,
        command=("fio",),
        output=Output(samples=samples, details=given),
        deltas=dict.fromkeys(DELTAS, 1.0),
    )
    work = Workload(id="w", title="", device="storage", tool="fio", parameters={}, metrics=("read.iops",))
    found = result_facts(
        cell(work, "e", (trial,) * 3), work, known_facts(), machine=catalogue.read(producers.HOST), ratio_to_parent=1.0
    )
    return frozenset(fact.name for fact in found if not isinstance(fact, Absent))


def shown() -> frozenset[str]:
    """All of it."""
    return captured() | made_up() | of_results()


def _value(name: str) -> bool | float | str:
    return known_facts()[name].type(1) if name in known_facts() else 1


def test_every_fact_is_produced() -> None:
    known = shown() | set(BUILT) | set(NOWHERE)
    assert sorted(set(known_facts()) - known) == [], "nothing produces these: give an input, or remove them"


def test_the_exceptions_shrink() -> None:
    """What an input shows by now needs no exception."""
    assert sorted(shown() & (set(BUILT) | set(NOWHERE))) == []
    assert set(BUILT) | set(NOWHERE) <= set(known_facts())
    assert all(NOWHERE.values())


@pytest.mark.parametrize("file", sorted(set(BUILT.values())))
def test_what_is_built_for_a_fact_is_looked_at(file: str) -> None:
    text = (ROOT / file).read_text()
    assert [name for name, where in BUILT.items() if where == file and f'"{name}"' not in text] == []


def test_every_delta_is_counted_by_some_code() -> None:
    code = "".join(path.read_text() for path in sorted((ROOT / PRODUCING).glob("*.py")))
    own = (name for name in DELTAS if not name.startswith("host."))
    assert [name for name in own if f'"{name}"' not in code and not _made_of(name, code)] == []


def _made_of(name: str, code: str) -> bool:
    """Names that end in a variable there, such as "pressure.{what}_some_share"."""
    parts = name.replace(".", " ").replace("_", " ").split()
    return any(f'f"{name[: name.index(part)]}{{' in code for part in parts[1:])


def test_every_condition_can_be_satisfied() -> None:
    """A rule whose condition names a fact that nothing gives can never fire."""
    lame = {rule.id: sorted(_named(rule.when, *rule.requires) & set(NOWHERE)) for rule in load_rules()}
    assert {rule: facts for rule, facts in lame.items() if facts} == {}


def _named(*conditions: str) -> set[str]:
    names: Iterable[str] = (name for text in conditions for name in parse(text).names)
    return {name.removeprefix("host.") for name in names}
