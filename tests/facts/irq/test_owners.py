"""Whose interrupt a line is, by the names that drivers give their vectors."""

import pytest

from perfadvisor.facts.irq import network_lines, owners
from perfadvisor.facts.irq.load import LoadReader
from perfadvisor.facts.reading.interrupts import InterruptRow
from perfadvisor.facts.text import interrupts
from perfadvisor.model.fact import Absent, FactTable
from perfadvisor.model.tree import Tree


def rows(*texts):
    return [InterruptRow(str(number), (1,), text) for number, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("text", "nic"),
    [
        ("PCI-MSI 524288-edge p1p1-TxRx-0", "p1p1"),
        ("PCI-MSI-edge eth0-rx-1, other", "eth0"),
        ("IR-PCI-MSI 1048576-edge i40e-eth2-TxRx-11", "eth2"),
        ("ITS-MSI 1-edge ens5-Tx-Rx-0", "ens5"),
        ("PCI-MSI-edge eth0-fp-3", "eth0"),
        ("PCI-MSI 65537-edge nvme0q1", None),
        ("PCI-MSI 65537-edge virtio0-input.0", None),
        ("IO-APIC 2-edge timer", None),
    ],
)
def test_names_of_queues(text, nic):
    assert owners.interfaces(rows(text)) == ({nic: ("0",)} if nic else {})


def test_completion_vectors_name_their_function():
    found = owners.functions(rows("X mlx5_comp0@pci:0000:01:00.0", "X mlx5_async0@pci:0000:01:00.0", "X mlx4_comp"))
    assert found == {"0000:01:00.0": ("0",)}


PASTE = b"""\
           CPU0       CPU1
 60:        900         50   PCI-MSI 524288-edge      p1p1-TxRx-0
 61:         40         10   PCI-MSI 524289-edge      p1p1-TxRx-1
 70:          5          5   PCI-MSI-edge      mlx5_comp0@pci:0000:01:00.0
LOC:          1          2   Local timer interrupts
"""


def test_a_paste_tells_of_its_devices():
    table = FactTable(interrupts.facts(PASTE))
    assert table.value("nic.irq_count", "p1p1") == 2 and table.value("nic.irq_total", "p1p1") == 1000
    assert table.value("nic.irq_hottest_cpu", "p1p1") == 0 and table.value("nic.irq_hottest_cpu_share", "p1p1") == 0.94
    assert table.value("nic.driver", "0000:01:00.0") == "mlx5_core"
    assert table.value("nic.pci_address", "0000:01:00.0") == "0000:01:00.0"


def test_a_tree_without_the_lists_of_vectors_goes_by_the_names():
    reader = LoadReader(Tree({"/proc/interrupts": PASTE}))
    assert reader.of_nic("p1p1", None).total == 1000 and reader.of_nic("p1p1", "0000:02:00.0").total == 1000
    assert reader.of_nic("eth9", "0000:01:00.0").labels == ("70",) and reader.of_nic("eth9", None) is None


def test_the_kernel_s_list_counts_where_it_was_kept():
    files = {"/proc/interrupts": PASTE, "/sys/bus/pci/devices/0000:02:00.0/msi_irqs/61": b""}
    assert LoadReader(Tree(files)).of_nic("p1p1", "0000:02:00.0").labels == ("61",)


@pytest.mark.parametrize(
    ("files", "share"),
    [
        ({"isolated": b"1\n", "nohz_full": b"\n"}, 0.06),
        ({"isolated": b"\n", "nohz_full": b"1\n"}, 0.06),
        ({"isolated": b"\n", "nohz_full": b"(null)\n"}, 0.0),
        ({}, None),
    ],
)
def test_interrupts_on_cpus_that_are_kept_free(files, share):
    cpus = {f"/sys/devices/system/cpu/{name}": text for name, text in files.items()}
    assert LoadReader(Tree({"/proc/interrupts": PASTE, **cpus})).of_nic("p1p1", None).quiet_share == share


