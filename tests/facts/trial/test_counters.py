"""Counter differences against readings whose answers were worked out by hand; silence where nothing is known."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.facts.trial import counters
from perfadvisor.facts.trial.counters import deltas, patterns
from perfadvisor.model.result import IoPath
from perfadvisor.model.tree import Symlink, Tree

VDA = "/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0"
MACHINE = Tree(
    {
        "/sys/bus/pci/devices/0000:01:00.0": Symlink(f"../../..{VDA}".replace("/sys", "", 1)),
        "/sys/bus/pci/devices/0000:00:01.0": Symlink("../../../devices/pci0000:00/0000:00:01.0"),
        f"{VDA}/numa_node": b"0\n",
        f"{VDA}/msi_irqs/24": b"msix\n",
        f"{VDA}/msi_irqs/25": b"msix\n",
        "/sys/devices/system/node/node0/cpulist": b"0\n",
        "/sys/devices/system/node/node1/cpulist": b"1\n",
        "/sys/devices/system/node/node0/distance": b"10 21\n",
        "/sys/devices/system/node/node1/distance": b"21 10\n",
    }
)
NO_PATH = IoPath()
DISK = IoPath(block="vda", pci="0000:01:00.0")
CGROUP = {
    "/proc/self/cgroup": b"1:cpu:/a/b\n",
    "/proc/self/mountinfo": b"1 2 0:3 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n",
}


def moved(before: dict[str, bytes], after: dict[str, bytes], *, path: IoPath = NO_PATH, seconds: float = 10.0):
    return deltas(Tree(before), Tree(after), seconds=seconds, path=path, machine=MACHINE)


def test_cpu_time() -> None:
    before = b"cpu 0 0 0 0 0 0 0 0 0 0\ncpu0 0 0 0 0 0 0 0 0\ncpu1 0 0 0 0 0 0 0 0\nintr 1000 1 2\nctxt 50\n"
    after = b"cpu 100 0 100 600 100 0 50 50 0 0\ncpu0 90 0 100 50 50 0 10 0\ncpu1 10 0 0 550 50 0 40 50\n"
    found = moved({"/proc/stat": before}, {"/proc/stat": after + b"intr 6000 1 2\nctxt 250\n"})
    assert found == pytest.approx(
        {
            "cpu.steal_share": 0.05,
            "cpu.idle_share": 0.6,
            "cpu.iowait_share": 0.1,
            "cpu.busy_share": 0.3,
            "cpu.max_busy_share": 2 / 3,
            "cpu.max_softirq_share": 40 / 700,
            "interrupts.per_s": 500,
            "context_switches.per_s": 20,
        }
    )


def test_a_cpu_that_came_or_went_and_idle_time_running_backwards() -> None:
    before = b"cpu 0 0 0 10 0 0 0 0\ncpu0 0 0 0 10 0 0 0 0\n"
    after = b"cpu 10 0 0 9 0 0 0 0\ncpu0 10 0 0 9 0 0 0 0\ncpu1 5 0 0 5 0 0 0 0\n"
    found = moved({"/proc/stat": before}, {"/proc/stat": after})
    assert (found["cpu.busy_share"], found["cpu.max_busy_share"]) == (1.0, 1.0)


def test_interrupts_follow_the_device_to_its_new_numbers() -> None:
    """The device came back since the run began: 24 and 25 are another's by now."""
    bus = "/sys/bus/pci/devices/0000:01:00.0/msi_irqs"
    before = {"/proc/interrupts": b" CPU0 CPU1\n 24: 0 0 PCI-MSI other\n 57: 10 0 PCI-MSI x\n", f"{bus}/57": b"msix\n"}
    after = {"/proc/interrupts": b" CPU0 CPU1\n 24: 900 0 PCI-MSI other\n 57: 40 0 PCI-MSI x\n", f"{bus}/57": b"msix\n"}
    assert moved(before, after, path=DISK)["path.irq.count"] == 30
    replaced = {name: value for name, value in after.items() if not name.startswith(bus)} | {f"{bus}/58": b"msix\n"}
    assert "path.irq.count" not in moved(before, replaced, path=DISK), "in the middle of the trial: nobody's"


