"""Devices of this machine that go into a container: IOMMU groups through VFIO, and virtual functions of NICs.

A group is bound before the container is made, because its node must be there, and a network interface is moved into it
afterwards, because it needs the container's namespace. When that namespace ends, the kernel gives a physical interface
back to the first one (net/core/dev.c, default_device_exit_net).
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.targets.base import Command, Completed, VfioFunction
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.container.spec import Declared
from perfadvisor.targets.here.process import installed, run
from perfadvisor.targets.lending import sriov, vfio
from perfadvisor.targets.lending.pci_group import ROOT, Function, function
from perfadvisor.targets.lending.pci_refusals import interfaces_of, network_refusals
from perfadvisor.targets.opening import Opening

NETWORK = "0x02"  # base class of network controllers
READY_S = 20.0  # a driver may load firmware before its interface appears
STEP_S = 10.0
MEMLOCK = "Max locked memory"


@dataclass(frozen=True, kw_only=True)
class Given:
    """What one container gets: groups of functions, and interfaces to be moved into it."""

    passed: tuple[VfioFunction, ...] = ()
    interfaces: tuple[str, ...] = ()

    def arguments(self) -> tuple[str, ...]:
        """The options of `docker run` and `podman run`. Memory that a device reaches is pinned, and what is pinned
        counts as locked (drivers/vfio/vfio_iommu_type1.c, vfio_lock_acct)."""
        if not self.passed:
            return ()
        nodes = dict.fromkeys(f"--device=/dev/vfio/{one.group}" for one in self.passed)
        return ("--device=/dev/vfio/vfio", *nodes, "--ulimit=memlock=-1:-1")


def give(declared: Declared, opening: Opening, book: Journal, root: Path = ROOT) -> Given:
    """Have what was declared ready to go into a container. MeasureError, with the reason, where it is unavailable."""
    vfio.require_not_measured(declared.vfio, opening.device, root)
    wanted = [address for address in declared.vfio if address not in opening.lent]
    if wanted:
        vfio.lend(wanted, book, root)
    interfaces = tuple(name for physical in declared.vf for name in _virtual(physical, book, root))
    return Given(passed=vfio.passed(declared.vfio, root), interfaces=interfaces)


def _virtual(physical: str, book: Journal, root: Path) -> tuple[str, ...]:
    """The interfaces of a new virtual function of this NIC."""
    owner = function(physical, root)
    if not owner.device_class.startswith(NETWORK):
        raise MeasureError(
            f"{owner.address} is not a NIC: a container gets network interfaces of virtual functions",
            f"vm:vf={owner.address}, or vfio=BDF with one of its functions",
        )
    made = sriov.make_one(owner.address, book, root, driven=True)
    names = _interfaces_when_there(made, root)
    if reasons := list(network_refusals(function(made.address, root), root)):
        raise MeasureError(f"{made.address} stays with this machine: {'; '.join(reasons)}", "free it first")
    return names


def _interfaces_when_there(made: Function, root: Path) -> tuple[str, ...]:
    """Its interfaces under the names they keep: udev may rename one right after it appeared."""
    deadline = time.monotonic() + READY_S
    while not interfaces_of(made):
        if time.monotonic() > deadline:
            driver = function(made.address, root).driver
            raise MeasureError(
                f"the virtual function {made.address} got no network interface (driver: {driver or 'none'})",
                f"modprobe the driver that lspci -k -s {made.address} names, or see dmesg",
            )
        time.sleep(0.05)
    if installed("udevadm"):
        run(Command(argv=("udevadm", "settle", f"--timeout={STEP_S:.0f}"), timeout_s=2 * STEP_S))
    return interfaces_of(made)


def move_in(interfaces: tuple[str, ...], address: str, pid: int) -> None:
    """Move network interfaces into the namespace of a container's first process and set them up there, with the address
    if there is one. MeasureError where that is not allowed."""
    for command in _moves(interfaces, address, pid):
        _done(run(command))


def _moves(interfaces: tuple[str, ...], address: str, pid: int) -> Iterator[Command]:
    inside = ("nsenter", f"--target={pid}", "--net", "--")
    for name in interfaces:
        yield Command(argv=("ip", "link", "set", "dev", name, "netns", str(pid)), timeout_s=STEP_S)
        if address:
            yield Command(argv=(*inside, "ip", "address", "add", address, "dev", name), timeout_s=STEP_S)
        yield Command(argv=(*inside, "ip", "link", "set", "dev", name, "up"), timeout_s=STEP_S)


def _done(completed: Completed) -> None:
    if completed.returncode != 0:
        said = completed.stderr.decode("utf-8", "replace").strip()
        raise MeasureError(f"{' '.join(completed.command.argv)}: {said or completed.returncode}", "run it as root")


def memlock(pid: int, root: Path = ROOT) -> str:
    """The limit on locked memory of a process ("unlimited", or bytes), "" where it cannot be read (proc(5), limits)."""
    try:
        lines = (root / f"proc/{pid}/limits").read_text().splitlines()
    except OSError:
        return ""
    return next((line.removeprefix(MEMLOCK).split()[0] for line in lines if line.startswith(MEMLOCK)), "")
