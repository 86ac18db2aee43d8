"""A guest's facts lead to its host's by what both sides show: UUID, Ethernet addresses, serials, PCI addresses."""

from perfadvisor.analyse.environments.guest_join import joined
from perfadvisor.analyse.rules.lookup import Lookup
from perfadvisor.model.fact import Fact, FactTable
from perfadvisor.packs.known_facts import known_facts


def table(*facts):
    return FactTable(Fact(name=name, subject=subject, value=value, source="test") for name, subject, value in facts)


HOST = (
    ("vm.uuid", "web", "AA-1"),
    ("vm.uuid", "db", "BB-2"),
    ("vm.vcpus", "web", 4),
    ("vm_nic.domain", "web/vnet0", "web"),
    ("vm_nic.mac", "web/vnet0", "52:54:00:00:00:01"),
    ("vm_disk.domain", "web/vda", "web"),
    ("vm_disk.serial", "web/vda", "S1"),
    ("vm_disk.bus", "web/vda", "virtio"),
    ("vm_disk.domain", "db/vda", "db"),
    ("vm_disk.bus", "db/vda", "virtio"),
    ("vm_hostdev.domain", "web/0000:81:00.0", "web"),
    ("vm_hostdev.guest_address", "web/0000:81:00.0", "0000:05:00.0"),
    ("vm_hostdev.pci_address", "web/0000:81:00.0", "0000:81:00.0"),
)


def facts(*guest):
    return {(fact.name, fact.subject): fact.value for fact in joined(table(*guest), table(*HOST), known_facts())}


def test_by_uuid_serial_and_address():
    found = facts(
        ("environment.machine_uuid", "", "aa-1"),
        ("nic.address", "eth0", "52:54:00:00:00:01"),
        ("block.serial", "vda", "S1"),
        ("pci.driver", "0000:05:00.0", "nvme"),
    )
    assert found == {
        ("environment.domain", ""): "web",
        ("nic.vm_nic", "eth0"): "web/vnet0",
        ("block.vm_disk", "vda"): "web/vda",
        ("pci.host_address", "0000:05:00.0"): "0000:81:00.0",
    }


def test_by_the_network_device_alone_and_the_only_disk():
    found = facts(("nic.address", "eth0", "52:54:00:00:00:01"), ("block.size_bytes", "vda", 1))
    assert found[("environment.domain", "")] == "web"
    assert found[("block.vm_disk", "vda")] == "web/vda"


def test_a_stranger_is_nobodys_guest():
    assert facts(("environment.machine_uuid", "", "CC-3"), ("nic.address", "eth0", "52:54:00:00:00:09")) == {}
    assert facts() == {}


def test_two_disks_with_one_serial_are_not_guessed():
    found = facts(
        ("environment.machine_uuid", "", "aa-1"),
        *(("block.serial", name, "S1") for name in ("vda", "vdb")),
        *(("block.size_bytes", name, 1) for name in ("vda", "vdb")),
    )
    assert ("block.vm_disk", "vda") not in found


def test_rules_in_the_guest_reach_its_definition():
    guest = table(("environment.machine_uuid", "", "aa-1"))
    host = table(*HOST)
    for fact in joined(guest, host, known_facts()):
        guest.add(fact)
    assert Lookup(guest, known_facts(), host).view("", "")("host.vm.vcpus").value == 4
