"""What the rules say of real machines: every tree, every finding, and the evidence it rests on; every other file, every
finding, and what the verdict says of how many.

The tables are complete. A rule that starts to fire on one of these files is either a finding to look up in the file,
and to write down here and in docs/advice-on-real-machines.md, or a false alarm.
"""

import re
from collections import Counter
from pathlib import Path

import pytest

from perfadvisor.errors import PerfAdvisorError
from perfadvisor.importer import import_files
from perfadvisor.judge import judge, judge_snapshot
from perfadvisor.model.fact import Fact
from perfadvisor.model.rule import Outcome
from perfadvisor.packs.rules import load_rules
from perfadvisor.report.judged import Judged, judged
from perfadvisor.saved.saved import load

pytestmark = pytest.mark.shared

PTI = {("cpu-page-table-isolation", "meltdown"): {"vulnerability.status": "Mitigation: PTI"}}
ON_DEMAND = {"cpu.governors": "ondemand", "cpu.scaling_driver": "acpi-cpufreq"}
SHARED_PORT = {"pci.endpoints_below": 5, "pci.link_width": 16, "pci.link_speed_gtps": 8.0}

# tree -> (rule, subject) -> the facts that carry it; a tree that is not named has no finding
SAID = {
    "cri/2-socket-4-node-40-core.tar.xz": {
        **PTI,
        ("hugepages-reserved-idle", ""): {"memory.hugepages_idle_share": pytest.approx(20 * 2**30 / 201.3e9, 1e-3)},
    },
    "cri/desktop.tar.xz": PTI,
    "ghw/kvm-offline-cpus.tar.gz": {**PTI, ("cpu-offline", ""): {"cpu.switched_off": "2-3", "cpu.online_count": 2}},
    "hwloc/16amd64-4n4c-cgroup-distance-merge.tar.bz2": {
        ("hugepages-reserved-idle", ""): {"memory.hugepages_total": 2048, "memory.hugepages_free": 2048},
    },
    "hwloc/24em64t-2n6c2t+2mic.olddriver.tar.bz2": {
        ("cpu-governor-on-demand", ""): ON_DEMAND,
        ("storage-cfq-between-groups", "sda"): {"block.scheduler": "cfq"},
    },
    "hwloc/2pa-pcidomain32bits.tar.bz2": {
        ("network-frames-dropped-since-boot", "ens3"): {"nic.rx_dropped": 15095046, "nic.rx_packets": 341736551},
    },
    "hwloc/32intel64-2p8co2t+8ve.tar.bz2": {
        ("pcie-uplink-shared", "0000:17:00.0"): SHARED_PORT,
        ("pcie-uplink-shared", "0000:3a:00.0"): SHARED_PORT,
    },
    "hwloc/48amd64-4pa2n6c-sparse.tar.bz2": {
        ("numa-memory-uneven", ""): {"numa.node_memory_max_bytes": 16 * 2**30, "numa.cpu_node_count": 8},
    },
    "hwloc/8em64t-2s2ca2c-buggynuma.tar.bz2": {
        ("numa-cpus-in-several-nodes", ""): {"numa.cpus_in_several_nodes": "0-7"},
    },
    "hwloc/8ia64-2s2c2t.tar.bz2": {("cpu-governor-on-demand", ""): ON_DEMAND},
    "hwloc/fakecpuid1f-64intel64-2p4d2n2c2t.tar.bz2": PTI,
    "hwloc/fakeheterocpunuma.tar.bz2": {
        ("numa-cpus-in-several-nodes", ""): {"numa.cpus_in_several_nodes": "16-23"},
        ("numa-memory-only-nodes", ""): {"numa.memory_only_nodes": "2"},
    },
    "hwloc/fakeheteromemtiers.tar.bz2": {
        **PTI,
        ("numa-memory-only-nodes", ""): {"numa.memory_only_nodes": "4,6,8-9"},
    },
    "lscpu/arm-A510-A710-A715-X3.tar.gz": {
        ("cpu-frequency-capped", ""): {"cpu.frequency_limit_share": pytest.approx(998.4 / 3187.2)},
    },
    "lscpu/armv7.tar.gz": {("cpu-governor-on-demand", ""): {"cpu.governors": "ondemand"}},
    "lscpu/s390-lpar.tar.gz": {("cpu-offline", ""): {"cpu.switched_off": "0,6-7"}},
    "lscpu/vmware_fpe.tar.gz": {("cpu-governor-on-demand", ""): ON_DEMAND},
    "lscpu/x86_64-64cpu.tar.gz": {
        ("numa-socket-without-memory", ""): {
            "cpu.package_count": 4,
            "numa.cpu_node_count": 3,
            "numa.node_cpus_max": 32,
            "numa.node_cpus_min": 16,
        },
        ("cpu-governor-on-demand", ""): ON_DEMAND,
    },
    "lscpu/x86_64-dell_e4310.tar.gz": {("cpu-governor-on-demand", ""): ON_DEMAND},
    "pcp/sysfs-hugepages-001.tgz": {
        ("hugepages-surplus", "64kB"): {"hugepages.total": 100, "hugepages.surplus": 90},
        ("hugepages-surplus", "2048kB"): {"hugepages.total": 4, "hugepages.surplus": 4},
    },
    "pcp/sysfs-numa-001.tgz": PTI,
    "procfs/fixtures.ttar": {
        ("network-infiniband-one-lane", "mlx5_0/1"): {"infiniband.rate": "25 Gb/sec (1X EDR)"},
        ("cpu-thermal-throttle-since-boot", ""): {"cpu.package_throttle_count": 34818},
        ("cpu-isolated", ""): {"cpu.isolated": "1,2-7,9"},
        ("cpu-offline", ""): {"cpu.online_count": 2, "cpu.switched_off": "2"},
        ("irq-backlog-drop-since-boot", ""): {"network.softnet_dropped": 161088, "network.softnet_processed": 36894618},
        ("storage-array-busy", "md6"): {"array.busy_with": "recovery"},
        ("storage-array-busy", "md8"): {"array.busy_with": "resync"},
        ("storage-array-busy", "md201"): {"array.busy_with": "check"},
        ("storage-array-busy", "md42"): {"array.busy_with": "reshape"},
        **{("storage-array-degraded", disk): {"array.missing_count": 1} for disk in ("md6", "md7", "md42")},
    },
    "sos/ubuntu-kvm-vm_kubernetes.tar.gz": PTI,
    "sos/ubuntu-lxd-in-vm_ceph-mon.tar.gz": PTI,
    "util-linux/simple-nvme.tar.xz": {
        ("storage-cfq-on-ssd", "sda"): {"block.scheduler": "cfq", "block.rotational": False},
        ("storage-cfq-between-groups", "sdb"): {"block.scheduler": "cfq", "block.rotational": True},
    },
}

