"""Memory, huge pages of every size, transparent huge pages, limits and kernel settings."""

import pytest

from perfadvisor.facts.cgroup import limits
from perfadvisor.facts.cpu import mitigations
from perfadvisor.facts.machine import kernel, sysctl
from perfadvisor.facts.memory import hugepages, memory, transparent_hugepages
from perfadvisor.model.fact import Absent, FactTable
from perfadvisor.model.tree import Tree, Unreadable


def read(module, files):
    return FactTable(module.facts(Tree({path: text.encode() for path, text in files.items()})))


MEMINFO = """MemTotal:       16384 kB
MemFree:         8192 kB
SwapTotal:          0 kB
HugePages_Total:       0
HugePages_Free:        0
HugePages_Rsvd:        0
Hugepagesize:    1048576 kB
"""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("memory.total_bytes", 16384 * 1024),
        ("memory.free_bytes", 8192 * 1024),
        ("memory.swap_total_bytes", 0),
        ("memory.available_bytes", None),
        ("memory.swappiness", 60),
    ],
)
def test_meminfo(name, value):
    facts = read(memory, {"/proc/meminfo": MEMINFO, "/proc/sys/vm/swappiness": "60\n"})
    assert facts.value(name) == value


def test_a_line_that_is_missing_says_which():
    assert (
        read(memory, {"/proc/meminfo": MEMINFO}).find("memory.available_bytes").reason == "MemAvailable is not reported"
    )


POOLS = {
    "/proc/meminfo": MEMINFO,
    "/sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages": "128\n",
    "/sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages": "100\n",
    "/sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages": "4\n",
    "/sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages": "1\n",
    "/sys/devices/system/node/node0/hugepages/hugepages-2048kB/nr_hugepages": "128\n",
    "/sys/devices/system/node/node0/hugepages/hugepages-2048kB/surplus_hugepages": "-1\n",
}


@pytest.mark.parametrize(
    ("name", "subject", "value"),
    [
        ("memory.hugepages_total", "", 0),
        ("memory.hugepages_reserved", "", 0),
        ("memory.hugepages_surplus", "", None),
        ("memory.hugepage_default_bytes", "", 1 << 30),
        ("memory.hugepages_total_any_size", "", 132),
        ("memory.hugepages_free_any_size", "", 101),
        ("hugepages.total", "2048kB", 128),
        ("hugepages.reserved", "2048kB", None),
        ("node_hugepages.total", "0/2048kB", 128),
        ("node_hugepages.surplus", "0/2048kB", None),
    ],
)
def test_pages_of_a_size_that_is_not_the_default_are_seen(name, subject, value):
    assert read(hugepages, POOLS).value(name, subject) == value


def test_without_sysfs_the_default_size_is_all_there_is_to_know():
    facts = read(hugepages, {"/proc/meminfo": "HugePages_Total:  7\nHugePages_Free:  5\n"})
    assert facts.value("memory.hugepages_free_any_size") == 5


def test_transparent_huge_pages():
    root = "/sys/kernel/mm/transparent_hugepage"
    facts = read(transparent_hugepages, {f"{root}/enabled": "always [madvise] never\n", f"{root}/defrag": "x y\n"})
    assert facts.value("memory.thp_enabled") == "madvise"
    assert facts.find("memory.thp_defrag").reason == "no value in 'x y'"


LIMITS = "Limit   Soft Limit   Hard Limit   Units\nMax locked memory         {}     unlimited    bytes\n"


@pytest.mark.parametrize(
    ("soft", "capabilities", "size", "unlimited"),
    [
        ("8388608", "0", 8388608, False),
        ("8388608", "4000", 8388608, True),
        ("unlimited", "0", None, True),
        ("nonsense", "0", None, None),
    ],
)
def test_locked_memory(soft, capabilities, size, unlimited):
    files = {limits.LIMITS: LIMITS.format(soft), limits.STATUS: f"CapEff:\t{capabilities}\n"}
    facts = read(limits, files)
    assert facts.value("limits.memlock_bytes") == size
    assert facts.value("limits.memlock_unlimited") is unlimited


