"""Facts of real machines' /sys and /proc trees against an independent reading of the same files."""

import bz2
from collections import Counter

import pytest

from perfadvisor.facts import catalogue
from perfadvisor.facts.reading import cpulist
from perfadvisor.facts.reading import interrupts as interrupts_text
from perfadvisor.model.fact import Fact, FactTable
from perfadvisor.saved.saved import load_tree

pytestmark = pytest.mark.shared

EXPECTATIONS = ("sysfs__*",)


class Reading(FactTable):
    """The facts of a tree, with the tree's own interrupt table for what is more detailed than a fact."""

    def __init__(self, facts, table=None):
        super().__init__(facts)
        self.table = interrupts_text.parse(table) if table else None


def read(path):
    """The facts of a saved tree, or of a single table out of /proc."""
    if path.name.startswith(("interrupts-", "softirqs-")):
        data = bz2.decompress(path.read_bytes()) if path.suffix == ".bz2" else path.read_bytes()
        return Reading(interrupts_text.facts(data), data)
    tree = load_tree(path)
    return Reading(catalogue.facts(tree), tree.read("/proc/interrupts"))


def ids(text):
    return list(cpulist.parse(text))


def kib(size):
    return size // 1024


def switch(yes):
    return "1" if yes else "0"


def counted(name):
    """A count that is 0 in the expectation where there is no directory to count in, and absent in ours."""
    return lambda reading, keys, expected: reading.value(name) or 0


def only_from(name, subject, file, convert=lambda value: value):
    """A fact where it was read from `file`: we also read a mask, which the expectation gives under another key."""

    def ours(reading, keys, expected):
        fact = reading.find(name, subject.format(*keys))
        return convert(fact.value) if isinstance(fact, Fact) and fact.source.endswith(file) else None

    return ours


def from_mask(reading, keys, expected):
    """The expectation keeps the mask as text: it must mean the CPUs we read, or be absent as ours are."""
    listed = reading.value("node.cpu_list", keys[0])
    return expected if listed is not None and ids(listed) == list(cpulist.parse_mask(expected or "")) else listed


def package_ids(reading, keys, expected):
    """How many different package numbers the kernel gives, where -1 (no number) counts as one too."""
    return reading.value("cpu.package_count") or (1 if reading.value("cpu.topology_count") else None)


def offline_cpus(reading, keys, expected):
    """Only their number is a fact: the CPUs with a directory that are not online."""
    count = reading.value("cpu.directory_count") - reading.value("cpu.online_count")
    return expected if count == len(expected) else f"{count} CPUs"


def governors(text):
    return text.split(",")


def nodes(reading, keys, expected):
    """An empty object: no node has facts."""
    return dict.fromkeys(reading.subjects("node"), "a node")


CPU = (
    *((f"cpu/{name}", f"cpu.{name}") for name in ("present", "online", "possible", "offline", "isolated")),
    ("cpu/nohz_full", lambda reading, keys, expected: reading.value("cpu.nohz_full") or expected),
    ("cpu/cpu_dirs", counted("cpu.directory_count")),
    ("cpu/cpus_with_topology", counted("cpu.topology_count")),
    ("cpu/cpuinfo_processors", "cpu.processor_count"),
    ("cpu/model_name", "cpu.model_name"),
    ("cpu/hypervisor_flag", "cpu.hypervisor_flag"),
    ("cpu/packages", "cpu.package_count"),
    ("cpu/packages_raw_ids", package_ids),
    ("cpu/threads_per_core_max", "cpu.threads_per_core_max"),
    ("cpu/online_count", "cpu.online_count"),
    ("cpu/offline_cpus", offline_cpus),
    ("cpu/smt_control", "cpu.smt_control"),
    ("cpu/smt_active", "cpu.smt_active", "", switch),
    ("cpu/scaling_governors", "cpu.governors", "", governors),
)

NUMA = (
    ("numa/node_count", counted("numa.node_count")),
    ("numa/node_dirs_present", lambda reading, keys, expected: bool(reading.value("numa.node_count"))),
    *((f"numa/{name}", f"numa.{name}") for name in ("online", "has_cpu", "has_memory")),
    ("numa/memory_only_nodes", lambda reading, *_: ids(reading.value("numa.memory_only_nodes") or "")),
    ("numa/cpus_claimed_by_several_nodes", lambda reading, *_: ids(reading.value("numa.cpus_in_several_nodes") or "")),
    ("numa/nodes", nodes),
    ("numa/nodes/*/cpulist", only_from("node.cpu_list", "{0}", "cpulist")),
    ("numa/nodes/*/cpu_count", only_from("node.cpu_count", "{0}", "cpulist")),
    ("numa/nodes/*/cpumap", from_mask),
    ("numa/nodes/*/mem_total_kb", "node.memory_total_bytes", "{0}", kib),
    ("numa/nodes/*/mem_free_kb", "node.memory_free_bytes", "{0}", kib),
    ("numa/nodes/*/distance", "node.distances", "{0}", lambda text: [int(word) for word in text.split()]),
    ("numa/nodes/*/hugepages_kb/*/nr", "node_hugepages.total", "{0}/{1}kB"),
    ("numa/nodes/*/hugepages_kb/*/free", "node_hugepages.free", "{0}/{1}kB"),
)