def test_a_paste_does_not_tell_which_cpus_are_kept_free():
    found = FactTable(interrupts.facts(PASTE)).find("nic.irq_quiet_share", "p1p1")
    assert isinstance(found, Absent) and "nohz_full" in found.reason


@pytest.mark.parametrize(
    ("text", "nic"),
    [
        ("PCI-MSI 1048576-edge enp2s0", "enp2s0"),
        ("GICv3 416 Level eth1.vm0", "eth1"),
        ("PCI-MSI-edge ens5f0np0", "ens5f0np0"),
        ("GICv2 40 Level end0", "end0"),
        ("PCI-MSI-edge xhci_hcd", None),
        ("GICv2 30 Level arch_timer", None),
        ("PCI-MSI-edge enclosure", None),
        ("IO-APIC 9-fasteoi acpi", None),
        ("PCI-MSI-edge p", None),
    ],
)
def test_lines_called_like_the_interface(text, nic):
    assert owners.interfaces(rows(text)) == ({nic: ("0",)} if nic else {})


@pytest.mark.parametrize(
    ("text", "device"),
    [
        ("GICv2 257 Level 1b100000.ethernet", "1b100000.ethernet"),
        ("GICv2 246 Level mt7615e", "mt7615e"),
        ("PCI-MSI 65537-edge virtio0-input.0", "virtio0"),
        ("PCI-MSI 65537-edge virtio2-req.0", None),
        ("PCI-MSI-edge iwlwifi:queue_1", "iwlwifi"),
        ("X mlx5_comp3@pci:0000:01:00.0", "0000:01:00.0"),
        ("GICv2 248 Level 11290000.spi", None),
    ],
)
def test_network_devices_that_are_no_interface_by_name(text, device):
    assert owners.network(rows(text)) == ({device: ("0",)} if device else {})


ROUTER = b"""\
           CPU0       CPU1
 10:   41022391   39511204     GICv2  30 Level     arch_timer
132:        900          0     GICv2 257 Level     1b100000.ethernet
133:          0          0     GICv2 256 Level     1b100000.ethernet
140:         60         40     GICv2 246 Level     mt7615e
150:       6020          0     GICv2 122 Level     xhci-hcd:usb1
"""


def test_where_all_network_devices_are_served():
    for table in (
        FactTable(interrupts.facts(ROUTER)),
        FactTable(network_lines.facts(Tree({"/proc/interrupts": ROUTER}))),
    ):
        assert table.value("interrupts.network_device_count") == 2
        assert table.value("interrupts.network_total") == 1000
        assert table.value("interrupts.network_hottest_cpu") == 0
        assert table.value("interrupts.network_hottest_cpu_share") == 0.96
    none = FactTable(interrupts.facts(ROUTER.replace(b"ethernet", b"spi").replace(b"mt7615e", b"emmc")))
    assert none.value("interrupts.network_total") is None


SINGLE = b"""\
           CPU0       CPU1
 25:        281     541207   PCI-MSI 1048576-edge      enp2s0
 26:        301          0   PCI-MSI 1572864-edge      eth0-TxRx-0
LOC:          1          2   Local timer interrupts
"""


def test_one_interrupt_for_all_is_known_of_a_whole_table_alone():
    whole = FactTable(interrupts.facts(SINGLE))
    assert whole.value("nic.irq_single", "enp2s0") is True
    assert whole.value("nic.irq_single", "eth0") is None  # its other queues may have been left out
    cut = FactTable(interrupts.facts(SINGLE.rpartition(b"LOC")[0]))
    assert cut.value("nic.irq_single", "enp2s0") is None
    assert FactTable(interrupts.facts(PASTE)).value("nic.irq_single", "p1p1") is False


def test_a_device_that_is_hardly_interrupted_does_not_count_as_a_second_one():
    few = ROUTER.replace(b"140:         60         40", b"140:          4          0")
    table = FactTable(interrupts.facts(few))
    assert table.value("interrupts.network_device_count") == 1 and table.value("interrupts.network_total") == 904
