"""Whose interrupt a line is, by the names that drivers give their vectors."""

import pytest

from perfadvisor.facts.irq import owners
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
