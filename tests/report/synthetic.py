"""A plausible two-socket server, measured and judged by nobody: made up, so that reports can be looked at and timed."""

# ruff: noqa: E501 - rows of made-up data

from collections.abc import Iterator
from random import Random

from perfadvisor.model.fact import Absent, Fact, FactTable
from perfadvisor.model.ratio import EnvironmentRatio, Explanation
from perfadvisor.model.result import (
    Cell,
    Doubt,
    Estimate,
    Histogram,
    Output,
    Path,
    Sample,
    TrialResult,
    TrialState,
    Trust,
)
from perfadvisor.model.rule import Confidence, Finding, Fix, Outcome, Rule, Severity, Verify
from perfadvisor.model.run import Run
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.tree import Tree, Unreadable
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Environment, EnvironmentKind, Trial, Workload
from perfadvisor.report.view import ReportView

START = 1_795_363_200.0
HOST = "db-store-07"
NS, IOPS, BPS, BITS = Unit.NANOSECONDS, Unit.IOPS, Unit.BYTES_PER_SECOND, Unit.BITS_PER_SECOND

# fmt: off
# id, title, device, tool, [(metric, unit, better, centre, relative spread)]
WORKLOADS = (
    ("storage/randread-4k-qd1", "Random read, 4 KiB, one at a time", "storage", "fio",
     [("read.iops", IOPS, "higher", 11_650, .006), ("read.lat_p50", NS, "lower", 84_200, .006), ("read.lat_p99", NS, "lower", 131_000, .02),
      ("read.lat_p999", NS, "lower", 412_000, .05), ("read.lat_p9999", NS, "lower", 1_930_000, .1), ("read.lat_mean", NS, "lower", 85_900, .006)]),
    ("storage/randread-4k-qd32", "Random read, 4 KiB, 32 deep", "storage", "fio",
     [("read.iops", IOPS, "higher", 198_400, .012), ("read.lat_p50", NS, "lower", 158_000, .012), ("read.lat_p99", NS, "lower", 342_000, .03),
      ("read.lat_p999", NS, "lower", 988_000, .05), ("read.lat_p9999", NS, "lower", 3_100_000, .1), ("read.lat_mean", NS, "lower", 161_000, .012)]),
    ("storage/mixed-4k-qd16", "70 % read, 30 % write, 4 KiB, 16 deep", "storage", "fio",
     [("read.iops", IOPS, "higher", 92_100, .061), ("write.iops", IOPS, "higher", 39_500, .064), ("read.lat_p50", NS, "lower", 121_000, .05),
      ("read.lat_p99", NS, "lower", 1_240_000, .1), ("read.lat_p999", NS, "lower", 6_800_000, .2)]),
    ("storage/seqread-1m-qd8", "Sequential read, 1 MiB, 8 deep", "storage", "fio",
     [("read.bytes_per_s", BPS, "higher", 1.742e9, .003), ("read.lat_p50", NS, "lower", 4_780_000, .004), ("read.lat_p99", NS, "lower", 5_930_000, .01)]),
    ("storage/buffered-read", "Sequential read through the page cache", "storage", "fio",
     [("read.bytes_per_s", BPS, "higher", 9.81e9, .02)]),
    ("network/tcp-stream", "TCP, one stream", "network", "iperf3",
     [("bits_per_s", BITS, "higher", 13.9e9, .018), ("retransmits", Unit.COUNT, "lower", 211, .3), ("rtt_mean", Unit.MICROSECONDS, "lower", 61, .1)]),
    ("network/tcp-stream-8", "TCP, eight streams", "network", "iperf3",
     [("bits_per_s", BITS, "higher", 23.4e9, .004), ("retransmits", Unit.COUNT, "lower", 1_840, .2)]),
    ("network/pingpong", "Request and response, 64 B", "network", "fio",
     [("read.lat_p50", NS, "lower", 98_400, .02), ("read.lat_p99", NS, "lower", 141_000, .04), ("read.iops", IOPS, "higher", 9_900, .02)]),
    *((f"memory/pairs-copy-4k-cpu{cpu}-memory{memory}", f"Memory copy, 4 KiB pages, every pair of nodes (cpu {cpu}, memory {memory})", "memory", "dmabench",
       [("copy.bytes_per_s", BPS, "higher", speed, .01), ("chase", NS, "lower", lag, .01)])
      for cpu, memory, speed, lag in ((0, 0, 12.4e9, 88), (0, 1, 7.1e9, 139), (1, 0, 7.0e9, 141), (1, 1, 12.3e9, 89))),
)
# fmt: on