MEMORY = (
    ("memory/MemTotal_kb", "memory.total_bytes", "", kib),
    ("memory/HugePages_Total", "memory.hugepages_total"),
    ("memory/HugePages_Free", "memory.hugepages_free"),
    ("memory/Hugepagesize_kb", "memory.hugepage_default_bytes", "", kib),
    ("memory/sysfs_hugepages_kb/*/nr", "hugepages.total", "{0}kB"),
    ("memory/sysfs_hugepages_kb/*/free", "hugepages.free", "{0}kB"),
    ("memory/thp_enabled", "memory.thp_enabled"),
    ("cmdline", "kernel.cmdline"),
    ("sysctl/*", "sysctl.value", "{0}"),
)


def of_class(reading, keys, expected):
    return sum(value.startswith(keys[0]) for value in reading.of("pci.class").values())


def on_node(name, total):
    """How many devices have this node; those without (-1) are what is left of the total."""

    def ours(reading, keys, expected):
        found = Counter(reading.of(name).values())
        return reading.value(total) - found.total() if keys[0] == "-1" else found[int(keys[0])]

    return ours


def or_minus_one(name):
    """The kernel's -1, "no node", is an absence of ours."""
    return lambda reading, keys, expected: reading.value(name, keys[0]) if expected != -1 else _no(reading, name, keys)


def _no(reading, name, keys):
    value = reading.value(name, keys[0])
    return -1 if value is None else value


def speed(name):
    """The same transfer rate as the expectation's "8.0 GT/s PCIe"."""

    def ours(reading, keys, expected):
        value = reading.value(name, keys[0])
        return expected if value == float(expected.split()[0]) else value

    return ours


def zero_if_absent(name):
    return lambda reading, keys, expected: reading.value(name, keys[0]) or 0


def owned(name):
    """The subjects whose PCI function is this one."""
    return lambda reading, keys, expected: sorted(
        subject for subject, address in reading.of(name).items() if address == keys[0]
    )


def controllers(reading, keys, expected):
    """NVMe controllers show through their disks, so one without a disk in the tree has no fact."""
    disks = [disk for disk, address in reading.of("block.pci_address").items() if address == keys[0]]
    return sorted({reading.value("block.nvme_controller", disk) for disk in disks})


def links_below(reading, keys, expected):
    """Functions whose link runs slower than both it and they could; other kinds of degraded links are not listed."""
    now, most = reading.of("pci.link_speed_gtps"), reading.of("pci.link_speed_max_gtps")
    return sorted(address for address, value in now.items() if value < most.get(address, value))


PCI = (
    ("pci/count", "pci.function_count"),
    ("pci/by_class/*", of_class),
    ("pci/by_numa_node/*", on_node("pci.numa_node", "pci.function_count")),
    ("pci/link_speed_below_max", links_below),
    ("pci/devices/*/addr", lambda reading, keys, expected: keys[0] if reading.find("pci.class", keys[0]) else None),
    ("pci/devices/*/vendor", "pci.vendor", "{0}"),
    ("pci/devices/*/device", "pci.device_id", "{0}"),
    ("pci/devices/*/class", "pci.class", "{0}"),
    ("pci/devices/*/numa_node", or_minus_one("pci.numa_node")),
    ("pci/devices/*/local_cpulist", "pci.local_cpulist", "{0}"),
    ("pci/devices/*/irq", lambda reading, keys, expected: str(reading.value("pci.irq", keys[0]) or 0)),
    ("pci/devices/*/driver", "pci.driver", "{0}"),
    ("pci/devices/*/current_link_speed", speed("pci.link_speed_gtps")),
    ("pci/devices/*/max_link_speed", speed("pci.link_speed_max_gtps")),
    ("pci/devices/*/current_link_width", "pci.link_width", "{0}", str),
    ("pci/devices/*/max_link_width", "pci.link_width_max", "{0}", str),
    ("pci/devices/*/sriov_totalvfs", "pci.sriov_total_vfs", "{0}", str),
    ("pci/devices/*/sriov_numvfs", "pci.sriov_num_vfs", "{0}", str),
    ("pci/devices/*/power_state", "pci.power_state", "{0}"),
    ("pci/devices/*/iommu_group", "pci.iommu_group", "{0}"),
    ("pci/devices/*/msi_irqs", zero_if_absent("pci.msi_vectors")),
    ("pci/devices/*/net", owned("nic.pci_address")),
    ("pci/devices/*/nvme", controllers),
)


