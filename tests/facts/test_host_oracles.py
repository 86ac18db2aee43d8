"""The host facts of this very machine against what other programs say of it."""

import json
import os
import platform
import resource
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest

from perfadvisor.facts.cgroup import cgroup, limits
from perfadvisor.facts.cpu import cpu
from perfadvisor.facts.machine import environment, kernel
from perfadvisor.facts.memory import hugepages, memory, numa
from perfadvisor.facts.reading import cpulist
from perfadvisor.facts.text import lscpu, numactl
from perfadvisor.model.fact import FactTable
from perfadvisor.targets.here.capture import capture

MODULES = (cgroup, cpu, environment, hugepages, kernel, limits, memory, numa)


@pytest.fixture(scope="module")
def here():
    """The facts of a live capture."""
    tree = capture([pattern for module in MODULES for pattern in module.PATTERNS])
    return FactTable(fact for module in MODULES for fact in module.facts(tree))


def output(*argv):
    if not shutil.which(argv[0]):
        pytest.skip(f"{argv[0]} is not installed")
    done = subprocess.run(argv, capture_output=True, env=os.environ | {"LC_ALL": "C"}, timeout=30)
    return done.stdout


@pytest.fixture(scope="module")
def topology():
    """`lstopo`'s objects, the whole machine whatever the control group allows: kind -> their attributes."""
    root = ElementTree.fromstring(output("lstopo-no-graphics", "--of", "xml", "--whole-system"))
    objects = {}
    for element in root.iter("object"):
        objects.setdefault(element.get("type"), []).append(element.attrib)
    return objects


def test_counts_agree_with_lstopo(here, topology):
    assert here.value("cpu.online_count") == len(topology["PU"])
    assert here.value("cpu.package_count") == len(topology["Package"])
    assert here.value("cpu.threads_per_core_max") == len(topology["PU"]) // len(topology["Core"])


def test_nodes_agree_with_lstopo(here, topology):
    cpus = {node["os_index"]: cpulist.parse_mask(node["cpuset"].replace("0x", "")) for node in topology["NUMANode"]}
    assert {node: cpulist.parse(text) for node, text in here.of("node.cpu_list").items()} == cpus


def test_cpus_agree_with_lscpu_p(here):
    rows = [line.split(",") for line in output("lscpu", "-p=cpu,core,socket,node").decode().splitlines()]
    rows = [row for row in rows if row[0].isdecimal()]
    assert cpulist.parse(here.value("cpu.online")) == tuple(sorted(int(row[0]) for row in rows))
    assert here.value("cpu.package_count") == len({row[2] for row in rows})
    assert here.value("cpu.cores_per_package_max") * here.value("cpu.package_count") >= len({row[1] for row in rows})
    for node, listed in here.of("node.cpu_list").items():
        assert {row[0] for row in rows if row[3] == node} == set(map(str, cpulist.parse(listed)))


def test_fields_agree_with_lscpu_json(here):
    told = {}

    def collect(entries):
        for entry in entries:
            told[entry["field"].rstrip(":")] = entry["data"]
            collect(entry.get("children", ()))

    collect(json.loads(output("lscpu", "-J"))["lscpu"])
    assert here.value("cpu.model_name") == told["Model name"]
    assert here.value("cpu.threads_per_core_max") == int(told["Thread(s) per core"])
    assert here.value("numa.node_count") == int(told["NUMA node(s)"])
    assert cpulist.parse(here.value("cpu.online")) == cpulist.parse(told["On-line CPU(s) list"])
    hypervisor = {"KVM": "kvm", "VMware": "vmware", "Microsoft": "hyperv", "Xen": "xen", None: "none"}
    assert here.value("environment.hypervisor") in (hypervisor.get(told.get("Hypervisor vendor")), "other", "qemu")


SAME_IN_BOTH = (
    "cpu.model_name",
    "cpu.package_count",
    "cpu.threads_per_core_max",
    "cpu.cores_per_package_max",
    "cpu.online_count",
    "numa.node_count",
    "kernel.architecture",
)


@pytest.mark.parametrize("name", SAME_IN_BOTH)
def test_lscpu_s_text_says_the_same_as_sysfs(here, name):
    said = FactTable(lscpu.facts(output("lscpu")))
    assert said.value(name) == here.value(name) or here.value(name) is None


def test_nodes_agree_with_numactl(here):
    said = FactTable(numactl.facts(output("numactl", "--hardware")))
    for name in ("node.cpu_list", "node.distances"):
        assert said.of(name) == here.of(name)
    mib = {node: size >> 20 for node, size in said.of("node.memory_total_bytes").items()}
    ours = {node: size >> 20 for node, size in here.of("node.memory_total_bytes").items()}
    assert all(abs(mib[node] - size) <= max(16, size // 10) for node, size in ours.items())


def test_memory_agrees_with_free(here):
    words = output("free", "--bytes").decode().splitlines()[1].split()
    assert here.value("memory.total_bytes") == int(words[1])


def test_the_kernel_is_the_one_this_interpreter_sees(here):
    assert here.value("kernel.release") == platform.release()
    assert here.value("kernel.hostname") == platform.node()


def test_limits_agree_with_the_system_calls(here):
    soft, _ = resource.getrlimit(resource.RLIMIT_MEMLOCK)
    assert here.value("limits.memlock_bytes") == (None if soft == resource.RLIM_INFINITY else soft)
    allowed = os.sched_getaffinity(0)
    assert allowed <= set(cpulist.parse(here.value("cgroup.cpuset")))