def workloads() -> dict[str, Workload]:
    return {
        name: Workload(
            id=name,
            title=title,
            device=device,
            tool=tool,
            parameters={},
            metrics=tuple(m[0] for m in metrics[:2]) if device == "storage" and "mixed" in name else (metrics[0][0],),
        )
        for name, title, device, tool, metrics in WORKLOADS
    }


def _histogram(random: Random, metric: str, centre: float) -> Histogram:
    edges, counts = [], []
    edge = centre * 0.5
    for step in range(220):
        edge *= 1.03
        edges.append(edge)
        height = 2.718 ** (-((step - 24) ** 2) / 40) * 40_000 + 2.718 ** (-((step - 60) ** 2) / 300) * 900
        counts.append(int(height * random.uniform(0.8, 1.2)))
    return Histogram(metric=metric, edges_ns=tuple(edges), counts=tuple(counts))


def _doubts(workload: str, repeat: int) -> tuple[Doubt, ...]:
    if workload == "storage/buffered-read":
        return (
            Doubt(
                trust=Trust.INVALID,
                reason="page cache in the result",
                evidence="the disk read 0.4 % of the bytes fio read (/proc/diskstats, nvme0n1)",
            ),
        )
    if workload == "storage/mixed-4k-qd16" and repeat == 2:
        return (
            Doubt(
                trust=Trust.NOISY,
                reason="other work was running",
                evidence="3.1 other runnable tasks on average (/proc/stat procs_running)",
            ),
        )
    return ()


def _result(
    random: Random, number: int, spec, environment: str, repeat: int, factor: float, histograms: bool
) -> TrialResult:
    name, _, device, tool, metrics = spec
    drift = random.gauss(0, 1)
    samples = tuple(
        Sample(
            metric=m,
            value=abs(c * (factor if better == "higher" else 1 / factor) * (1 + s * (drift + random.gauss(0, 0.4)))),
            unit=u,
            better=better,
        )
        for m, u, better, c, s in metrics
    )
    details = {"fio_version": "fio-3.33", "iodepth": 32} if tool == "fio" else {}
    parameters = {}
    if device == "memory":
        parameters = {"cpu_node": int(name[-9]), "memory_node": int(name[-1]), "kernel": "copy"}
    latency = next((m for m in metrics if m[0] == "read.lat_p50"), None)
    path = {
        "storage": Path(file="/data/perfadvisor.bin", file_system="/data", block="nvme0n1", pci="0000:41:00.0"),
        "network": Path(nic="ens3f0", pci="0000:81:00.0"),
    }.get(device, Path())
    command = {
        "fio": (
            "fio",
            "--output-format=json+",
            "--ioengine=io_uring",
            "--direct=1",
            "--filename=/data/perfadvisor.bin",
            f"--name={name.split('/')[1]}",
            "--runtime=10",
        ),
        "iperf3": ("iperf3", "-J", "-c", "192.0.2.17", "-t", "10", "-O", "2"),
        "dmabench": ("dmabench", "copy", "--cpu-node", "0", "--memory-node", "1"),
    }[tool]
    return TrialResult(
        trial=Trial(
            number=number,
            workload=name,
            environment=environment,
            repeat=repeat,
            position=number % 12,
            runtime_s=10,
            warmup_s=2,
            parameters=parameters,
        ),
        state=TrialState.DONE,
        started=START + number * 13.4,
        duration_s=12.6,
        command=command,
        path=path,
        doubts=_doubts(name, repeat),
        output=Output(
            samples=samples,
            details=details,
            histograms=(_histogram(random, "read.lat", latency[3]),) if histograms and latency else (),
        ),
        deltas={
            "cpu.busy_share": random.uniform(0.02, 0.2),
            "interrupts.per_s": random.uniform(2e4, 9e4),
            "context_switches.per_s": random.uniform(3e4, 2e5),
        },
    )


