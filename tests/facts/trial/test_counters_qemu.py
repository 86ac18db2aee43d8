"""Readings of a QEMU's threads and of a function's interrupts on the host, and the facts that come of them."""

from pathlib import Path

import pytest

from perfadvisor.facts.trial import counters_qemu, own_guests
from perfadvisor.model.snapshot import Snapshot, Window
from perfadvisor.model.tree import Tree

NAMES = {"70": "qemu-system-x86", "71": "CPU 0/KVM", "72": "CPU 1/KVM", "73": "IO disk-thread", "74": "vhost-70"}


def reading(
    on_cpu_s: dict[str, float], moves: dict[str, int], interrupts: int = 0, *, function: str = "0000:81:00.0"
) -> Tree:
    found = {}
    for thread, name in NAMES.items():
        folder = f"host:/proc/70/task/{thread}"
        found[f"{folder}/comm"] = name.encode() + b"\n"
        found[f"{folder}/schedstat"] = b"%d 5 6\n" % (on_cpu_s.get(thread, 0.0) * 1e9)
        if thread in moves:
            moved = f"se.nr_migrations                             : {moves[thread]:>20}\n"
            found[f"{folder}/sched"] = f"{name} (70, #threads: 5)\n------\n{moved}".encode()
    found["host:/proc/interrupts"] = (
        "           CPU0       CPU1\n"
        f" 40:   {interrupts}   7  IR-PCI-MSIX-{function} 0-edge      vfio-msix[0]({function})\n"
        f" 41:   {2 * interrupts}   0  IR-PCI-MSIX-{function} 1-edge      vfio-msix[1]({function})\n"
    ).encode()
    return Tree(found)


def test_what_rose_between_two_readings() -> None:
    before = reading({"73": 1.0, "74": 2.0, "71": 5.0}, {"71": 10, "72": 20}, 1000)
    after = reading({"73": 2.9, "74": 2.5, "71": 7.0}, {"71": 14, "72": 26}, 2000)
    found = dict(counters_qemu.deltas(before, after, 2.0))
    assert found == {
        "qemu.iothread_busy_share": pytest.approx(0.95),
        "qemu.vhost_busy_share": pytest.approx(0.25),
        "qemu.vcpu_migrations_per_s": 5.0,
        "vfio.interrupts_per_s": 1500.0,
    }


def test_a_kernel_that_does_not_count_migrations_leaves_them_unknown() -> None:
    found = dict(counters_qemu.deltas(reading({}, {"71": 1}), reading({}, {"71": 2}), 1.0))
    assert found["qemu.vcpu_migrations_per_s"] is None, "one of the two vCPUs was not counted"
    assert found["qemu.iothread_busy_share"] == 0.0, "counted, and idle"


def test_two_functions_are_not_added_up() -> None:
    def both(count: int) -> Tree:
        other = reading({}, {}, count, function="0000:82:00.0").read("host:/proc/interrupts") or b""
        one = reading({}, {}, count).read("host:/proc/interrupts") or b""
        return Tree({"host:/proc/interrupts": one + b"".join(other.replace(b" 4", b" 5").splitlines(True)[1:])})

    found = counters_qemu.handed_on(both(0), both(10))
    assert found == {"0000:81:00.0": 30.0, "0000:82:00.0": 30.0}
    assert dict(counters_qemu.deltas(both(0), both(10), 1.0))["vfio.interrupts_per_s"] is None


def test_nothing_read_nothing_said() -> None:
    assert [value for _, value in counters_qemu.deltas(Tree({}), Tree({}), 1.0) if value is not None] == []


def test_the_host_keeps_the_lines_of_its_own_functions_alone(tmp_path: Path) -> None:
    from perfadvisor.targets.vm import qemu_counts

    task = tmp_path / "proc/70/task/73"
    task.mkdir(parents=True)
    (task / "comm").write_text("IO disk-thread\n")
    lines = reading({}, {}, 5).read("host:/proc/interrupts") or b""
    (tmp_path / "proc/interrupts").write_bytes(lines + b" 42:  1  1  IR-PCI-MSI  eth0 (0000:82:00.0)\n")
    tree = qemu_counts.read(70, ["0000:81:00.0"], root=str(tmp_path))
    assert tree.read("host:/proc/interrupts") == lines
    assert tree.text("host:/proc/70/task/73/comm") == "IO disk-thread"


def test_a_machine_that_was_watched_tells_of_all_its_guests() -> None:
    def threads(ns: int) -> Tree:
        return Tree(
            {
                "/proc/70/task/73/comm": b"IO disk-thread\n",
                "/proc/70/task/73/schedstat": b"%d 0 0\n" % ns,
            }
        )

    machine = Tree({"/proc/1/comm": b"init", "/proc/70/cmdline": b"qemu-system-x86_64\0-name\0web\0"})
    window = Window(seconds=10.0, before=threads(0), after=threads(9_500_000_000), gauges=())
    snapshot = Snapshot(environment="h", taken=1.0, tree=machine, clock_source="tsc", version="0", window=window)
    found = list(own_guests.facts(snapshot))
    assert [(fact.name, fact.subject, fact.value) for fact in found] == [("vm.iothread_busy_share", "web", 0.95)]
