"""Facts of real trees against what util-linux's lscpu and hwloc's lstopo printed of the very same trees."""

import re

import pytest

from perfadvisor.facts import catalogue
from perfadvisor.facts.reading import cpulist
from perfadvisor.facts.text import lscpu
from perfadvisor.model.fact import FactTable
from perfadvisor.saved.saved import load_tree

pytestmark = pytest.mark.shared

LSCPU = (
    "arm-A510-A710-A715-X3",
    "armv7",
    "loongarch-loongson_3a5000_hv",
    "ppc64-POWER7",
    "rv64-linux",
    "rv64-visionfive2",
    "s390-kvm",
    "s390-lpar",
    "vmware_fpe",
    "x86_64-64cpu",
    "x86_64-dell_e4310",
)
# Every package of this telephone is one cluster of like cores to its kernel; lscpu counts one socket per kind of core.
PACKAGES_DIFFER = {"arm-A510-A710-A715-X3"}


@pytest.mark.parametrize("name", LSCPU)
def test_lscpu(shared_data, name):
    folder = shared_data / "machines/sysfs/lscpu"
    ours = catalogue.read(load_tree(folder / f"{name}.tar.gz"))
    theirs = FactTable(lscpu.facts((folder / f"expected/lscpu-{name}.txt").read_bytes()))
    assert cpulist.parse(ours.value("cpu.online")) == cpulist.parse(theirs.value("cpu.online"))
    assert ours.value("cpu.threads_per_core_max") == theirs.value("cpu.threads_per_core_max")
    assert cpus_of_nodes(ours) == cpus_of_nodes(theirs)
    packages = ours.value("cpu.package_count")
    assert name in PACKAGES_DIFFER or packages in (None, theirs.value("cpu.package_count"))


def cpus_of_nodes(facts):
    return {node: cpulist.parse(text) for node, text in facts.of("node.cpu_list").items()}


# Left out: 16amd64-4n4c-cgroup-distance-merge, 16em64t-4s2ca2c-cpusetreorder and 4fake-4gr1nu1pu, of which hwloc shows
# only what the cpuset of its reader allows. In these, hwloc repairs what it finds (one package per core, nodes that all
# claim all CPUs), or makes up a node where there is none.
REPAIRED = {"16ia64-8n2s", "8em64t-2s2ca2c-buggynuma", "2ps3-2t"}
HWLOC = (
    "128arm-2pa2n8cluster4co",
    "16amd64-8n2c",
    "16em64t-4s2c2t",
    "20em64t-hybrid-1p6c2t+2ca4co1t",
    "2pa-pcidomain32bits",
    "32intel64-2p8co2t+8ve",
    "48amd64-4pa2n6c-sparse",
    "64fake-4n2s2ca2c2t",
    "8em64t-2s2ca2c",
    "8ia64-2n2s2c",
    "8ia64-2s2c2t",
    "fakecpuid1f-64intel64-2p4d2n2c2t",
    "fakeheteromemtiers",
    "memorysidecaches",
    *sorted(REPAIRED),
)


@pytest.mark.parametrize("name", HWLOC)
def test_hwloc(shared_data, name):
    folder = shared_data / "machines/sysfs/hwloc"
    ours = catalogue.read(load_tree(folder / f"{name}.tar.bz2"))
    shown = (folder / f"expected/{name}.console").read_text(errors="replace")
    assert ours.value("cpu.online_count") == len(set(re.findall(r"\bPU L#(\d+)", shown)))
    if name not in REPAIRED:
        assert ours.value("cpu.package_count") == len(set(re.findall(r"\bPackage L#(\d+)", shown)))
        assert ours.value("numa.node_count") == len(set(re.findall(r"NUMANode L#(\d+)", shown)))
