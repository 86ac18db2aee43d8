"""Saved lscpu, numactl and cpuinfo outputs: our own captures, and the oddities of other versions."""

import pytest

from perfadvisor.facts.text import cpuinfo, lscpu, numactl
from perfadvisor.model.fact import Absent, FactTable
from tests.recognised import recognise

OLD_LSCPU = """\ufeffArchitecture:          x86_64
CPU(s):                8
On-line CPU(s) list:   0-5,7
Thread(s) per core:    2
Core(s) per socket:    2
Socket(s):             2
NUMA node(s):          3
Model name:            Some CPU: with a colon
CPU MHz:               2793,438
CPU max MHz:           -
Hypervisor vendor:     KVM
Virtualization type:   full
NUMA node0 CPU(s):     0-3
NUMA node1 CPU(s):     4,5,7
NUMA node2 CPU(s):
"""


@pytest.mark.parametrize(
    ("name", "subject", "value"),
    [
        ("kernel.architecture", "", "x86_64"),
        ("cpu.listed_count", "", 8),
        ("cpu.online", "", "0-5,7"),
        ("cpu.online_count", "", 7),
        ("cpu.threads_per_core_max", "", 2),
        ("cpu.cores_per_package_max", "", 2),
        ("cpu.package_count", "", 2),
        ("numa.node_count", "", 3),
        ("cpu.model_name", "", "Some CPU: with a colon"),
        ("cpu.frequency_hz", "", 2_793_438_000),
        ("cpu.frequency_max_hz", "", None),
        ("environment.hypervisor_vendor", "", "KVM"),
        ("environment.virtualization_type", "", "full"),
        ("node.cpu_list", "1", "4,5,7"),
        ("node.cpu_list", "2", ""),
        ("node.cpu_count", "2", 0),
    ],
)
def test_lscpu(name, subject, value):
    assert FactTable(lscpu.facts(OLD_LSCPU.encode())).value(name, subject) == value


def test_lscpu_of_this_project(data):
    facts = FactTable(lscpu.facts((data / "text/lscpu-2.38.txt").read_bytes()))
    names = ("cpu.listed_count", "cpu.online_count", "cpu.package_count", "numa.node_count", "cpu.model_name")
    assert [facts.value(name) for name in names] == [2, 2, 1, 1, "AMD EPYC"]


NUMACTL = """available: 3 nodes (0-2)
node 0 cpus: 0 1 4
node 0 size: 15947 MB
node 0 free: 100 MB
node 1 cpus: 2 3 4
node 1 size: 16000 MB
node 2 cpus:
node 2 size: 0 MB
node distances:
node   0   1   2
  0:  10  21  17
  1:  21  10  28
  2:  17  28  10
"""


@pytest.mark.parametrize(
    ("name", "subject", "value"),
    [
        ("numa.node_count", "", 3),
        ("numa.cpus_in_several_nodes", "", "4"),
        ("numa.memory_only_nodes", "", ""),
        ("numa.distance_max", "", 28),
        ("cpu.online_count", "", 5),
        ("node.cpu_list", "0", "0-1,4"),
        ("node.cpu_count", "0", 3),
        ("node.cpu_count", "2", 0),
        ("node.memory_total_bytes", "0", 15947 << 20),
        ("node.memory_free_bytes", "0", 100 << 20),
        ("node.memory_free_bytes", "1", None),
        ("node.memory_total_bytes", "2", 0),
        ("node.distances", "2", "17 28 10"),
    ],
)
def test_numactl(name, subject, value):
    assert FactTable(numactl.facts(NUMACTL.encode())).value(name, subject) == value


def test_numactl_of_this_project(data):
    facts = FactTable(numactl.facts((data / "text/numactl-hardware.txt").read_bytes()))
    assert facts.value("node.cpu_list", "0") == "0-1"
    assert facts.value("node.memory_total_bytes", "0") == 5978 << 20
    assert facts.value("node.distances", "0") == "10"


