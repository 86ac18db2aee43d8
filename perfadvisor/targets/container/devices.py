"""Devices of this machine that go into a container: IOMMU groups through VFIO, and virtual functions of NICs.

A group is bound before the container is made, because its node must be there, and a network interface is moved into it
afterwards, because it needs the container's namespace.
"""

from dataclasses import dataclass
from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.targets.base import VfioFunction
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.container.spec import Declared
from perfadvisor.targets.lending import sriov, vfio
from perfadvisor.targets.lending.nic import interfaces_when_there
from perfadvisor.targets.lending.pci_group import ROOT, function
from perfadvisor.targets.lending.pci_refusals import network_refusals
from perfadvisor.targets.opening import Opening

NETWORK = "0x02"  # base class of network controllers
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
    names = interfaces_when_there(made, root)
    if reasons := list(network_refusals(function(made.address, root), root)):
        raise MeasureError(f"{made.address} stays with this machine: {'; '.join(reasons)}", "free it first")
    return names


def memlock(pid: int, root: Path = ROOT) -> str:
    """The limit on locked memory of a process ("unlimited", or bytes), "" where it cannot be read (proc(5), limits)."""
    try:
        lines = (root / f"proc/{pid}/limits").read_text().splitlines()
    except OSError:
        return ""
    return next((line.removeprefix(MEMLOCK).split()[0] for line in lines if line.startswith(MEMLOCK)), "")
