"""What a run's results ran over, and what is beside the point."""

from perfadvisor.analyse.rules.lookup import Lookup
from perfadvisor.analyse.rules.touched import is_aside, touched
from perfadvisor.model.fact import FactTable
from perfadvisor.packs.known_facts import known_facts


def table(*facts: tuple[str, str, str]) -> FactTable:
    return FactTable(known_facts()[name].fact(value, source="s", subject=subject) for name, subject, value in facts)


HOST = table(
    ("block.scheduler", "vda", "none"),
    ("block.scheduler", "sdb", "none"),
    ("block.pci_address", "sdb", "0000:01:00.0"),
    ("pci.upstream_port", "0000:01:00.0", "0000:00:01.0"),
    ("pci.driver", "0000:09:00.0", "nvme"),
    ("vm.hypervisor", "theirs", "kvm"),
    ("result.block", "w@local", "sdb"),
)
GUEST = table(("environment.domain", "", "ours"), ("block.vm_disk", "vda", "ours/vda"), ("result.block", "w@vm", "vda"))


def test_the_way_of_a_result_and_what_is_above_it_is_touched_and_nothing_else() -> None:
    lookup = Lookup(HOST, known_facts())
    reached = touched({"local": lookup}, {"local": ["w@local"]}, {"local": ""})["local"]
    asked = {
        ("block", "sdb"): False,
        ("pci", "0000:01:00.0"): False,
        ("pci", "0000:00:01.0"): False,
        ("", ""): False,
        ("node", "1"): False,
        ("block", "vda"): True,
        ("pci", "0000:09:00.0"): True,
        ("vm", "theirs"): True,
    }
    assert {place: is_aside(*place, lookup, reached) for place in asked} == asked


def test_a_guest_leads_to_what_its_host_says_of_it() -> None:
    lookups = {"local": Lookup(HOST, known_facts()), "vm": Lookup(GUEST, known_facts(), HOST)}
    reached = touched(lookups, {"vm": ["w@vm"]}, {"local": "", "vm": "local"})["local"]
    assert not is_aside("vm", "ours", lookups["local"], reached)
    assert not is_aside("vm_disk", "ours/vda", lookups["local"], reached)
    assert is_aside("vm", "theirs", lookups["local"], reached)
    assert is_aside("block", "sdb", lookups["local"], reached)