@pytest.mark.parametrize(("mask", "held"), [("000001ffffffffff", True), ("0000000000000000", False), ("zz", None)])
def test_capabilities(mask, held):
    assert read(limits, {limits.STATUS: f"Name:\tx\nCapEff:\t{mask}\n"}).value("limits.cap_sys_admin") is held


def test_settings_have_the_names_of_sysctl():
    tree = Tree(
        {
            "/proc/sys/vm/swappiness": b"60\n",
            "/proc/sys/net/ipv4/conf/eth0.5/forwarding": b"1\n",
            "/proc/sys/kernel/empty": b"\n",
            "/proc/sys/kernel/secret": Unreadable("Permission denied"),
            "/proc/version": b"no setting\n",
        }
    )
    facts = FactTable(sysctl.facts(tree))
    assert facts.of("sysctl.value") == {
        "vm.swappiness": "60",
        "net.ipv4.conf.eth0/5.forwarding": "1",
        "kernel.empty": "",
    }
    assert facts.find("sysctl.value", "kernel.secret") == Absent(
        name="sysctl.value", subject="kernel.secret", reason="Permission denied", source="/proc/sys/kernel/secret"
    )


@pytest.mark.parametrize(
    ("files", "release"),
    [
        ({"/proc/sys/kernel/osrelease": "6.1.0\n", "/proc/version": "Linux version 5.0 (x)"}, "6.1.0"),
        ({"/proc/version": "Linux version 5.0 (x)"}, "5.0"),
        ({"/proc/version": "Linux"}, None),
    ],
)
def test_release(files, release):
    assert read(kernel, files).value("kernel.release") == release


def test_mitigations():
    root = "/sys/devices/system/cpu/vulnerabilities"
    said = {"meltdown": "Mitigation: PTI", "mds": "Vulnerable: no microcode", "l1tf": "Not affected"}
    facts = read(mitigations, {f"{root}/{name}": text for name, text in said.items()})
    assert facts.value("cpu.mitigations") == "meltdown: PTI"
    assert (facts.value("cpu.mitigated_count"), facts.value("cpu.vulnerable_count")) == (1, 1)
    assert facts.value("vulnerability.status", "l1tf") == "Not affected"


POOL, NODE = "/sys/kernel/mm/hugepages", "/sys/devices/system/node"


@pytest.mark.parametrize(
    ("files", "share"),
    [
        # the default size is 1 GiB and empty; the pool of 2 MiB pages is what holds memory
        (
            {
                "/proc/meminfo": "MemTotal: 4096000 kB\nHugePages_Free: 0\nHugePages_Rsvd: 0\nHugepagesize: 1048576 kB",
                f"{POOL}/hugepages-1048576kB/free_hugepages": "0",
                f"{POOL}/hugepages-1048576kB/resv_hugepages": "0",
                f"{POOL}/hugepages-2048kB/free_hugepages": "300",
                f"{POOL}/hugepages-2048kB/resv_hugepages": "100",
            },
            0.1,
        ),
        # only the nodes were kept
        (
            {
                f"{NODE}/node0/meminfo": "Node 0 MemTotal: 2048000 kB",
                f"{NODE}/node1/meminfo": "Node 1 MemTotal: 2048000 kB",
                f"{NODE}/node0/hugepages/hugepages-2048kB/free_hugepages": "150",
                f"{NODE}/node1/hugepages/hugepages-2048kB/free_hugepages": "50",
            },
            0.1,
        ),
        # neither sysfs nor nodes
        ({"/proc/meminfo": "MemTotal: 20480 kB\nHugePages_Free: 3\nHugePages_Rsvd: 2\nHugepagesize: 2048 kB"}, 0.1),
        ({"/proc/meminfo": "HugePages_Free: 3\nHugePages_Rsvd: 2\nHugepagesize: 2048 kB"}, None),
        ({"/proc/meminfo": "MemTotal: 20480 kB"}, None),
        # one node's memory is not known, so the share is not
        (
            {
                f"{NODE}/node0/meminfo": "Node 0 MemTotal: 2048000 kB",
                f"{NODE}/node1/cpulist": "1",
                f"{NODE}/node0/hugepages/hugepages-2048kB/free_hugepages": "150",
            },
            None,
        ),
    ],
)
def test_memory_in_idle_huge_pages(files, share):
    assert read(hugepages, files).value("memory.hugepages_idle_share") == share
