"""Device facts of a two-node server that QEMU emulates, captured whole: switch, SR-IOV, NVMe multipath, IOMMU, e1000e.

The functions were also printed by `lspci -vvvnnxxxx` in the same boot (tests/data/lspci/server-vvvnnxxxx.txt)."""

from pathlib import Path

import pytest

from perfadvisor.facts.block import block
from perfadvisor.facts.irq import irq
from perfadvisor.facts.net import network, nic_settings
from perfadvisor.facts.pci import config as pci_config
from perfadvisor.facts.pci import iommu, pci
from perfadvisor.facts.pci import link as pci_link
from perfadvisor.facts.text import lspci
from perfadvisor.model.fact import Absent, FactTable
from perfadvisor.saved.saved import load_tree

MODULES = (pci, pci_config, pci_link, iommu, irq, block, network, nic_settings)
DISK, PHYSICAL, VIRTUAL = "0000:81:00.0", "0000:01:00.0", "0000:01:00.1"
BEHIND_SWITCH, DOWN, UP, ROOT = "0000:04:00.0", "0000:03:00.0", "0000:02:00.0", "0000:00:0c.0"


@pytest.fixture(scope="module")
def server(data: Path) -> FactTable:
    tree = load_tree(data / "machines/emulated-server.tar.gz")
    return FactTable(fact for module in MODULES for fact in module.facts(tree))


@pytest.mark.parametrize(
    ("name", "subject", "value"),
    [
        ("pci.function_count", "", 26),
        ("pci.sriov_capable_count", "", 1),
        ("pci.root_readable", "", True),
        ("pci.numa_node", DISK, 1),
        ("pci.numa_node", PHYSICAL, None),
        ("pci.sriov_num_vfs", PHYSICAL, 2),
        ("pci.is_vf", VIRTUAL, True),
        ("pci.physical_function", VIRTUAL, PHYSICAL),
        ("pci.upstream_port", BEHIND_SWITCH, DOWN),
        ("pci.root_port", BEHIND_SWITCH, ROOT),
        ("pci.upstream_port", UP, ROOT),
        ("pci.link_expected_speed_gtps", DISK, 2.5),
        ("pci.link_expected_width", DOWN, None),
        ("pci.path_max_payload_supported_bytes", DISK, 128),
        ("pci.msi_vectors", DISK, 5),
        ("iommu.present", "", True),
        ("iommu.group_count", "", 23),
        ("iommu.interrupt_remapping", "", True),
        ("iommu.default_domain", "", "DMA"),
        ("iommu_group.members", "19", DISK),
        ("block.pci_address", "nvme1n1", DISK),
        ("block.numa_node", "nvme1n1", 1),
        ("block.nvme_controller", "nvme0n1", "nvme0"),
        ("block.pci_address", "nvme0n1", PHYSICAL),
        ("block.nr_requests", "nvme0n1", 1023),
        ("block.queue_count", "nvme0n1", 4),
        ("block.irq_count", "nvme0n1", 5),
        ("nic.driver", "ens3", "e1000e"),
        ("nic.speed_bits_per_s", "ens3", 1_000_000_000),
        ("nic.numa_node", "ens3", 1),
        ("nic.rx_usecs", "ens3", 50),
        ("nic.tx_usecs", "ens3", None),
        ("nic.irq_remote_share", "ens3", 0.0),
        ("nic.firmware_version", "ens3", "2.1-0"),
        ("nic.pci_address", "enp4s0", BEHIND_SWITCH),
    ],
)
def test_facts(server: FactTable, name: str, subject: str, value: object) -> None:
    assert server.value(name, subject) == value


def test_the_hidden_path_of_a_namespace_is_no_disk_of_its_own(server: FactTable) -> None:
    assert server.subjects("block") == ("nvme0n1", "nvme1n1", "sr0")


def test_interrupts_served_on_the_other_node_are_a_share(server: FactTable) -> None:
    share = server.value("block.irq_remote_share", "nvme1n1")
    assert isinstance(share, float) and 0 < share < 1


@pytest.mark.parametrize("name", ["link_speed_gtps", "link_width_max", "max_payload_bytes", "aspm", "relaxed_ordering"])
def test_a_virtual_function_has_neither_link_nor_settings_of_its_own(server: FactTable, name: str) -> None:
    found = server.find(f"pci.{name}", VIRTUAL)
    assert isinstance(found, Absent) and "virtual function" in found.reason


def test_configuration_space_says_what_lspci_reads_in_it(server: FactTable, data: Path) -> None:
    """Independent oracle: pciutils' own decoding of the same functions."""
    told = FactTable(lspci.facts((data / "lspci/server-vvvnnxxxx.txt").read_bytes()))
    names = (
        "vendor",
        "device_id",
        "class",
        "driver",
        "max_payload_bytes",
        "max_payload_supported_bytes",
        "irq",
        "max_read_request_bytes",
        "relaxed_ordering",
        "extended_tags",
        "aspm",
        "acs",
        "iommu_group",
        "sriov_total_vfs",
        "sriov_num_vfs",
        "numa_node",
    )
    virtual = {address for address, is_vf in server.of("pci.is_vf").items() if is_vf}
    assert len(virtual) == 2
    for name in names:
        ours, theirs = server.of(f"pci.{name}"), told.of(f"pci.{name}")
        assert {k: v for k, v in ours.items() if k not in virtual} == {
            k: v for k, v in theirs.items() if k not in virtual
        }, name
    assert told.value("pci.function_count") == server.value("pci.function_count")