def test_interrupts_of_the_device_on_the_way() -> None:
    before = b"     CPU0 CPU1\n 24:  10  0 PCI-MSI x\n 25:  0  0 PCI-MSI y\n 26: 5 5 PCI-MSI other\n"
    after = b"     CPU0 CPU1\n 24:  40  0 PCI-MSI x\n 25:  0  70 PCI-MSI y\n 26: 900 900 PCI-MSI other\n"
    stat = (b"cpu1 0 0 0 0 0 0 0 0\n", b"cpu1 0 0 10 60 0 0 30 0\n")
    found = moved(
        {"/proc/interrupts": before, "/proc/stat": stat[0]},
        {"/proc/interrupts": after, "/proc/stat": stat[1]},
        path=DISK,
    )
    assert {name: value for name, value in found.items() if name.startswith("path.irq")} == pytest.approx(
        {
            "path.irq.count": 100,
            "path.irq.per_s": 10,
            "path.irq.max_cpu_share": 0.7,
            "path.irq.remote_share": 0.7,
            "path.irq.hot_cpu_softirq_share": 0.3,
        }
    )


def test_a_way_without_a_device_has_no_device_counters() -> None:
    table = {"/proc/interrupts": b" CPU0\n 24: 10 PCI-MSI x\n", "/proc/diskstats": b"254 0 vda 1 1 1 1 1 1 1 1 1 1 1\n"}
    assert moved(table, table) == {}


def test_disk_statistics() -> None:
    before = b" 254 0 vda 10 0 100 5 20 0 200 5 0 1000 10\n 254 1 vdab 1 1 1 1 1 1 1 1 1 1 1\n"
    after = b" 254 0 vda 99 0 300 9 99 0 250 9 0 6000 99\n 254 1 vdab 9 9 9 9 9 9 9 9 9 9 9\n"
    found = moved({"/proc/diskstats": before}, {"/proc/diskstats": after}, path=DISK)
    assert (found["path.block.read_bytes"], found["path.block.write_bytes"]) == (200 * 512, 50 * 512)
    assert found["path.block.busy_share"] == 0.5


def test_nic_statistics_never_count_one_loss_twice() -> None:
    nic = IoPath(nic="eth0")
    base = "/sys/class/net/eth0/statistics/"

    def reading(packets: int, dropped: int, missed: int, driver: bytes) -> dict[str, bytes]:
        numbers = {"rx_packets": packets, "rx_dropped": dropped, "rx_missed_errors": missed}
        files = {base + name: b"%d\n" % value for name, value in numbers.items()}
        return files | {"$ ethtool -S eth0": driver}

    found = moved(
        reading(100, 1, 0, b"NIC statistics:\n     rx_out_of_buffer: 5\n     outbound_pci_stalled_wr_events: 1\n"),
        reading(900, 4, 7, b"NIC statistics:\n     rx_out_of_buffer: 12\n     outbound_pci_stalled_wr_events: 3\n"),
        path=nic,
    )
    assert found == {
        "path.nic.rx_packets": 800,
        "path.nic.rx_dropped": 3,
        "path.nic.rx_no_buffer": 7,
        "path.nic.pci_stall_events": 2,
    }
    without = moved(reading(1, 1, 1, b""), reading(2, 1, 1, b""), path=nic)
    assert "path.nic.pci_stall_events" not in without
    assert without["path.nic.rx_no_buffer"] == 0


def test_softnet_is_hexadecimal_and_summed_over_cpus() -> None:
    found = moved(
        {"/proc/net/softnet_stat": b"000000ff 00000001 0000000a 0\n000000ff 00000000 00000000 0\n"},
        {"/proc/net/softnet_stat": b"00000fff 00000002 0000000f 0\n00000fff 00000010 00000000 0\n"},
    )
    assert found == {"softnet.dropped": 17, "softnet.squeezed": 5}


