"""The inventory holds every fact once; the matrix of interrupts agrees with the table of the kernel."""

from pathlib import Path

import pytest

from perfadvisor.judge import judge
from perfadvisor.model.fact import Absent, Fact, FactTable
from perfadvisor.report.html import render
from perfadvisor.report.interrupts import matrix
from perfadvisor.report.inventory import chapters, label

DATA = Path(__file__).resolve().parent.parent / "data" / "planted"
INTERRUPTS = b"""           CPU0       CPU1       CPU2       CPU3
 24:         10          0          0         90   PCI-MSI 1-edge      eth0-TxRx-0
 25:          0          5          0          0   PCI-MSI 2-edge      eth0-TxRx-1
LOC:         10          1          1          1   Local timer interrupts
"""


def fact(name: str, value, subject: str = "") -> Fact:
    return Fact(name=name, value=value, source="s", subject=subject)


@pytest.fixture(scope="module")
def server():
    return judge(DATA / "far-interrupts.tar.gz")


def test_every_fact_of_a_machine_stands_in_one_chapter(server) -> None:
    table = next(iter(server.facts.values()))
    parts = chapters(table)
    shown: list[str] = []
    for part in parts:
        shown += [name for _, name, _ in part.facts]
        for each in (*part.tables, *part.complete):
            for column, (_, name) in enumerate(each.columns):
                shown += [name for _, _, values in each.rows if name and values[column] and not values[column].absent]
            for _, name, values in each.rows:
                shown += [name for value in values if "." in name and " " not in name and value and not value.absent]
    known = [one for one in table if isinstance(one, Fact) and not one.name.startswith("result.")]
    assert len(shown) == len(known) > 500
    assert {one.name for one in known} == set(shown)
    absent = {one.name for one in table if isinstance(one, Absent) and not one.name.startswith("result.")}
    assert {name for part in parts for each in part.unread for name, _ in each.facts} == absent


def test_what_was_not_read_stands_once_for_each_reason(server) -> None:
    for part in chapters(next(iter(server.facts.values()))):
        reasons = [each.reason for each in part.unread]
        assert len(reasons) == len(set(reasons))


def test_the_page_has_all_chapters(server) -> None:
    page = render(server)
    for title in ("CPU", "Memory and NUMA", "PCIe", "IOMMU", "Interrupts", "Network", "Disks", "Guests", "Kernel"):
        assert f"<summary>{title} <small>" in page


def test_groups_stand_in_the_order_of_their_numbers() -> None:
    groups = ("1", "10", "1001", "2", "43")
    (chapter,) = chapters(FactTable(tuple(fact("iommu_group.member_count", 1, one) for one in groups)))
    (table,) = chapter.tables
    assert [name for name, _, _ in table.rows] == ["1", "2", "10", "43", "1001"]


def test_the_functions_given_to_a_guest_stand_where_guests_do() -> None:
    at = "0000:cc:00.0"
    given = fact("vm_hostdev.domain", "render", "render/0"), fact("vm_hostdev.pci_address", at, "render/0")
    (chapter,) = chapters(FactTable(given))
    (table,) = chapter.tables
    assert (chapter.title, [value.text for value in table.rows[0][2] if value]) == ("Guests", ["render", at])


def test_labels_leave_the_unit_to_the_value() -> None:
    assert label("pci.max_payload_bytes") == "max payload" and label("nic.rx_usecs") == "rx"


def test_the_matrix_marks_what_is_served_far_away() -> None:
    table = FactTable(
        [
            fact("node.cpu_list", "0-1", "0"),
            fact("node.cpu_list", "2-3", "1"),
            fact("nic.numa_node", 0, "eth0"),
        ]
    )
    found = matrix(table, INTERRUPTS)
    assert [column.label for column in found.columns] == ["CPU 0", "CPU 1", "CPU 2", "CPU 3"]
    (row,) = found.rows
    assert (row.device, row.node, row.total, row.cpus) == ("eth0", "0", 105, "0-1,3")
    assert [(count, far) for count, _, far in row.counts] == [(10, False), (5, False), (0, False), (90, True)]


def test_many_cpus_are_added_up_by_node() -> None:
    header = b" ".join(b"CPU%d" % cpu for cpu in range(64))
    counts = b" ".join(b"%d" % (cpu // 32) for cpu in range(64))
    table = FactTable([fact("node.cpu_list", "0-31", "0"), fact("node.cpu_list", "32-63", "1")])
    found = matrix(table, header + b"\n 9: " + counts + b"  PCI-MSI 1-edge eth1-rx-0\n")
    assert [column.label for column in found.columns] == ["node 0", "node 1"]
    assert [count for count, _, _ in found.rows[0].counts] == [0, 32]
    assert not any(far for _, _, far in found.rows[0].counts), "the device's node is not known"


def test_the_matrix_agrees_with_the_kernels_table(server) -> None:
    ((name, data),) = server.interrupts.items()
    found = matrix(server.facts[name], data)
    lines = {line.split(b":")[0].strip(): line for line in data.splitlines()[1:]}
    for row in found.rows:
        assert row.total == sum(count for count, _, _ in row.counts)
    owned = server.facts[name].of("irq.pci_address")
    total = sum(sum(map(int, lines[label.encode()].split()[1:5])) for label in owned if label.encode() in lines)
    assert sum(row.total for row in found.rows) >= total > 0


@pytest.mark.parametrize("data", [b"", b"no table", b"CPU0\n"])
def test_no_table_is_no_matrix(data: bytes) -> None:
    assert matrix(FactTable([]), data) is None