# What these trees tempt one to say, and why it would be wrong; the reasons are in docs/advice-on-real-machines.md.
NOT_SAID = (
    ("hwloc/32intel64-2p8co2t+8ve.tar.bz2", "pcie-link-speed-at-rest"),  # an endpoint inside the chipset
    ("hwloc/24em64t-2n6c2t+2mic.olddriver.tar.bz2", "numa-device-node-unknown"),  # one I/O hub for both sockets
    ("ghw/xeon-L5640-2node.tar.gz", "numa-device-node-unknown"),
    ("hwloc/20em64t-hybrid-1p6c2t+2ca4co1t.tar.bz2", "cpu-frequency-capped"),  # slow cores, not limited ones
    ("hwloc/2pa-pcidomain32bits.tar.bz2", "storage-cfq-on-ssd"),  # the guest's CD drive
    ("hwloc/8ia64-2n2s2c.tar.bz2", "numa-socket-without-memory"),  # two sockets a node by design
    ("pcp/containers-docker-1.3.2-root-001.tgz", "container-io-uring-filtered"),  # docker before it had filters
    ("sos/ubuntu-kvm-vm_kubernetes.tar.gz", "storage-scheduler-not-none"),  # the kernel's own choice for one queue
    ("lscpu/arm-A510-A710-A715-X3.tar.gz", "cpu-governor-on-demand"),  # walt is told of load by the scheduler
    ("hwloc/2pa-pcidomain32bits.tar.bz2", "network-ring-small-drops"),  # rx_dropped is not lack of buffers
)


