"""What the rules said of the made-up server: four that fire, and some of every other outcome."""

# ruff: noqa: E501 - sentences of made-up findings

from collections.abc import Iterator

from perfadvisor.model.fact import Absent, Fact
from perfadvisor.model.rule import Confidence, Finding, Fix, Outcome, Rule, Severity, Verify
from perfadvisor.model.units import Unit
from tests.report.synthetic.rules import finding, rule
from tests.report.synthetic.workloads import BITS, BPS


def findings() -> Iterator[Finding]:
    yield from slow_link()
    yield from far_interrupts()
    yield from scheduler_in_front()
    yield from small_rings()
    yield from passed()
    yield from unknown()
    yield from not_applicable()


def slow_link_rule() -> Rule:
    return rule(
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


def slow_link() -> Iterator[Finding]:
    yield finding(
        slow_link_rule(),
        "0000:41:00.0",
        confidence=Confidence.LIKELY,
        title="The link of nvme0n1 runs at 8 GT/s; drive and slot can do 16 GT/s",
        fix_run="# reseat the drive, then\nlspci -vv -s 0000:41:00.0 | grep LnkSta:",
        evidence=(
            Fact(
                name="pci.link_speed_gtps",
                subject="0000:41:00.0",
                value=8.0,
                unit=Unit.GIGATRANSFERS_PER_SECOND,
                source="/sys/bus/pci/devices/0000:41:00.0/current_link_speed",
            ),
            Fact(
                name="pci.link_expected_speed_gtps",
                subject="0000:41:00.0",
                value=16.0,
                unit=Unit.GIGATRANSFERS_PER_SECOND,
                source="/sys/bus/pci/devices/0000:41:00.0/max_link_speed",
            ),
            Fact(
                name="result.bytes_per_s",
                subject="storage/seqread-1m-qd8@local",
                value=1.742e9,
                unit=BPS,
                source="trials 4, 16, 28, 40, 52",
            ),
            Fact(
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
    yield finding(
        ceiling, "storage/seqread-1m-qd8@local", confidence=Confidence.LIKELY, explained_by="pcie-link-speed-degraded"
    )


def far_interrupts_rule() -> Rule:
    return rule(
        "nic-irq-on-remote-node",
        "The NIC's interrupts are served on the other NUMA node",
        Severity.HIGH,
        for_each="nic",
        why="ens3f0 is attached to node 1, yet 92 % of its interrupts were handled on CPUs of node 0 while TCP was measured. Every packet's "
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


def far_interrupts() -> Iterator[Finding]:
    yield finding(
        far_interrupts_rule(),
        "ens3f0",
        confidence=Confidence.LIKELY,
        fix_run="systemctl stop irqbalance\nfor irq in /sys/class/net/ens3f0/device/msi_irqs/*; do\n  echo 32-63 > /proc/irq/${irq##*/}/smp_affinity_list\ndone",
        evidence=(
            Fact(name="nic.numa_node", subject="ens3f0", value=1, source="/sys/class/net/ens3f0/device/numa_node"),
            Fact(
                name="nic.irq_remote_share", subject="ens3f0", value=0.9213, unit=Unit.RATIO, source="/proc/interrupts"
            ),
            Fact(
                name="result.path_irq_remote_share",
                subject="network/tcp-stream@local",
                value=0.9188,
                unit=Unit.RATIO,
                source="/proc/interrupts before and after trials 6, 18, 30",
            ),
            Fact(
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


def scheduler_in_front() -> Iterator[Finding]:
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
    yield finding(
        scheduler,
        "nvme0n1",
        fix_run="echo none > /sys/block/nvme0n1/queue/scheduler",
        rollback="echo mq-deadline > /sys/block/nvme0n1/queue/scheduler",
        evidence=(
            Fact(
                name="block.scheduler",
                subject="nvme0n1",
                value="mq-deadline",
                source="/sys/block/nvme0n1/queue/scheduler",
            ),
        ),
    )


def small_rings() -> Iterator[Finding]:
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
        yield finding(
            ring,
            nic,
            confidence=Confidence.LIKELY if nic == "ens3f0" else Confidence.HINT,
            fix_run=f"ethtool -G {nic} rx 4096",
            rollback=f"ethtool -G {nic} rx 1024",
            evidence=(
                Fact(
                    name="nic.ring_rx", subject=nic, value=1024, unit=Unit.COUNT, source=f"netlink:ethtool/rings/{nic}"
                ),
                Fact(
                    name="nic.ring_rx_max",
                    subject=nic,
                    value=4096,
                    unit=Unit.COUNT,
                    source=f"netlink:ethtool/rings/{nic}",
                ),
                Fact(
                    name="nic.rx_missed",
                    subject=nic,
                    value=18_233,
                    unit=Unit.COUNT,
                    source=f"/sys/class/net/{nic}/statistics/rx_missed_errors",
                ),
            ),
        )


def passed() -> Iterator[Finding]:
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
        yield finding(rule(f"passed-rule-{index}", title), "nvme0n1" if index % 2 else "", Outcome.CLEAR)


def unknown() -> Iterator[Finding]:
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
            yield finding(
                which,
                subject,
                Outcome.UNKNOWN,
                missing=(
                    Absent(
                        name=missing, subject=subject, reason=reason, source=f"/sys/bus/pci/devices/{subject}/config"
                    ),
                ),
            )


def not_applicable() -> Iterator[Finding]:
    for name in ("vm-vcpu-not-pinned", "vm-disk-cache-mode", "container-cpu-quota-throttled"):
        yield finding(rule(name, name.replace("-", " ")), "", Outcome.NOT_APPLICABLE)