def estimate(metric: str, unit: Unit, better, values: tuple[float, ...]) -> Estimate:
    ordered, n = sorted(values), len(values)
    known = n >= 3
    return Estimate(
        metric=metric,
        unit=unit,
        better=better,
        median=ordered[n // 2],
        coverage={5: 0.9375}.get(n, 0.95) if known else None,
        low=ordered[n // 10] if known else None,
        high=ordered[-1 - n // 10] if known else None,
        values=values,
    )


def _cell(spec, environment: str, results: tuple[TrialResult, ...]) -> Cell:
    estimates = tuple(
        estimate(m, u, b, tuple(s.value for r in results for s in r.output.samples if s.metric == m))
        for m, u, b, _, _ in spec[4]
    )
    doubts = dict.fromkeys(d for r in results for d in r.doubts)
    return Cell(workload=spec[0], environment=environment, estimates=estimates, trials=results, doubts=tuple(doubts))


ENVIRONMENTS = {
    "local": (Environment(name="local", spec="local", kind=EnvironmentKind.BARE_METAL), 1.0),
    "docker": (Environment(name="docker", spec="docker", kind=EnvironmentKind.CONTAINER, parent="local"), 0.97),
    "vm": (Environment(name="vm", spec="vm", kind=EnvironmentKind.VM, parent="local"), 0.52),
}


def cells(repeats: int, environments: tuple[str, ...], copies: int, histograms: bool) -> tuple[Cell, ...]:
    random, number, found = Random(7), 0, []
    for copy in range(copies):
        for spec in WORKLOADS:
            named = spec if not copy else (f"{spec[0]}-v{copy}", f"{spec[1]}, variant {copy}", *spec[2:])
            if copy and spec[2] == "memory":
                continue
            for environment in environments:
                results = []
                for repeat in range(repeats):
                    number += 1
                    results.append(
                        _result(random, number, named, environment, repeat, ENVIRONMENTS[environment][1], histograms)
                    )
                found.append(_cell(named, environment, tuple(results)))
    if len(environments) == 1:
        found.append(
            Cell(
                workload="network/udp-zero-copy",
                environment="local",
                estimates=(),
                trials=(),
                reason="iperf3 3.12 has no zero-copy send for UDP (needs 3.18)",
            )
        )
    return tuple(found)


def facts() -> Iterator[Fact | Absent]:
    def host(name, value, unit=Unit.NONE, source="/proc"):
        return Fact(name=name, value=value, unit=unit, source=source)

    def of(name, subject, value, unit=Unit.NONE, source="/sys"):
        return Fact(name=name, subject=subject, value=value, unit=unit, source=source)

    yield host("environment.kind", "bare-metal", source="/sys/hypervisor")
    yield host("kernel.release", "6.1.0-28-amd64", source="/proc/sys/kernel/osrelease")
    yield host("kernel.hostname", HOST, source="/proc/sys/kernel/hostname")
    yield host(
        "kernel.cmdline",
        "BOOT_IMAGE=/boot/vmlinuz-6.1.0-28-amd64 root=/dev/mapper/vg-root ro quiet",
        source="/proc/cmdline",
    )
    yield host("cpu.model_name", "AMD EPYC 7543 32-Core Processor", source="/proc/cpuinfo")
    yield host("cpu.online_count", 128, Unit.COUNT, "/sys/devices/system/cpu/online")
    yield host("cpu.package_count", 2, Unit.COUNT, "/sys/devices/system/cpu/*/topology")
    yield host("cpu.threads_per_core_max", 2, Unit.COUNT, "/sys/devices/system/cpu/*/topology")
    yield host("cpu.governors", "schedutil", source="/sys/devices/system/cpu/*/cpufreq/scaling_governor")
    yield host("cpu.scaling_driver", "acpi-cpufreq", source="/sys/devices/system/cpu/cpu0/cpufreq/scaling_driver")
    yield host("numa.node_count", 2, Unit.COUNT, "/sys/devices/system/node/online")
    yield host("numa.several_nodes", True, source="/sys/devices/system/node/online")
    yield host("numa.balancing", 1, source="/proc/sys/kernel/numa_balancing")
    yield host("memory.total_bytes", 540_871_098_368, Unit.BYTES, "/proc/meminfo")
    yield host("memory.thp_enabled", "madvise", source="/sys/kernel/mm/transparent_hugepage/enabled")
    yield host("memory.hugepages_total", 0, Unit.COUNT, "/proc/meminfo")
    yield host("iommu.present", True, source="/sys/class/iommu")
    yield host("pci.function_count", 143, Unit.COUNT, "/sys/bus/pci/devices")
    yield Absent(name="cpu.mitigations", reason="Permission denied", source="/sys/devices/system/cpu/vulnerabilities")
    for node, cpus in (("0", "0-31,64-95"), ("1", "32-63,96-127")):
        yield of("node.cpu_list", node, cpus)
        yield of("node.cpu_count", node, 64, Unit.COUNT)
        yield of("node.memory_total_bytes", node, 270_435_549_184, Unit.BYTES)
        yield of("node.distances", node, "10 32" if node == "0" else "32 10")
    yield from _devices(of)


def _devices(of) -> Iterator[Fact]:
    rows = (
        ("0000:41:00.0", 0, "Non-Volatile memory controller", "nvme", 8.0, 4, 16.0, 4, "0000:40:01.1", "is_storage"),
        ("0000:42:00.0", 0, "Non-Volatile memory controller", "nvme", 16.0, 4, 16.0, 4, "0000:40:01.2", "is_storage"),
        ("0000:81:00.0", 1, "Ethernet controller", "mlx5_core", 16.0, 8, 16.0, 16, "0000:80:03.1", "is_network"),
        ("0000:81:00.1", 1, "Ethernet controller", "mlx5_core", 16.0, 8, 16.0, 16, "0000:80:03.1", "is_network"),
        ("0000:c1:00.0", 1, "3D controller", "vfio-pci", 16.0, 16, 16.0, 16, "0000:c0:01.1", "is_display"),
        ("0000:23:00.0", 0, "Ethernet controller", "tg3", 5.0, 1, 5.0, 2, "0000:20:03.2", "is_network"),
    )
    for address, node, class_name, driver, speed, width, speed_max, width_max, root, kind in rows:
        yield of("pci.numa_node", address, node)
        yield of("pci.class_name", address, class_name)
        yield of("pci.driver", address, driver)
        yield of("pci.link_speed_gtps", address, speed, Unit.GIGATRANSFERS_PER_SECOND)
        yield of("pci.link_width", address, width, Unit.LANES)
        yield of("pci.link_expected_speed_gtps", address, speed_max, Unit.GIGATRANSFERS_PER_SECOND)
        yield of("pci.link_expected_width", address, width_max, Unit.LANES)
        yield of("pci.link_bytes_per_s", address, speed * width * 128 / 130 / 8 * 1e9 * 0.91, Unit.BYTES_PER_SECOND)
        yield of("pci.root_port", address, root)
        yield of("pci.upstream_port", address, root)
        for flag in ("is_storage", "is_network", "is_display"):
            yield of(f"pci.{flag}", address, flag == kind)
    for name, address, size, model in (
        ("nvme0n1", "0000:41:00.0", 3_840_755_982_336, "SAMSUNG MZQL23T8HCLS"),
        ("nvme1n1", "0000:42:00.0", 1_920_383_410_176, "INTEL SSDPE2KX020T8"),
    ):
        yield of("block.pci_address", name, address)
        yield of("block.size_bytes", name, size, Unit.BYTES)
        yield of("block.model", name, model)
        yield of(
            "block.scheduler",
            name,
            "none" if name == "nvme1n1" else "mq-deadline",
            source=f"/sys/block/{name}/queue/scheduler",
        )
        yield of("block.queue_count", name, 128, Unit.COUNT)
        yield of("block.is_virtual", name, False)
        yield of("block.numa_node", name, 0)
    for name, address, speed, driver in (
        ("ens3f0", "0000:81:00.0", 25e9, "mlx5_core"),
        ("ens3f1", "0000:81:00.1", 25e9, "mlx5_core"),
        ("eno1", "0000:23:00.0", 1e9, "tg3"),
    ):
        yield of("nic.pci_address", name, address)
        yield of("nic.speed_bits_per_s", name, speed, Unit.BITS_PER_SECOND)
        yield of("nic.driver", name, driver)
        yield of("nic.mtu", name, 1500, Unit.BYTES)
        yield of("nic.operstate", name, "up" if name != "ens3f1" else "down")
        yield of("nic.is_physical", name, True)
        yield of("nic.rx_queue_count", name, 63, Unit.COUNT)


def rule(rule_id: str, title: str, severity: Severity = Severity.MEDIUM, **changes) -> Rule:
    values = {
        "maturity": "stable",
        "step": "",
        "requires": (),
        "for_each": "",
        "workloads": (),
        "when": "",
        "evidence": (),
        "why": "",
        "fix": Fix(),
        "rollback": "",
        "verify": Verify(),
        "references": (),
        "threshold": "",
        "goals": (),
        "check_first": (),
        "suppresses": (),
        "cases": (),
    }
    return Rule(id=rule_id, title=title, severity=severity, **{**values, **changes})


def _finding(which: Rule, subject: str = "", outcome: Outcome = Outcome.FIRES, **changes) -> Finding:
    return Finding(
        rule=which, environment=changes.pop("environment", "local"), subject=subject, outcome=outcome, **changes
    )


def findings() -> Iterator[Finding]:
    fact = Fact
    speed = rule(
        "pcie-link-speed-degraded",
        "A PCIe link runs slower than both of its ends can",
        Severity.HIGH,
        for_each="pci",
        why="Every byte of this drive crosses this link. At 8 GT/s it carries half of what the drive and its slot are built for, "
        "and the sequential reads measured here stop at exactly that ceiling, so no software setting will make them faster.",
        fix=Fix(
            run="",
            risk="The drive goes away while it is reseated: unmount it first.",
            needs=("physical access",),
            lasts="permanent",
        ),
        verify=Verify(
            holds="pci.link_speed_gtps >= pci.link_expected_speed_gtps",
            rerun=("storage/seqread-1m-qd8",),
            experiment="Reseat the drive or move it to another slot; the link trains again when it is inserted.",
        ),
        references=("PCI Express Base Specification 4.0, section 4.2.6 (link training)",),
        check_first=("Some drives drop their link speed when idle: the speed above was read while the test ran.",),
    )
    yield _finding(
        speed,
        "0000:41:00.0",
        confidence=Confidence.LIKELY,
        title="The link of nvme0n1 runs at 8 GT/s; drive and slot can do 16 GT/s",
        fix_run="# reseat the drive, then\nlspci -vv -s 0000:41:00.0 | grep LnkSta:",
        evidence=(
            fact(
                name="pci.link_speed_gtps",
                subject="0000:41:00.0",
                value=8.0,
                unit=Unit.GIGATRANSFERS_PER_SECOND,
                source="/sys/bus/pci/devices/0000:41:00.0/current_link_speed",
            ),
            fact(
                name="pci.link_expected_speed_gtps",
                subject="0000:41:00.0",
                value=16.0,
                unit=Unit.GIGATRANSFERS_PER_SECOND,
                source="/sys/bus/pci/devices/0000:41:00.0/max_link_speed",
            ),
            fact(
                name="result.bytes_per_s",
                subject="storage/seqread-1m-qd8@local",
                value=1.742e9,
                unit=BPS,
                source="trials 4, 16, 28, 40, 52",
            ),
            fact(
                name="pci.path_bytes_per_s",
                subject="0000:41:00.0",
                value=1.79e9,
                unit=BPS,
                source="link speed x width x encoding x payload share",
            ),
        ),
    )
    ceiling = rule(
        "storage-at-link-ceiling",
        "Sequential reads are at the ceiling of the link",
        Severity.INFO,
        why="Tuning the block layer cannot help above this.",
    )
    yield _finding(
        ceiling, "storage/seqread-1m-qd8@local", confidence=Confidence.LIKELY, explained_by="pcie-link-speed-degraded"
    )
    irq = rule(
        "nic-irq-on-remote-node",
        "The NIC's interrupts are served on the other NUMA node",
        Severity.HIGH,
        for_each="nic",
        why="ens3f0 hangs on node 1, yet 92 % of its interrupts were handled on CPUs of node 0 while TCP was measured. Every packet's "
        "descriptors and data then cross the link between the sockets, and the one busy CPU spends its time waiting for it.",
        fix=Fix(
            persist="/etc/systemd/system/irq-affinity.service, or set_irq_affinity in the driver's tools",
            lasts="until-reboot",
            risk="Packets may be reordered for a moment. irqbalance undoes it: stop it or ban these interrupts.",
            needs=("root",),
        ),
        rollback="for irq in /sys/class/net/ens3f0/device/msi_irqs/*; do\n  echo 0-127 > /proc/irq/${irq##*/}/smp_affinity_list\ndone",
        verify=Verify(holds="nic.irq_remote_share < 0.1", rerun=("network/tcp-stream", "network/tcp-stream-8")),
        references=(
            "Linux kernel, Documentation/core-api/irq/irq-affinity.rst",
            "Linux kernel, Documentation/networking/scaling.rst, section RSS IRQ Configuration",
        ),
    )
    yield _finding(
        irq,
        "ens3f0",
        confidence=Confidence.LIKELY,
        fix_run="systemctl stop irqbalance\nfor irq in /sys/class/net/ens3f0/device/msi_irqs/*; do\n  echo 32-63 > /proc/irq/${irq##*/}/smp_affinity_list\ndone",
        evidence=(
            fact(name="nic.numa_node", subject="ens3f0", value=1, source="/sys/class/net/ens3f0/device/numa_node"),
            fact(
                name="nic.irq_remote_share", subject="ens3f0", value=0.9213, unit=Unit.RATIO, source="/proc/interrupts"
            ),
            fact(
                name="result.path_irq_remote_share",
                subject="network/tcp-stream@local",
                value=0.9188,
                unit=Unit.RATIO,
                source="/proc/interrupts before and after trials 6, 18, 30",
            ),
            fact(
                name="result.bits_per_s",
                subject="network/tcp-stream@local",
                value=13.9e9,
                unit=BITS,
                source="trials 6, 18, 30, 42, 54",
            ),
            Absent(
                name="nic.rx_usecs",
                subject="ens3f0",
                reason="the driver does not report it",
                source="netlink:ethtool/coalesce/ens3f0",
            ),
        ),
    )
    scheduler = rule(
        "nvme-scheduler-not-none",
        "An NVMe drive has an I/O scheduler in front of it",
        Severity.LOW,
        for_each="block",
        why="The drive orders its own requests. mq-deadline takes a lock on each one, which costs most at small blocks and many CPUs.",
        fix=Fix(
            run="echo none > /sys/block/{block}/queue/scheduler",
            persist='echo \'ACTION=="add|change", KERNEL=="nvme*", ATTR{queue/scheduler}="none"\' > /etc/udev/rules.d/60-nvme.rules',
            lasts="until-reboot",
            risk="None known.",
            needs=("root",),
        ),
        verify=Verify(holds='block.scheduler == "none"', rerun=("storage/randread-4k-qd32",)),
    )
    yield _finding(
        scheduler,
        "nvme0n1",
        fix_run="echo none > /sys/block/nvme0n1/queue/scheduler",
        rollback="echo mq-deadline > /sys/block/nvme0n1/queue/scheduler",
        evidence=(
            fact(
                name="block.scheduler",
                subject="nvme0n1",
                value="mq-deadline",
                source="/sys/block/nvme0n1/queue/scheduler",
            ),
        ),
    )
    ring = rule(
        "nic-ring-small-drops",
        "The receive ring is small and the NIC drops packets",
        Severity.MEDIUM,
        for_each="nic",
        why="The NIC had no free buffer for some of the packets it received, while its ring uses a quarter of the entries it could.",
        fix=Fix(lasts="until-reboot", risk="The link goes down for a second on some drivers.", needs=("root",)),
        verify=Verify(rerun=("network/tcp-stream-8",), holds="result.nic_drops_no_buffer == 0"),
    )
    for nic in ("ens3f0", "ens3f1"):
        yield _finding(
            ring,
            nic,
            confidence=Confidence.LIKELY if nic == "ens3f0" else Confidence.HINT,
            fix_run=f"ethtool -G {nic} rx 4096",
            rollback=f"ethtool -G {nic} rx 1024",
            evidence=(
                fact(
                    name="nic.ring_rx", subject=nic, value=1024, unit=Unit.COUNT, source=f"netlink:ethtool/rings/{nic}"
                ),
                fact(
                    name="nic.ring_rx_max",
                    subject=nic,
                    value=4096,
                    unit=Unit.COUNT,
                    source=f"netlink:ethtool/rings/{nic}",
                ),
                fact(
                    name="nic.rx_missed",
                    subject=nic,
                    value=18_233,
                    unit=Unit.COUNT,
                    source=f"/sys/class/net/{nic}/statistics/rx_missed_errors",
                ),
            ),
        )
    for index, title in enumerate(
        (
            "CPU frequency follows the load",
            "Huge pages are reserved on one node only",
            "The test file lies on a real disk",
            "PCIe payload size matches along the path",
            "No CPU quota binds",
            "IOMMU groups are not shared",
        )
    ):
        yield _finding(rule(f"passed-rule-{index}", title), "nvme0n1" if index % 2 else "", Outcome.CLEAR)
    for name, title, missing, reason in (
        (
            "pcie-mps-below-path",
            "Payload size is below what every hop supports",
            "pci.max_payload_bytes",
            "Permission denied",
        ),
        ("pcie-relaxed-ordering-off", "Relaxed ordering is switched off", "pci.relaxed_ordering", "Permission denied"),
        (
            "nic-coalesce-latency",
            "Interrupt coalescing dominates the latency",
            "nic.rx_usecs",
            "the driver does not report it",
        ),
    ):
        which = rule(name, title, for_each="pci")
        for subject in ("0000:41:00.0", "0000:81:00.0"):
            yield _finding(
                which,
                subject,
                Outcome.UNKNOWN,
                missing=(
                    Absent(
                        name=missing, subject=subject, reason=reason, source=f"/sys/bus/pci/devices/{subject}/config"
                    ),
                ),
            )
    for name in ("vm-vcpu-not-pinned", "vm-disk-cache-mode", "container-cpu-quota-throttled"):
        yield _finding(rule(name, name.replace("-", " ")), "", Outcome.NOT_APPLICABLE)


def ratios(found: tuple[Cell, ...]) -> Iterator[EnvironmentRatio]:
    for cell in found:
        if cell.environment == "local" or not cell.estimates:
            continue
        withheld = "page cache in the result on both sides" if cell.workload == "storage/buffered-read" else ""
        factor = ENVIRONMENTS[cell.environment][1]
        head = cell.estimates[0]
        why = (
            (
                Explanation(rule_id="vm-disk-no-iothread", share=0.7),
                Explanation(rule_id="nic-irq-on-remote-node", subject="ens3f0"),
            )
            if cell.environment == "vm" and "rand" in cell.workload
            else ()
        )
        yield EnvironmentRatio(
            workload=cell.workload,
            metric=head.metric,
            better=head.better,
            environment=cell.environment,
            parent="local",
            ratio=None if withheld else factor,
            low=None if withheld else factor * 0.96,
            high=None if withheld else factor * 1.03,
            n=head.n,
            trust=cell.trust,
            withheld=withheld,
            note="guest kernel 6.1, host 6.1" if cell.environment == "vm" else "",
            counters={"interrupts.per_s": 41_200.0, "context_switches.per_s": 96_000.0, "cpu.steal_share": 0.002},
            explanations=why,
        )


def view(
    *,
    repeats: int = 5,
    environments: tuple[str, ...] = ("local",),
    copies: int = 1,
    histograms: bool = True,
    host: str = HOST,
) -> ReportView:
    """One report's worth: `repeats` trials of some 12 workloads times `copies` in each environment."""
    found = cells(repeats, environments, copies, histograms)
    table = FactTable(facts())
    results = tuple(result for cell in found for result in cell.trials)
    tree = Tree({"/proc/cpuinfo": b"x", "/sys/bus/pci/devices/0000:41:00.0/config": Unreadable("Permission denied")})
    run = Run(
        id="20261122-153000-7f3a",
        started=START,
        seed=7,
        argv=("perfadvisor", "run", "standard", "--out", "run-07"),
        state="complete",
        versions={"perfadvisor": "0.1.0", "fio": "fio-3.33", "iperf3": "iperf 3.12", "python": "3.11.7"},
        host={"name": host, "kernel": "6.1.0-28-amd64", "model": "PowerEdge R7525"},
        environments=tuple(ENVIRONMENTS[name][0] for name in environments),
        workloads=workloads(),
        plan=tuple(result.trial for result in results),
        results=results,
        before={
            name: Snapshot(environment=name, taken=START - 4, tree=tree, clock_source="tsc", version="0.1.0")
            for name in environments
        },
        after={
            name: Snapshot(
                environment=name, taken=START + 13.4 * len(results), tree=tree, clock_source="tsc", version="0.1.0"
            )
            for name in environments
        },
        notes=("The budget of 15 min left out: storage/randwrite-4k-qd32, storage/seqwrite-1m.",),
    )
    return ReportView(
        source="run-07",
        now="2026-11-22 17:30 UTC",
        version="0.1.0",
        run=run,
        cells=found,
        findings=tuple(findings()),
        facts=dict.fromkeys(environments, table),
        ratios=tuple(ratios(found)),
        meanings={"nic.irq_remote_share": "Share of this NIC's interrupts counted on CPUs of other nodes"},
    )