@pytest.fixture(scope="module")
def findings(shared_data):
    """Tree -> (rule, subject) -> the finding's facts, of those that fire and are nobody else's consequence."""
    rules, folder, found = load_rules(), shared_data / "machines" / "sysfs", {}
    for path in sorted(folder.glob("*/*")):
        try:
            snapshot = load(path)
        except PerfAdvisorError:
            continue
        view = judge_snapshot(snapshot, rules, source=path.name)
        found[f"{path.parent.name}/{path.name}"] = {
            (finding.rule.id, finding.subject): {
                fact.name: fact.value for fact in finding.evidence if isinstance(fact, Fact)
            }
            for finding in view.findings
            if finding.outcome is Outcome.FIRES and not finding.explained_by
        }
    return found


def test_every_tree_is_judged(findings):
    assert len(findings) >= 58
    assert sum(bool(said) for said in findings.values()) >= 10


@pytest.mark.parametrize("tree", SAID)
def test_findings_and_their_evidence(findings, tree):
    assert set(findings[tree]) == set(SAID[tree])
    for key, facts in SAID[tree].items():
        told = findings[tree][key]
        assert {name: told.get(name) for name in facts} == facts


def test_of_other_trees_nothing_is_said(findings):
    assert {tree: set(said) for tree, said in findings.items() if said and tree not in SAID} == {}


@pytest.mark.parametrize(("tree", "rule"), NOT_SAID)
def test_not_said(findings, tree, rule):
    assert rule not in {rule_id for rule_id, _ in findings[tree]}


# Definitions and saved outputs -> how often each rule fires; a file that is not named has no finding
OTHERS = {
    "container/insights_inspect_1.json": {"container-io-uring-filtered": 1},
    "container/insights_inspect_3.json": {"container-privileged": 1},
    "container/insights_podman_container_inspect.json": {"container-io-uring-filtered": 1},
    "libvirt/insights_xml_idm_client.xml": {"vm-nic-single-queue": 1},
    "libvirt/insights_xml_numa.xml": {
        "vm-cpu-model-generic": 1,
        "vm-disk-aio-threads": 1,
        "vm-disk-no-iothread": 1,
        "vm-emulator-on-vcpu-cpus": 1,
    },
    "libvirt/insights_xml_rhosp_2.xml": {
        "vm-disk-aio-threads": 1,
        "vm-disk-no-iothread": 2,
        "vm-emulator-on-vcpu-cpus": 1,
        "vm-image-format": 1,
        "vm-nic-single-queue": 1,
    },
    "libvirt/libvirt_net-hostdev-vfio-multidomain.xml": {"vm-cpus-emulated": 1, "vm-emulated-disk": 1},
    "libvirt/nova_instance.xml": {"vm-disk-in-main-loop": 1},
    "libvirt/virt-manager_bootorder-in.xml": {
        "vm-disk-in-main-loop": 1,
        "vm-image-format": 1,
        "vm-nic-single-queue": 1,
    },
    "libvirt/virt-manager_testdriver.xml": {
        "vm-disk-aio-threads": 1,
        "vm-disk-capped": 1,
        "vm-disk-in-main-loop": 2,
        "vm-disk-no-iothread": 9,
        "vm-emulated-disk": 9,
        "vm-image-format": 4,
        "vm-memory-not-shared": 1,
        "vm-nic-emulated-model": 4,
        "vm-nic-single-queue": 1,
    },
    "libvirt/virt-manager_virt-install-many-devices.xml": {
        "passthrough-balloon": 1,
        "passthrough-hard-limit": 1,
        "vm-disk-capped": 3,
        "vm-disk-no-iothread": 23,
        "vm-emulated-disk": 2,
        "vm-image-format": 9,
        "vm-nic-emulated-model": 1,
        "vm-nic-single-queue": 1,
        "vm-vcpu-pins-partial": 1,
        "vm-vhost-not-used": 2,
    },
    "text/lscpu_insights_lscpu_2.txt": {"cpu-offline": 1},
    "text/lscpu_vc_ampere_1.txt": {"cpu-page-table-isolation": 1},
    "text/lscpu_vc_intel_1.txt": {"cpu-page-table-isolation": 1},
    "text/numactl-H_SpecCpuFpRateBaseOnlyExample.txt": {"numa-cpus-in-several-nodes": 1},
    "text/numactl-H_SpecCpuFpSpeedExample.txt": {"numa-cpus-in-several-nodes": 1},
}
# Results, imported: what is wrong with a measurement, and nothing of a machine
RESULTS = {
    "fio/lkp_fio-3.19-10_01.json": {"measurement-sync-engine-with-iodepth"},
    "generated_here/fio-3.33_jsonplus_group4_psync_note.json": {
        "measurement-sync-engine-with-iodepth",
        "measurement-rate-asked",
    },
    "generated_here/fio-3.33_lat_percentiles_custom_list_fsync.json": {"measurement-rate-asked"},
    "generated_here/iperf3.12_s_bidir.json": {"measurement-no-nic-crossed"},
    "generated_here/iperf3.12_tcp_P4.json": {"measurement-no-nic-crossed"},
    "generated_here/iperf3.12_udp_R.json": {"measurement-no-nic-crossed"},
    "iperf/iperf3.22_tcp_bidir_2x2.json": {"measurement-no-nic-crossed"},
    "iperf/lkp_iperf3.20plus_tcp.json": {"measurement-no-nic-crossed"},
}
NO_MACHINE = ("SOURCES.md", "MANIFEST.json", "expected")
PAGE = Path(__file__).parents[2] / "docs" / "advice-on-real-machines.md"
SENTENCES = {
    "Nothing could be judged": Judged.NOTHING,
    "Judged in part, nothing found": Judged.IN_PART,
    "Its settings show nothing to fix": Judged.CLEAR,
    "one or more hints from settings alone": Judged.FINDINGS,
}