def test_memory_tcp_and_pressure() -> None:
    vmstat = b"pgmajfault %d\nnuma_hit %d\nnuma_miss %d\npswpin %d\npswpout %d\n"
    snmp = b"Ip: A B\nIp: 1 2\nTcp: X RetransSegs Y\nTcp: 1 %d 3\n"
    some = b"some avg10=0.00 avg60=0.00 avg300=0.00 total=%d\nfull avg10=0.00 total=5\n"
    found = moved(
        {"/proc/vmstat": vmstat % (1, 2, 3, 4, 5), "/proc/net/snmp": snmp % 7, "/proc/pressure/memory": some % 0},
        {"/proc/vmstat": vmstat % (2, 4, 6, 8, 10), "/proc/net/snmp": snmp % 9, "/proc/pressure/memory": some % 10**6},
    )
    assert found == {
        "vmstat.major_faults": 1,
        "vmstat.numa_hit": 2,
        "vmstat.numa_miss": 3,
        "vmstat.swapped_pages": 9,
        "tcp.retransmits": 2,
        "pressure.memory_some_share": pytest.approx(0.1),
    }


def test_throttling_is_that_of_the_worst_package() -> None:
    file = "/sys/devices/system/cpu/cpu{}/thermal_throttle/package_throttle_count"
    before = {file.format(0): b"5", file.format(1): b"5", file.format(2): b"0"}
    after = {file.format(0): b"8", file.format(1): b"8", file.format(2): b"1"}
    assert moved(before, after) == {"thermal.throttle_events": 3}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (
            b"nr_periods 10\nnr_throttled 1\nthrottled_time 5\n",
            b"nr_periods 60\nnr_throttled 41\nthrottled_time 105\n",
            {"cgroup.periods": 50, "cgroup.throttled": 40, "cgroup.throttled_ns": 100},
        ),
        (
            b"nr_periods 0\nnr_throttled 0\nthrottled_usec 0\nusage_usec 5\n",
            b"nr_periods 4\nnr_throttled 2\nthrottled_usec 3\nusage_usec 7\n",
            {"cgroup.periods": 4, "cgroup.throttled": 2, "cgroup.throttled_ns": 3000, "cgroup.used_ns": 2000},
        ),
        (b"usage_usec 5\n", b"usage_usec 50\n", {}),
        (
            b"nr_periods 0\nnr_throttled 0\n",
            b"nr_periods 0\nnr_throttled 0\n",
            {"cgroup.periods": 0, "cgroup.throttled": 0},
        ),
    ],
)
def test_quota_stops_of_the_group_or_one_above(before, after, expected) -> None:
    above = "/sys/fs/cgroup/cpu/a/cpu.stat"
    own = {"/sys/fs/cgroup/cpu/a/b/cpu.stat": b"nr_periods 0\nnr_throttled 0\n"} if expected else {}
    assert moved(CGROUP | own | {above: before}, CGROUP | own | {above: after}) == expected


