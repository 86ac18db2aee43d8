"""Every kind of output by a sample: told as what it is, and what it says, whole, cut and damaged."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.errors import InputError
from perfadvisor.evidence.bundle import read
from perfadvisor.evidence.kinds import KINDS
from perfadvisor.facts.text.lscpu import CATALOGUE as OF_LSCPU
from perfadvisor.model.fact import Fact, Nature
from perfadvisor.packs.known_facts import known_facts
from tests.evidence import samples

# sample -> (kind, {(fact, subject): value})
SAYS: dict[str, tuple[str, dict[tuple[str, str], object]]] = {
    "bonding.txt": ("bonding", {("bond.ports_down", "bond"): "eno2", ("bond.aggregators", "bond"): 2}),
    "by-name.txt": ("files by name", {("block.scheduler", "vda"): "mq-deadline"}),
    "cgroup.txt": ("/proc/PID/cgroup", {}),
    "cloud-hypervisor.json": ("microVM JSON", {
        ("vm.vcpus", "guest"): 4, ("vm.pinned_cpus", "guest"): "2-3", ("vm.page_size_bytes", "guest"): 1 << 30,
        ("vm.shared_memory_needed_by", "guest"): "vhost-user network",
    }),
    "cloud-hypervisor.txt": ("cloud-hypervisor command line", {
        ("vm.vcpus", "guest"): 8, ("vm.memory_bytes", "guest"): 4 << 30, ("vm.page_size_bytes", "guest"): 1 << 30,
        ("vm_disk.bus", "guest/disk1"): "virtio", ("vm_nic.queues", "guest/net0"): None,
    }),
    "cmdline.txt": ("/proc/cmdline", {}),
    "cpupower.txt": ("cpupower", {}),
    "dmesg.txt": ("kernel log", {
        ("logged.available_bits_per_s", "0000:3b:00.0"): 31.504e9, ("logged.iommu_faults", "0000:5e:00.0"): 2,
        ("logged.timeouts", "nvme1"): 2, ("logged.corrected_errors", "0000:3b:00.0"): 1,
    }),
    "domain.xml": ("libvirt XML", {("vm_disk.bus", "db/sda"): "sata"}),
    "ethtool-k.json": ("ethtool JSON", {("nic.lro", "eth0"): False, ("nic.tso", "eth0"): True}),
    "ethtool-m.txt": ("ethtool -m", {
        ("nic.module_alarms", "nic"): "Module temperature high alarm,Laser rx power low alarm",
    }),
    "ethtool-x.txt": ("ethtool -x", {("nic.rss_ring_count", "eno1"): 8, ("nic.rss_rings_used", "eno1"): 1}),
    "firecracker.json": ("microVM JSON", {
        ("vm_disk.iops_max", "guest/rootfs"): 500, ("vm_nic.outbound_bytes_per_s_max", "guest/eth0"): 125_000_000,
    }),
    "flavour.txt": ("OpenStack flavour", {("vm.dedicated", "nfv.large"): True, ("vm.vcpus", "nfv.large"): 8}),
    "docker-info-old.txt": ("docker or podman info, or version", {
        ("kernel.release", ""): "3.19.8-031908-generic", ("cgroup.version", ""): None, ("cpu.listed_count", ""): None,
    }),
    "docker-stats.txt": ("docker or podman stats", {
        ("container.cpus_used", "db"): 1.873, ("container.memory_used_share", "db"): 0.9955,
        ("container.memory_used_bytes", "metrics"): 59_244_544, ("container.pid_count", "db"): 42,
        ("container.memory_max_bytes", "db"): None,
    }),
    "podman-stats.txt": ("docker or podman stats", {
        ("container.cpus_used", "web"): 0.0125, ("container.memory_used_bytes", "web"): 12_300_000,
    }),
    "lstopo-console.txt": ("lstopo on the console", {
        ("cpu.online_count", ""): 8, ("cpu.package_count", ""): 2, ("node.cpu_list", "1"): "1,3,5,7",
        ("node.memory_total_bytes", "0"): 31_980 << 20, ("numa.node_count", ""): 2,
        ("nic.pci_address", "ens1f0"): "0000:3b:00.0", ("block.pci_address", "nvme0n1"): "0000:5e:00.0",
    }),
    "lstopo-console-old.txt": ("lstopo on the console", {
        ("node.cpu_list", "0"): "0,2", ("node.cpu_list", "1"): "1,3", ("cpu.online_count", ""): 4,
        ("nic.pci_address", "eth0"): None,
    }),
    "nvme-id-ctrl.json": ("nvme id-ctrl JSON", {
        ("nvme.model", "nvme"): "Example Datacenter SSD 3.84TB", ("nvme.has_write_cache", "nvme"): False,
        ("nvme.critical_temperature_c", "nvme"): None, ("nvme.can_sleep_by_itself", "nvme"): False,
    }),
    "nvme-id-ctrl.txt": ("nvme id-ctrl", {
        ("nvme.model", "nvme"): "Example SSD 980 PRO 1TB", ("nvme.has_write_cache", "nvme"): True,
        ("nvme.warning_temperature_c", "nvme"): 82, ("nvme.power_state_count", "nvme"): 5,
        ("nvme.can_sleep_by_itself", "nvme"): True,
    }),
    "ifconfig.txt": ("ifconfig", {
        ("nic.mtu", "eth0"): 9000, ("nic.tx_dropped", "eth0"): 3, ("nic.rx_dropped", "eth0"): None,
        ("nic.rx_packets", "eth0"): 2_904_417,
        ("nic.carrier", "eth0"): True, ("nic.kind", "lo"): "loopback",
    }),
    "ifconfig-old.txt": ("ifconfig", {
        ("nic.mtu", "eth1"): 1500, ("nic.tx_dropped", "eth1"): 4, ("nic.carrier", "eth1"): False,
        ("nic.tx_queue_len", "eth1"): 100, ("nic.rx_packets", "eth1"): 12,
    }),
    "iommu-groups.txt": ("IOMMU groups", {
        ("pci.iommu_group", "0000:01:00.0"): "1", ("pci.group_companions", "0000:01:00.0"): "0000:01:00.1",
        ("pci.group_companions", "0000:02:00.0"): "", ("pci.group_companions", "0000:00:1f.3"): None,
        ("iommu_group.member_count", "1"): 3, ("iommu_group.member_count", "3"): None, ("iommu.present", ""): True,
        ("pci.class_name", "0000:02:00.0"): "Ethernet controller", ("pci.vendor", "0000:01:00.0"): "0x10de",
    }),
    "iommu-groups-find.txt": ("IOMMU groups", {
        ("pci.iommu_group", "0000:01:00.1"): "7", ("iommu_group.members", "7"): "0000:01:00.0,0000:01:00.1",
        ("pci.group_companions", "0000:01:00.0"): None,
    }),
    "iostat-x.json": ("iostat JSON", {
        ("load.iowait_share", ""): 0.0051, ("disk_load.reads_per_s", "vda"): 23.0,
    }),
    "iostat-x.txt": ("iostat", {
        ("load.idle_share", ""): 0.005, ("disk_load.busy_share", "vda"): 0.028, ("disk_load.requests_mean", "vda"): 0.4,
        ("disk_load.write_wait_ms", "vda"): 11.06, ("disk_load.busy_share", "loop0"): 0.0,
    }),
    "iostat-disks.txt": ("iostat", {
        ("disk_load.busy_share", "sda"): 0.512, ("disk_load.requests_mean", "nvme0n1"): 2.4,
        ("load.idle_share", ""): None,
    }),
    "fio.txt": ("fio results", {}),
    "iperf3.txt": ("iperf3 results", {}),
    "ip-link.txt": ("ip link", {("nic.mtu", "eth0"): 1400, ("nic.carrier", "eth0"): True}),
    "ip-s-d-link.json": ("ip JSON", {("nic.mtu", "eth0"): 1400, ("nic.rx_dropped", "eth0"): 0}),
    "ip-s-d-link.txt": ("ip link", {
        ("nic.rx_missed", "eth0"): 0, ("nic.rx_packets", "eth0"): 128_122, ("nic.kind", "lo"): "loopback",
    }),
    "lsblk-O.json": ("lsblk JSON", {("block.scheduler", "vda"): "mq-deadline", ("block.rotational", "vda"): True}),
    "lsblk-o.txt": ("lsblk", {("block.scheduler", "vda"): "mq-deadline", ("block.scheduler", "zram0"): None}),
    "lsblk-t.txt": ("lsblk", {("block.read_ahead_bytes", "vda"): 8 << 20, ("block.nr_requests", "zram0"): None}),
    "lsblk.txt": ("lsblk", {("block.is_virtual", "zram0"): True}),
    "lscpu-J.json": ("lscpu JSON", {("cpu.online_count", ""): 2}),
    "lscpu-e.txt": ("lscpu -e", {("cpu.online_count", ""): 2, ("node.cpu_list", "0"): "0-1"}),
    "lscpu-p.txt": ("lscpu -p", {("cpu.online_count", ""): 2, ("numa.cpu_node_count", ""): 1}),
    "lspci-t.txt": ("lspci -t", {
        ("pci.upstream_port", "0000:04:00.0"): "0000:03:00.0", ("pci.root_port", "0000:04:00.0"): "0000:00:1c.0",
        ("pci.upstream_port", "0000:03:01.0"): "0000:02:00.0", ("pci.upstream_port", "0000:00:1f.0"): None,
    }),
    "lstopo.xml": ("hwloc's topology", {
        ("nic.pci_address", "eth0"): "0000:00:03.0", ("node.memory_total_bytes", "0"): 17_811_333_120,
        ("numa.node_count", ""): 1,
    }),
    "mdadm-detail.txt": ("mdadm --detail", {("array.missing_count", "md0"): 1, ("array.busy_with", "md0"): "recovery"}),
    "mdstat.txt": ("/proc/mdstat", {
        ("array.missing_count", "md0"): 1, ("array.busy_with", "md0"): "recovery", ("array.missing_count", "md1"): 0,
        ("array.missing_count", "md2"): None,
    }),
    "meminfo.txt": ("/proc/meminfo", {("memory.hugepages_total", ""): 0}),
    "mpstat.txt": ("mpstat or sar", {
        ("load.softirq_most_share", ""): 0.0808, ("load.softirq_cpu", ""): 1, ("load.steal_share", ""): 0.0,
    }),
    "node.yaml": ("Kubernetes YAML", {("kubernetes_node.cpus", "worker-0"): 64.0}),
    "numastat-m.txt": ("numastat -m", {("node.memory_total_bytes", "0"): 17_393_879 * 1024}),
    "numastat-p.txt": ("numastat -p", {
        ("process.nodes_with_memory", "18647"): 1, ("process.program", "18647"): "bash",
    }),
    "numastat.txt": ("numastat", {("node.allocations_elsewhere", "0"): 0, ("node.allocations_here", "0"): 294_273_011}),
    "nvidia-smi-q.txt": ("nvidia-smi -q", {
        ("gpu.link_width", "0000:3b:00.0"): 8, ("gpu.link_width_possible", "0000:3b:00.0"): 16,
    }),
    "nvidia-smi-topo.txt": ("nvidia-smi topo", {
        ("gpu.nearest_nic_path", "GPU0"): "PIX", ("gpu.nearest_nic_path", "GPU1"): "SYS",
    }),
    "nvme-list.json": ("nvme list JSON", {("block.model", "nvme0n1"): "Example SSD 980 PRO 1TB"}),
    "nvme-list.txt": ("nvme list", {("block.model", "nvme0n1"): "Example SSD 980 PRO 1TB"}),
    "nvme-smart-log.json": ("nvme smart-log JSON", {("nvme.throttle_count", "nvme"): 0}),
    "nvme-smart-log.txt": ("nvme smart-log", {
        ("nvme.warm_minutes", "nvme0"): 1532, ("nvme.throttle_count", "nvme0"): 43,
        ("nvme.critical_warning", "nvme0"): 2,
        ("nvme.used_share", "nvme0"): 1.04,
    }),
    "perf-kvm-stat.txt": ("perf kvm stat", {
        ("kvm_exit.shortest_ns", "HLT"): 510.0, ("kvm_exits.total", ""): 65_700,
    }),
    "ping.txt": ("ping", {
        ("ping.sent", "192.0.2.17"): 200, ("ping.lost", "192.0.2.17"): 13,
        ("ping.round_trip_mean_ns", "192.0.2.17"): 398_000.0,
    }),
    "ping-busybox.txt": ("ping", {
        ("ping.received", "192.0.2.1"): 20, ("ping.round_trip_spread_ns", "192.0.2.1"): None,
    }),
    "podman-info.txt": ("docker or podman info, or version", {("cgroup.version", ""): 1}),
    "qemu.conf": ("QEMU configuration file", {("vm.vcpus", "guest"): 4}),
    "qemu-errors.txt": ("QEMU's errors", {
        ("assignment.refused", "0000:03:00.1"): "group not viable", ("assignment.iommu_group", "0000:03:00.1"): "14",
    }),
    "qemu-errors-old.txt": ("QEMU's errors", {
        ("assignment.refused", "0000:05:00.0"): "group in use", ("assignment.iommu_group", "0000:05:00.0"): "21",
    }),
    "qm-config.txt": ("Proxmox guest", {("vm.vcpus", "db"): 4}),
    "sar-PALL.txt": ("mpstat or sar", {("load.iowait_share", ""): 0.2066, ("load.softirq_most_share", ""): None}),
    "sar-u.txt": ("mpstat or sar", {("load.steal_share", ""): 0.0}),
    "smartctl.txt": ("smartctl", {("nvme.warm_minutes", "nvme"): 88, ("nvme.throttle_count", "nvme"): None}),
    "softirqs.txt": ("softirqs", {}),
    "softnet_stat.txt": ("/proc/net/softnet_stat", {("network.softnet_dropped", ""): 0}),
    "sriov-node-state.yaml": ("Kubernetes YAML", {
        ("pci.sriov_total_vfs", "0000:3b:00.0"): 128, ("pci.sriov_num_vfs", "0000:3b:00.0"): 0,
        ("nic.speed_bits_per_s", "ens1f0"): 25_000_000_000,
    }),
    "ss-ti.txt": ("ss", {("socket.round_trip_ns", "192.0.2.2:55560 203.0.113.80:https"): 2.009e6}),
    "sysctl.txt": ("sysctl", {("network.rmem_max_bytes", ""): 4_194_304}),
    "tc-s.txt": ("tc qdisc", {("nic.qdisc", "eth0"): "pfifo_fast", ("nic.shaped_bits_per_s", "eth0"): 0}),
    "ss-limited.txt": ("ss", {
        ("socket.receiver_limited_share", "192.0.2.2:5201 192.0.2.9:41000"): 0.75,
        ("socket.retransmitted_share", "192.0.2.2:5201 192.0.2.9:41000"): 0.001,
    }),
    "tc-shaped.txt": ("tc qdisc", {
        ("nic.shaped_bits_per_s", "eth0"): 100_000_000, ("nic.delay_added", "eth1"): True,
        ("nic.qdisc_dropped", "eth0"): 412,
    }),
    "tuned-adm.txt": ("tuned-adm", {("tuned.profile", ""): "powersave"}),
    "turbostat.txt": ("turbostat", {
        ("load.busiest_busy_share", ""): 0.9892, ("load.busiest_frequency_hz", ""): 1.2e9,
        ("load.nominal_frequency_hz", ""): 2.1e9,
    }),
    "uname.txt": ("uname", {("kernel.release", ""): "6.1.0"}),
    "virsh-dominfo.txt": ("virsh dominfo", {("vm.vcpus", "test"): 2, ("cpu.listed_count", ""): None}),
    "virsh-domstats.txt": ("virsh domstats", {("vm.running", "test"): True, ("vm.vcpus", "test"): None}),
    "virsh-vcpuinfo.txt": ("virsh vcpuinfo", {("vm.vcpupin_count", "guest"): 0, ("vm.vcpus", "guest"): 2}),
    "virsh-vcpupin.txt": ("virsh vcpupin", {("vm.vcpupin_count", "guest"): None, ("vm.vcpus", "guest"): 2}),
    "vmstat-counters.txt": ("/proc/vmstat", {}),
    "vmstat.txt": ("vmstat", {("load.iowait_share", ""): 0.0, ("load.swapped_in_bytes_per_s", ""): 0.0}),
}  # fmt: skip
COUNTS = (
    "_count",
    "_cpus",
    ".online",
    ".cpu_list",
    "vm.dedicated",
    "vm.balloon",
    "vm.cpu_mode",
    "vm_disk.queues",
)  # of what is listed
KNOWN = {**known_facts(), **{spec.name: spec for spec in OF_LSCPU}}
TEXTS = {name: (samples.DATA / "outputs" / name).read_text() for name in SAYS}


def facts_of(data: bytes) -> list[Fact]:
    found = read([("x", data)])
    return [fact for machine in found.machines for fact in machine.facts if isinstance(fact, Fact)]


def test_each_sample_has_its_row() -> None:
    assert set(SAYS) == {file.name for file in (samples.DATA / "outputs").iterdir()}


@pytest.mark.parametrize("name", SAYS)
def test_a_sample_is_told_and_read(name: str) -> None:
    kind, says = SAYS[name]
    found = samples.of(name)
    assert kind in {note.kind for note in found.notes}
    (machine,) = found.machines
    assert {key: machine.facts.value(*key) for key in says} == {
        key: pytest.approx(value) if isinstance(value, float) else value for key, value in says.items()
    }


def test_every_kind_that_is_read_has_a_sample() -> None:
    shown = {note.kind for file in samples.files() for note in read([(file.name, file.read_bytes())]).notes}
    assert {kind.name for kind in KINDS if not kind.refused} - shown == set()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", sorted(set(SAYS) - {"qm-config.txt"}))  # there a missing line means a default
def test_a_sample_cut_at_any_line_gives_no_setting_that_the_whole_does_not(name: str, seed: int) -> None:
    """Counts of what is listed shrink with it; everything else is there, or it is not."""
    choice = random.Random(f"{name}{seed}")
    lines = TEXTS[name].splitlines(keepends=True)
    first, last = sorted(choice.sample(range(len(lines) + 1), 2)) if len(lines) > 1 else (0, 1)
    whole = {(fact.name, fact.value) for fact in facts_of(TEXTS[name].encode())}
    for fact in facts_of("".join(lines[first:last]).encode()):
        if fact.nature is Nature.SETTING and not fact.name.endswith(COUNTS):
            assert (fact.name, fact.value) in whole


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(sorted(SAYS)), st.integers(0, 1 << 32))
def test_damaged_text_never_raises_and_gives_typed_values(name: str, seed: int) -> None:
    choice = random.Random(seed)
    text = list(TEXTS[name][:20_000])
    for _ in range(choice.randint(1, 30)):
        place = choice.randrange(len(text))
        text[place] = choice.choice(
            ["", "\n", "\0", "9" * 30, "-", "é", ":", "{", "<", '"', text[choice.randrange(len(text))]]
        )
    for fact in facts_of("".join(text).encode()):
        assert type(fact.value) is KNOWN[fact.name].type, fact


@pytest.mark.parametrize("first", range(2, 7))
def test_a_word_that_is_no_text_is_taken_as_it_is_in_every_sample(first: int) -> None:
    """In one line of five, the first word, which some readers keep: among sound lines it stays part of the output."""
    for file in samples.files():
        lines = file.read_bytes().splitlines(keepends=True)
        for place in range(first, len(lines), 5):
            lines[place] = re.sub(rb"^\s*\w+", lambda word: word[0] + b"\x8d", lines[place])
        assert read([(file.name, b"".join(lines))]).notes


@pytest.mark.parametrize("name", sorted(kind.name for kind in KINDS if kind.facts))
def test_an_empty_output_says_nothing_or_is_refused(name: str) -> None:
    facts = next(kind.facts for kind in KINDS if kind.name == name)
    assert facts is not None
    try:
        assert not [fact for fact in facts(b"", source="x") if isinstance(fact, Fact)]
    except InputError as error:
        assert error.message