@pytest.fixture(scope="module")
def everything(shared_data, tmp_path_factory):
    """File -> its view as `advise` gives it, or as of an imported result; None where it is refused."""
    base, found = shared_data / "machines", {}
    for number, path in enumerate(sorted(base.rglob("*"))):
        if path.is_file() and not set(NO_MACHINE) & set(path.parts):
            try:
                view = judge(path)
            except PerfAdvisorError:
                view = imported(path, tmp_path_factory.getbasetemp() / f"imported-{number}")
            found[str(path.relative_to(base))] = view
    return found


def imported(path, folder):
    try:
        import_files([path], folder)
    except PerfAdvisorError:
        return None
    return judge(folder)


def fired(view):
    return Counter(one.rule.id for one in view.findings if one.outcome is Outcome.FIRES and not one.explained_by)


def test_of_definitions_and_saved_outputs_this_is_said_and_nothing_else(everything):
    others = {file: view for file, view in everything.items() if not file.startswith("sysfs/") and view}
    said = {file: fired(view) for file, view in others.items() if fired(view)}
    assert {file: set(rules) for file, rules in said.items() if view_of_run(others[file])} == RESULTS
    assert {file: dict(rules) for file, rules in said.items() if not view_of_run(others[file])} == OTHERS


def view_of_run(view):
    return view.run is not None


def test_the_page_counts_them_as_they_are(everything):
    """Its tables: files by what the verdict says, and findings and files by rule."""
    text = PAGE.read_text()
    advised = [view for view in everything.values() if view and not view_of_run(view)]
    rows = dict(re.findall(r"^\| (.+?) \| ([0-9]+) \|$", text, re.MULTILINE))
    counted = Counter(judged(view) for view in advised)
    assert {state: int(rows[words]) for words, state in SENTENCES.items()} == counted
    by_rule, files = Counter(), Counter()
    for view in advised:
        by_rule.update(fired(view))
        files.update(fired(view).keys())
    told = re.findall(r"^\| `([a-z0-9-]+)` [a-z]+ \| ([0-9]+), ([0-9]+) \|", text, re.MULTILINE)
    assert {rule: (int(n), int(of)) for rule, n, of in told} == {one: (by_rule[one], files[one]) for one in by_rule}
