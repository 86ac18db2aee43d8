"""A NIC's interface: waited for, moved into a network namespace, set up there, and moved out again.

When a namespace ends, the kernel gives a physical interface back to the first one (net/core/dev.c,
default_device_exit_net).
"""

import time
from collections.abc import Iterator
from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.targets.base import Command, Completed
from perfadvisor.targets.here.process import run
from perfadvisor.targets.lending.pci_group import ROOT, Function, function
from perfadvisor.targets.lending.pci_refusals import interfaces_of
from perfadvisor.targets.lending.udev import settle

READY_S = 20.0  # a driver may load firmware before its interface appears
STEP_S = 10.0


def interfaces_when_there(wanted: Function, root: Path = ROOT) -> tuple[str, ...]:
    """Its interfaces under the names they keep: udev may rename one right after it appeared."""
    deadline = time.monotonic() + READY_S
    while not interfaces_of(wanted):
        if time.monotonic() > deadline:
            driver = function(wanted.address, root).driver
            raise MeasureError(
                f"{wanted.address} got no network interface (driver: {driver or 'none'})",
                f"modprobe the driver that lspci -k -s {wanted.address} names, or see dmesg",
            )
        time.sleep(0.05)
    settle()
    return interfaces_of(wanted)


def move_in(interfaces: tuple[str, ...], address: str, pid: int) -> None:
    """Move network interfaces into the namespace of a process and set them up there, with the address if there is one.
    MeasureError where that is not allowed."""
    for command in _moves(interfaces, address, pid):
        done(run(command))


def _moves(interfaces: tuple[str, ...], address: str, pid: int) -> Iterator[Command]:
    inside = ("nsenter", f"--target={pid}", "--net", "--")
    for name in interfaces:
        yield Command(argv=("ip", "link", "set", "dev", name, "netns", str(pid)), timeout_s=STEP_S)
        if address:
            yield Command(argv=(*inside, "ip", "address", "add", address, "dev", name), timeout_s=STEP_S)
        yield Command(argv=(*inside, "ip", "link", "set", "dev", name, "up"), timeout_s=STEP_S)


def move_out(interface: str, inside: tuple[str, ...], pid: int) -> None:
    """Move it from the namespace that the words `inside` enter into that of the process `pid`. MeasureError where that
    is not allowed."""
    done(run(Command(argv=(*inside, "ip", "link", "set", "dev", interface, "netns", str(pid)), timeout_s=STEP_S)))


def wait_for_carrier(interface: str, inside: tuple[str, ...]) -> None:
    """Until the link is up at both ends. MeasureError where it does not come."""
    deadline = time.monotonic() + READY_S
    asked = Command(argv=(*inside, "ip", "-oneline", "link", "show", "dev", interface), timeout_s=STEP_S)
    while b"LOWER_UP" not in done(run(asked)).stdout:
        if time.monotonic() > deadline:
            raise MeasureError(f"{interface} has no link", f"is its cable plugged in? ethtool {interface}")
        time.sleep(0.1)


def done(completed: Completed) -> Completed:
    """A command that succeeded. MeasureError with its message where it failed."""
    if completed.returncode != 0:
        said = completed.stderr.decode("utf-8", "replace").strip()
        raise MeasureError(f"{' '.join(completed.command.argv)}: {said or completed.returncode}", "run it as root")
    return completed
