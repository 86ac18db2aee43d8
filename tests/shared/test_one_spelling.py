"""Every fact of three real machines has one spelling: in sentences, tables, the topology and on the terminal."""

import re

import pytest

from perfadvisor.analyse.rules.lookup import Lookup
from perfadvisor.analyse.rules.wording import sentence
from perfadvisor.facts.catalogue import read
from perfadvisor.formatting import fact_text
from perfadvisor.model.fact import Fact, FactTable
from perfadvisor.packs.known_facts import known_facts
from perfadvisor.report.machine import devices, shown
from perfadvisor.report.terminal.finding import fact_lines
from perfadvisor.report.topology import link_words
from perfadvisor.saved.saved import load
from tests.shared.conftest import MACHINES, MISSING

pytestmark = pytest.mark.shared
TREES = (
    "sysfs/sos/ubuntu-kvm-vm_kubernetes.tar.gz",
    "sysfs/hwloc/32intel64-2p8co2t+8ve.tar.bz2",
    "sysfs/openshift/worker2.internal-sysinfo.tgz",
)
NAMED = ("Device", "Others in its group")  # functions with their devices' names beside their addresses
TWICE = re.compile(r"\d+ lanes|\d,\d{3} IOPS|\d B\b|\(empty\)|\d+\.\d+\.?0+ (GT/s|GHz)")


@pytest.fixture(params=TREES)
def machine(request) -> FactTable:
    path = MACHINES / request.param
    if not path.exists():
        pytest.skip(MISSING)
    return read(load(path).tree)


def test_sentence_table_and_terminal_agree(machine) -> None:
    lookup = Lookup(machine, known_facts())
    facts = [fact for fact in machine if isinstance(fact, Fact)]
    assert len(facts) > 100
    for fact in facts:
        kind = known_facts()[fact.name].subject
        in_a_sentence = sentence(f"{{{fact.name}}}", lookup.view(kind, fact.subject))
        on_the_terminal = "".join(line.plain for line in fact_lines("", fact, "", 10_000)).split(" = ", 1)[1]
        assert in_a_sentence == shown(fact).text == fact_text(fact)
        assert on_the_terminal.startswith(in_a_sentence)
        assert not TWICE.search(in_a_sentence), (fact.name, in_a_sentence)


def test_devices_and_links_are_spelt_alike(machine) -> None:
    spelt = {fact_text(fact) for fact in machine if isinstance(fact, Fact)}
    for table in devices(machine):
        for _, row in table.rows:
            cells = zip(table.columns[:-1], row[:-1], strict=True)
            assert {cell.text for column, cell in cells if not cell.absent and column not in NAMED} <= spelt
    for address in machine.of("pci.link_width"):
        speed, width = (machine.find(f"pci.{name}", address) for name in ("link_speed_gtps", "link_width"))
        now, _ = link_words(machine, address)
        assert now == " ".join(fact_text(fact) for fact in (speed, width) if isinstance(fact, Fact)) or not now