@pytest.mark.parametrize("text", ["", "No NUMA available on this system\n", "numactl: command not found\n"])
def test_numactl_without_nodes_knows_nothing(text):
    facts = FactTable(numactl.facts(text.encode()))
    assert facts.value("numa.node_count") is None
    assert facts.subjects("node") == ()


def test_cpuinfo_of_this_project(data):
    facts = FactTable(cpuinfo.facts((data / "text/cpuinfo.txt").read_bytes()))
    assert facts.value("cpu.model_name") == "AMD EPYC"
    assert facts.value("cpu.processor_count") == 2
    assert facts.value("cpu.hypervisor_flag") is True


def test_lscpu_as_json():
    """util-linux 2.38 nests, older versions do not."""
    text = b"""{
   "lscpu": [
      {"field": "Architecture:", "data": "x86_64",
       "children": [{"field": "CPU op-mode(s):", "data": "32-bit, 64-bit"}]},
      {"field": "CPU(s):", "data": "8", "children": [{"field": "On-line CPU(s) list:", "data": "0-7"}]},
      {"field": "Vendor ID:", "data": "X", "children": [
         {"field": "Model name:", "data": "Some CPU", "children": [
            {"field": "Thread(s) per core:", "data": "2"}, {"field": "Socket(s):", "data": "1"}]}]},
      {"field": "NUMA:", "data": null, "children": [
         {"field": "NUMA node(s):", "data": "1"}, {"field": "NUMA node0 CPU(s):", "data": "0-7"}]}
   ]
}
"""
    kind = recognise(text)
    assert kind is not None and kind.name == "lscpu JSON"
    found = FactTable(kind.facts(text))
    names = ("kernel.architecture", "cpu.online_count", "cpu.model_name", "cpu.threads_per_core_max", "numa.node_count")
    assert [found.value(name) for name in names] == ["x86_64", 8, "Some CPU", 2, 1]
    assert found.value("node.cpu_list", "0") == "0-7"
    assert not [fact for fact in lscpu.facts(b'{"lscpu": 5') if not isinstance(fact, Absent)]


@pytest.mark.parametrize(
    ("lines", "off"),
    [
        ("CPU(s): 8\nOn-line CPU(s) list: 0-5\nOff-line CPU(s) list: 6,7\n", "6-7"),
        ("CPU(s): 8\nOn-line CPU(s) list: 0-7\n", ""),
        ("CPU(s): 8\nOn-line CPU(s) list: 0-5\n", None),
        ("CPU(s): 8\n", None),
        ("On-line CPU(s) list: 0-7\n", None),
        ("CPU(s): 8\nOn-line CPU(s) list: 0-5\nOff-line CPU(s) list: some\n", None),
    ],
)
def test_lscpu_tells_which_cpus_are_switched_off(lines, off):
    assert FactTable(lscpu.facts(lines.encode())).value("cpu.switched_off") == off


@pytest.mark.parametrize(
    "text",
    [
        "Vulnerability Meltdown: Mitigation; PTI\nVulnerability Spec store bypass: Vulnerable\n",
        "Vulnerabilities:\n  Meltdown: Mitigation; PTI\n  Spec store bypass: Vulnerable\n",
        '{"lscpu": [{"field": "Vulnerabilities:", "data": null, "children": [{"field": "Meltdown:", "data": '
        '"Mitigation; PTI"}, {"field": "Spec store bypass:", "data": "Vulnerable"}]}]}',
    ],
)
def test_lscpu_tells_of_vulnerabilities_what_the_kernel_does(text):
    given = FactTable(lscpu.facts(text.encode()))
    assert given.value("vulnerability.status", "meltdown") == "Mitigation: PTI"
    assert given.value("vulnerability.status", "spec_store_bypass") == "Vulnerable"
    assert given.value("cpu.mitigations") == "meltdown: PTI"
    assert (given.value("cpu.mitigated_count"), given.value("cpu.vulnerable_count")) == (1, 1)
    assert FactTable(lscpu.facts(b"CPU(s): 8\n")).value("cpu.mitigated_count") is None
