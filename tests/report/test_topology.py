import pytest

from perfadvisor.model.fact import Fact, FactTable
from perfadvisor.report.machine import devices, key_facts
from perfadvisor.report.topology import NAMED, SHOWN, topology


def facts(*rows: tuple[str, str, object]) -> FactTable:
    return FactTable(Fact(name=name, subject=subject, value=value, source="s") for name, subject, value in rows)


NODES = [
    ("node.cpu_list", "0", "0-1"),
    ("node.cpu_count", "0", 2),
    ("node.cpu_list", "1", "2-3"),
    ("node.cpu_count", "1", 2),
]


def nic(address: str, node: int | None, port: str = "", **more: object) -> list[tuple[str, str, object]]:
    rows = [("pci.is_network", address, True), *((f"pci.{name}", address, value) for name, value in more.items())]
    rows += [("pci.numa_node", address, node)] if node is not None else []
    return rows + ([("pci.upstream_port", address, port)] if port else [])


def test_devices_hang_on_their_node(view) -> None:
    zero, one = topology(view().facts["local"])
    assert [device.lines[0].name for device in zero.devices] == ["eno1", "nvme0n1", "nvme1n1"]
    assert [line.name for line in one.devices[0].lines] == ["ens3f0", "ens3f1"]
    slow = zero.devices[1]
    assert (slow.link, slow.below) == ("8 GT/s x4", "16 GT/s x4")
    assert (zero.devices[2].link, zero.devices[2].below) == ("16 GT/s x4", "")
    assert "nvme0n1, 41:00.0 · nvme: 8 GT/s x4, could be 16 GT/s x4" in zero.summary


def test_boxes_do_not_overlap(view) -> None:
    for node in topology(view().facts["local"]):
        for one, other in zip(node.devices, node.devices[1:], strict=False):
            assert one.y + one.height < other.y
        assert node.devices[-1].y + node.devices[-1].height <= node.height


def test_a_device_without_a_node_is_not_put_on_one() -> None:
    nodes = topology(facts(*NODES, *nic("0000:01:00.0", None)))
    assert [node.title for node in nodes] == ["Node 0", "Node 1", "Node not reported"]
    assert [len(node.devices) for node in nodes] == [0, 0, 1]


def test_the_only_node_needs_no_telling() -> None:
    (node,) = topology(facts(*NODES[:2], *nic("0000:01:00.0", None)))
    assert len(node.devices) == 1


def test_a_node_the_kernel_does_not_list_is_not_drawn() -> None:
    assert [n.title for n in topology(facts(*NODES, *nic("0000:01:00.0", 7)))][-1] == "Node not reported"


def test_many_functions_and_many_devices_are_counted() -> None:
    virtual = [
        row
        for index in range(20)
        for row in nic(f"0000:01:02.{index:x}", 0, "", is_vf=True, physical_function="0000:01:00.0")
    ]
    card = topology(facts(*NODES, *nic("0000:01:00.0", 0), *virtual))[0].devices
    assert len(card) == 1
    assert len(card[0].lines) == NAMED + 1
    assert card[0].lines[-1].text == f"and {21 - NAMED} more functions"
    many = [row for index in range(SHOWN + 5) for row in nic(f"0000:{index:02x}:00.0", 0)]
    assert topology(facts(*NODES, *many))[0].more == 5


@pytest.mark.parametrize("name", ["x" * 500, "<script>", "\0"])
def test_long_or_odd_names_fit_their_box(name: str) -> None:
    rows = facts(*NODES, *nic("0000:01:00.0", 0, "", driver=name), ("nic.pci_address", name, "0000:01:00.0"))
    assert all(len(line.text) <= 32 for node in topology(rows) for device in node.devices for line in device.lines)


def test_accelerators_are_drawn() -> None:
    found = topology(facts(*NODES, ("pci.class", "0000:65:00.0", "0x120000"), ("pci.numa_node", "0000:65:00.0", 1)))
    assert [len(node.devices) for node in found] == [0, 1]


def test_huge_pages_groups_and_interrupts_are_named() -> None:
    address = "0000:01:00.0"
    table = facts(
        *NODES,
        *nic(address, 1, "", iommu_group="12"),
        ("nic.pci_address", "eth0", address),
        ("nic.irq_cpus", "eth0", "0-1"),
        ("node_hugepages.total", "1/2048kB", 512),
        ("node_hugepages.total", "1/1048576kB", 0),
        ("node_hugepages.total", "0/2048kB", 0),
    )
    zero, one = topology(table)
    assert zero.lines[2] == "huge pages: none" and one.lines[2] == "huge pages: 512 of 2 MiB"
    assert one.devices[0].lines[-1].text == "group 12 · IRQs on CPU 0-1"
    assert topology(facts(*NODES))[0].lines[2] == "huge pages not read"


def test_pools_that_do_not_fit_one_line_have_a_line_each() -> None:
    found = (
        ("node_hugepages.total", "1/1048576kB", 12),
        ("node_hugepages.free", "1/1048576kB", 4),
        ("node_hugepages.total", "1/2048kB", 6144),
        ("node_hugepages.free", "1/2048kB", 1536),
    )
    lines = topology(facts(*NODES, *found))[1].lines
    assert lines[2:4] == ("huge pages: 12 of 1 GiB (4 free)", "huge pages: 6144 of 2 MiB (1536 free)")


def test_eight_nodes_and_three_hundred_functions_are_folded_quickly() -> None:
    import time

    nodes = [("node.cpu_list", str(n), f"{n * 16}-{n * 16 + 15}") for n in range(8)]
    nodes += [("node.cpu_count", str(n), 16) for n in range(8)]
    places = [(f"0000:{n // 8:02x}:{n % 8:02x}.0", n % 8, f"0000:00:{n // 3:02x}.0") for n in range(300)]
    functions = [row for place in places for row in nic(*place)]
    table = facts(*nodes, *functions)
    started = time.process_time()
    found = topology(table)
    assert time.process_time() - started < 0.5
    drawn = sum(len(device.lines) > 0 for node in found for device in node.devices)
    assert len(found) == 8 and drawn <= 8 * SHOWN and all(node.height < 1200 for node in found)


def test_nothing_known_draws_nothing() -> None:
    assert topology(FactTable(())) == ()
    assert devices(FactTable(())) == ()
    assert key_facts(FactTable(())) == ()


def test_device_tables_leave_out_what_is_not_real() -> None:
    table = facts(
        ("block.size_bytes", "sda", 5), ("block.is_virtual", "loop0", True), ("nic.is_physical", "br0", False)
    )
    assert [(each.caption, [name for name, _ in each.rows]) for each in devices(table)] == [("Disks", ["sda"])]


def test_nodes_that_are_still_being_given_memory_say_so() -> None:
    def said(total: int) -> list[str]:
        memory = [("node.memory_total_bytes", "0", 4 << 30), ("node.memory_total_bytes", "1", 4 << 30)]
        return [node.lines[1] for node in topology(facts(*NODES, *memory, ("memory.total_bytes", "", total)))]

    assert said(24 << 30) == ["4 GiB initialised so far"] * 2
    assert said(8 << 30) == ["4 GiB"] * 2


def test_the_table_says_how_much_of_the_memory_the_nodes_have() -> None:
    def said(total: int) -> str:
        memory = [("node.memory_total_bytes", node, 4 << 30) for node in "01"]
        return dict(key_facts(facts(*NODES, *memory, ("memory.total_bytes", "", total))))["Memory"].text

    assert said(24 << 30).endswith(", of which its nodes have 8 GiB so far")
    assert said(8 << 30).isdecimal(), "nothing but the memory itself"