def text_or_empty(name):
    """An empty file is "" in the expectation and an absence of ours."""
    return lambda reading, keys, expected: reading.value(name, keys[0]) or ""


def duplex(reading, keys, expected):
    """ "unknown" and nothing both say that there is no duplex mode."""
    value = reading.value("nic.duplex", keys[0])
    return expected if value is None and expected in ("unknown", "") else value


def named(name):
    """The subject is there, whether it has this fact or not."""
    return lambda reading, keys, expected: keys[0] if reading.find(name, keys[0]) else None


def megabits(reading, keys, expected):
    """-1 and nothing both say that there is no speed."""
    value = reading.value("nic.speed_bits_per_s", keys[0])
    return expected if value is None and expected in ("-1", "") else str((value or 0) // 10**6)


def link_up(reading, keys, expected):
    """Reading `carrier` of an interface that is down fails, which leaves an empty file in some trees."""
    value = reading.value("nic.carrier", keys[0])
    return "" if value is None else switch(value)


def scheduler(reading, keys, expected):
    """The schedulers that could be chosen, with the chosen one in brackets, as the kernel writes them."""
    chosen = reading.value("block.scheduler", keys[0])
    words = str(reading.value("block.schedulers_available", keys[0])).replace(",", " ").split()
    wanted = [word.strip("[]") for word in expected.split()]
    return expected if f"[{chosen}]" in expected or [chosen] == wanted == words else f"{chosen} of {words}"


def sectors(size):
    return str(size // 512)


def as_kib(size):
    return str(size // 1024)


BLOCK = (
    ("block/*/name", named("block.size_bytes")),
    ("block/*/size", "block.size_bytes", "{0}", sectors),
    ("block/*/rotational", "block.rotational", "{0}", switch),
    ("block/*/scheduler", scheduler),
    ("block/*/scheduler_active", "block.scheduler", "{0}"),
    ("block/*/nr_requests", "block.nr_requests", "{0}", str),
    ("block/*/read_ahead_kb", "block.read_ahead_bytes", "{0}", as_kib),
    ("block/*/max_sectors_kb", "block.max_sectors_bytes", "{0}", as_kib),
    ("block/*/logical_block_size", "block.logical_block_bytes", "{0}", str),
    ("block/*/physical_block_size", "block.physical_block_bytes", "{0}", str),
    ("block/*/rq_affinity", "block.rq_affinity", "{0}", str),
    ("block/*/nomerges", "block.nomerges", "{0}", str),
    ("block/*/write_cache", "block.write_cache", "{0}"),
    ("block/*/wbt_lat_usec", lambda reading, keys, _: str(reading.value("block.wbt_lat_us", keys[0]) or "")),
    ("block/*/model", "block.model", "{0}"),
)

NETWORK = (
    ("net/*/name", named("nic.mtu")),
    ("net/*/mtu", "nic.mtu", "{0}", str),
    ("net/*/operstate", "nic.operstate", "{0}"),
    ("net/*/address", "nic.address", "{0}"),
    ("net/*/type", "nic.type", "{0}", str),
    ("net/*/carrier", link_up),
    ("net/*/duplex", duplex),
    ("net/*/tx_queue_len", "nic.tx_queue_len", "{0}", str),
    ("net/*/speed", megabits),
    ("net/*/device_numa_node", or_minus_one("nic.numa_node")),
    ("net/*/device", text_or_empty("nic.pci_address")),
    ("net/*/rx_queues", "nic.rx_queue_count", "{0}"),
    ("net/*/tx_queues", "nic.tx_queue_count", "{0}"),
    ("infiniband/*/name", lambda reading, keys, _: keys[0] if _ports(reading, keys[0]) else None),
    ("infiniband/*/ports/*/rate", "infiniband.rate", "{0}/{1}"),
    ("infiniband/*/ports/*/state", "infiniband.state", "{0}/{1}"),
    ("infiniband/*/ports/*/link_layer", "infiniband.link_layer", "{0}/{1}"),
)


def _ports(reading, device):
    return [subject for subject in reading.subjects("infiniband") if subject.startswith(f"{device}/")]


def first_and_last(reading, keys, expected):
    """How many interrupts the first and the last CPU served; lines with one sum for all count for the first."""
    served = reading.table.per_cpu(tuple(reading.table.rows))
    sums = sum(row.total for row in reading.table.rows.values() if len(row.counts) < len(served))
    first, last = served[reading.table.cpus[0]] + sums, served[reading.table.cpus[-1]]
    return [first, last if len(served) > 1 else first]


def interrupts(prefix):
    return (
        (f"{prefix}cpu_columns", "interrupts.cpu_columns"),
        (f"{prefix}first_cpu", "interrupts.first_cpu"),
        (f"{prefix}last_cpu", "interrupts.last_cpu"),
        (f"{prefix}numeric_irqs", "interrupts.numeric_count"),
        (f"{prefix}named_lines", "interrupts.named_count"),
        (f"{prefix}sum_all", "interrupts.total"),
        (f"{prefix}busiest/*/irq", lambda reading, keys, _: keys[0] if reading.find("irq.total", keys[0]) else None),
        (f"{prefix}busiest/*/count", "irq.total", "{0}"),
        (f"{prefix}busiest/*/desc", text_or_empty("irq.description")),
        (f"{prefix}per_cpu_total_first_last", first_and_last),
    )


IRQ = (
    *interrupts("interrupts/"),
    *interrupts(""),
    ("proc_irq/dirs", "interrupts.directory_count"),
    ("proc_irq/by_node/*", on_node("irq.node", "interrupts.directory_count")),
    ("proc_irq/default_smp_affinity", lambda reading, *_: _mask(reading.value("interrupts.default_affinity"))),
)


def _mask(listed):
    return f"{sum(1 << cpu for cpu in ids(listed)):x}"


LEAVES = (*CPU, *NUMA, *MEMORY, *PCI, *BLOCK, *NETWORK, *IRQ)

SPARE = "a RAM disk of no size, which nobody set up, is no disk of ours"
UNCOMPARED = (
    ("block/zram[1-8]/*", SPARE),
    ("root_in_archive", "how the archive was packed, not what the machine is"),
    ("cpu/packages_note", "prose about the expectation"),
    ("cpu/online_from", "prose about the expectation"),
    ("pci/devices_note", "prose about the expectation"),
    ("block/*/dangling", "how the archive was packed, not what the machine is"),
    ("net/*/dangling", "how the archive was packed, not what the machine is"),
    ("net/*/link", "how the archive was packed, not what the machine is"),
    ("docker_state_dir", "docker's own state files, not /sys or /proc"),
    ("containers/*/*", "docker's own state files, not /sys or /proc"),
)

S390_CPUINFO = 'cpuinfo of s390 does list processors, as "processor 0: version = ..."'
ZRAM_LEAVES = ("name", "size", "rotational")
OFFLINE = "cpu/offline names CPU 2, which has no topology either"
DISAGREED = {
    ("sysfs__lscpu__s390-kvm.tar.gz.json", "cpu/cpuinfo_processors"): S390_CPUINFO,
    ("sysfs__lscpu__s390-lpar.tar.gz.json", "cpu/cpuinfo_processors"): S390_CPUINFO,
    **{("sysfs__ghw__xeon-L5640-2node.tar.gz.json", f"block/zram0/{leaf}"): SPARE for leaf in ZRAM_LEAVES},
    ("sysfs__procfs__fixtures.ttar.json", "cpu/online_count"): OFFLINE,
    ("sysfs__procfs__fixtures.ttar.json", "cpu/offline_cpus"): OFFLINE,
    ("sysfs__procfs__fixtures.ttar.json", "pci/devices/0000:01:00.0/nvme"): (
        "a controller is a fact of its disks, and the tree has none of this one's"
    ),
    ("sysfs__procfs__fixtures.ttar.json", "pci/devices/0000:a2:00.0/net"): (
        "this interface is not in /sys/class/net of that tree, so the machine does not have it"
    ),
    ("sysfs__procfs__fixtures.ttar.json", "net/eth0/device"): (
        "the link ends with a slash, behind which the expectation saw no name; it leads to 0000:00:1f.6"
    ),
    ("sysfs__hwloc__2pa-pcidomain32bits.tar.bz2.json", "net/ens3/device"): (
        "the fact is the PCI function that virtio0 sits on"
    ),
    ("sysfs__hwloc__fakeheterocpunuma.tar.bz2.json", "numa/cpus_claimed_by_several_nodes"): (
        "the masks of nodes 3, 4 and 5 do share CPUs 16-23; the expectation looked at lists alone"
    ),
}


def test_agrees(expectation, differences):
    assert differences(expectation, read(expectation.path)) == []