def test_cpu_time_used_is_counted_by_a_controller_of_its_own_in_version_1_or_bounded_by_the_quota() -> None:
    roots = {name: f"/sys/fs/cgroup/{name}" for name in ("cpu", "cpuacct")}
    mounts = "".join(f"1 2 0:3 / {root} rw - cgroup cgroup rw,{name}\n" for name, root in roots.items())
    joined = {"/proc/self/cgroup": b"2:cpuacct:/a\n1:cpu:/a\n", "/proc/self/mountinfo": mounts.encode()}

    def counted(stopped: int, used: int) -> dict[str, bytes]:
        stat = f"nr_periods {stopped}\nnr_throttled {stopped}\nthrottled_time {stopped}\n"
        return joined | {
            f"{roots['cpu']}/a/cpu.stat": stat.encode(),
            f"{roots['cpuacct']}/a/cpuacct.usage": b"%d" % used,
        }

    found = moved(counted(1, 100), counted(3, 500))
    assert (found["cgroup.throttled_ns"], found["cgroup.used_ns"]) == (2, 400)
    elsewhere = {"/proc/self/cgroup": b"2:cpuacct:/other\n1:cpu:/a\n"}
    assert "cgroup.used_ns" not in moved(counted(1, 100) | elsewhere, counted(3, 500) | elsewhere)
    quota = {f"{roots['cpu']}/a/cpu.cfs_quota_us": b"20000\n"} | elsewhere
    most = moved(counted(1, 100) | quota, counted(3, 500) | quota)["cgroup.used_ns"]
    assert most == 2 * 20_000_000, "no more than the quota in each of two periods"
    unlimited = {f"{roots['cpu']}/a/cpu.cfs_quota_us": b"-1\n"} | elsewhere
    assert "cgroup.used_ns" not in moved(counted(1, 100) | unlimited, counted(3, 500) | unlimited)


def test_pcie_errors_of_the_device_and_the_ports_above() -> None:
    files = {source for source in patterns(DISK, MACHINE) if "aer" in source}
    assert len(files) == 4
    port, own = "/sys/devices/pci0000:00/0000:00:01.0", VDA
    links = dict(MACHINE.items())

    def reading(port_errors: int, own_errors: int) -> Tree:
        text = b"RxErr 1\nTOTAL_ERR_COR %d\n"
        return Tree(
            links | {f"{port}/aer_dev_correctable": text % port_errors, f"{own}/aer_dev_correctable": text % own_errors}
        )

    found = deltas(reading(1, 1), reading(3, 5), seconds=1, path=DISK, machine=MACHINE)
    assert found == {"aer.correctable": 6}


def test_a_counter_that_fell_is_unknown() -> None:
    assert moved({"/proc/vmstat": b"pgmajfault 9\n"}, {"/proc/vmstat": b"pgmajfault 1\n"}) == {}


def test_no_time_no_rates() -> None:
    stat = {"/proc/stat": b"cpu 1 1 1 1 1 1 1 1\nintr 5\n"}
    assert moved(stat, stat, seconds=0) == {}


SOURCES = st.sampled_from(
    [
        "/proc/stat",
        "/proc/diskstats",
        "/proc/interrupts",
        "/proc/vmstat",
        "/proc/net/softnet_stat",
        "/proc/net/snmp",
        "/proc/pressure/memory",
        "$ ethtool -S eth0",
        "/sys/fs/cgroup/cpu/a/b/cpu.stat",
    ]
)
WORDS = st.sampled_from(
    [
        "cpu",
        "cpu0",
        "intr",
        "ctxt",
        "vda",
        "Tcp:",
        "some",
        "total=",
        "nr_periods",
        " ",
        "\n",
        "9" * 30,
        "-1",
        "CPU0",
        "\0",
    ]
)
READINGS = st.dictionaries(
    SOURCES, st.one_of(st.binary(max_size=60), st.lists(WORDS, max_size=20).map(lambda w: " ".join(w).encode()))
)


@given(READINGS, READINGS)
@settings(max_examples=100, deadline=None)
def test_any_bytes_give_finite_numbers_or_nothing(before, after) -> None:
    for path in (DISK, IoPath(nic="eth0")):
        for name, value in moved(CGROUP | before, CGROUP | after, path=path).items():
            assert 0 <= value < float("inf"), name


def test_this_machine_really_counts() -> None:
    from perfadvisor.targets.here.capture import capture

    tree = capture(counters.PATTERNS)
    found = deltas(tree, tree, seconds=1, path=IoPath(), machine=tree)
    assert {"interrupts.per_s", "vmstat.major_faults"} <= found.keys()
