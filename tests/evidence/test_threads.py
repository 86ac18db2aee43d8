"""Inputs made anew after public threads, with what their people found beside them: which facts they give, what is
reported of each, and what must not be, whole and cut. The threads are named in docs/results/threads.md."""

import random
from pathlib import Path

import pytest

from perfadvisor.errors import InputError
from perfadvisor.judge import judge
from perfadvisor.model.fact import Scalar
from perfadvisor.model.rule import Outcome

DATA = Path(__file__).resolve().parents[1] / "data" / "threads"

# file -> rules that must be among the findings; no other finding may be there, but for MORE
SAYS = {
    "qemu-emulated.txt": {"vm-emulated-disk", "vm-nic-emulated-model"},
    "iostat-frozen.txt": set(),
    "virtio-ring.txt": set(),
    "pi-ssd.txt": {"pcie-link-below-device"},
    "gpu-at-rest.txt": set(),
    "dmesg-limited.txt": {"pcie-bandwidth-limited-in-log"},
    "accelerator-x8.txt": set(),
    "numastat-qemu.txt": {"numa-process-memory-spread"},
    "one-cpu.txt": {"irq-one-cpu-since-boot"},
    "lspci-tree.txt": set(),
    "cfq-containers.txt": {"storage-cfq-between-groups"},
    "drops-few.txt": set(),  # two in a million
    "drops-many.txt": {"network-frames-dropped-since-boot"},
    "group-not-viable.txt": {"passthrough-assignment-refused"},
    "kubevirt-hugepages.txt": set(),
    "lane-of-four.txt": {"pcie-link-width-degraded"},
    "link-errors.txt": {"pcie-aer-correctable-since-boot", "pcie-link-below-device"},
    "loss-of-a-slow-link.txt": set(),  # seconds with losses are no slower than those without
    "loss-of-one-flow.txt": {"network-retransmits"},
    "lscpu-in-russian.txt": set(),
    "mirror-rebuilt.txt": {"storage-array-busy", "storage-array-degraded"},
    "one-queue-pair.txt": {"vm-nic-single-queue"},
    "one-vector.txt": {"irq-one-vector"},
    "ping-bond.txt": set(),
    "router-one-cpu.txt": {"irq-network-on-one-cpu"},
    "two-nodes.txt": set(),
}
MORE = {
    "qemu-emulated.txt": {"vm-disk-in-main-loop", "vm-disk-aio-threads"},
    "kubevirt-hugepages.txt": {"vm-disk-no-iothread"},
    "lane-of-four.txt": {"pcie-link-below-device"},
    "one-queue-pair.txt": {"vm-disk-in-main-loop"},
}
FACTS: dict[str, dict[tuple[str, str], Scalar | None]] = {
    "drops-few.txt": {("nic.rx_missed", "enp4s0"): 4611, ("nic.rx_packets", "enp4s0"): 2_904_417_851},
    "group-not-viable.txt": {
        ("assignment.iommu_group", "0000:00:1a.2"): "6",
        ("pci.group_companions", "0000:00:1a.2"): "0000:00:1a.0,0000:00:1a.1,0000:00:1a.7",
    },
    "kubevirt-hugepages.txt": {("memory.hugepages_reserved", ""): 7, ("vm.owner", "small"): "kubevirt"},
    "lane-of-four.txt": {
        ("pci.upstream_port", "0000:05:00.0"): "0000:00:1c.4",
        ("pci.link_expected_width", "0000:05:00.0"): 4,
        ("pci.msix_table_size", "0000:05:00.0"): None,
    },
    "link-errors.txt": {("pci.correctable_errors_seen", "0000:01:00.0"): "RxErr BadTLP Timeout"},
    "lscpu-in-russian.txt": {("cpu.online_count", ""): 8, ("numa.cpu_node_count", ""): 1},
    "mirror-rebuilt.txt": {("array.missing_count", "md0"): 1, ("array.busy_with", "md0"): "recovery"},
    "one-queue-pair.txt": {("vm_nic.queues", "qemu-process/vtap0"): 1, ("vm.running", "qemu-process"): None},
    "one-vector.txt": {("nic.irq_single", "enp2s0"): True, ("irq.affinity", "25"): "6", ("cpu.online_count", ""): 8},
    "ping-bond.txt": {("ping.lost", "192.0.2.8"): 0, ("ping.sent", "192.0.2.8"): 500},
    "router-one-cpu.txt": {
        ("interrupts.network_total", ""): 303_555_970,
        ("interrupts.network_device_count", ""): 3,
        ("interrupts.network_hottest_cpu_share", ""): 1.0,
    },
    "two-nodes.txt": {("numa.node_count", ""): 2, ("memory.total_bytes", ""): 198_495_436_800},
}


def fired(file: Path) -> set[str]:
    return {one.rule.id for one in judge(file).findings if one.outcome is Outcome.FIRES}


def test_each_input_has_its_row() -> None:
    assert set(SAYS) == {file.name for file in DATA.iterdir()}


@pytest.mark.parametrize("name", SAYS)
def test_what_is_said_of_a_thread(name: str) -> None:
    found = fired(DATA / name)
    assert SAYS[name] <= found
    assert found - SAYS[name] - MORE.get(name, set()) == set()


@pytest.mark.parametrize("name", FACTS)
def test_what_a_thread_tells(name: str) -> None:
    tables = judge(DATA / name).facts.values()
    told = {key: next((value for one in tables if (value := one.value(*key)) is not None), None) for key in FACTS[name]}
    assert told == FACTS[name]


@pytest.mark.parametrize("name", SAYS)
def test_a_thread_cut_at_any_line_says_nothing_else(name: str, tmp_path: Path) -> None:
    choice = random.Random(name)
    lines = (DATA / name).read_text().splitlines(keepends=True)
    allowed = SAYS[name] | MORE.get(name, set())
    for number in range(4):
        first, last = sorted(choice.sample(range(len(lines) + 1), 2))
        file = tmp_path / f"{number}.txt"
        file.write_text("".join(lines[first:last]))
        try:
            assert fired(file) <= allowed, (first, last)
        except InputError:
            continue  # nothing in it is known
