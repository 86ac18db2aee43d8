"""Where a guest lies that is to be near a PCI function: on the function's NUMA node."""

from dataclasses import dataclass
from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.facts.reading import cpulist

ROOT = Path("/")


@dataclass(frozen=True, kw_only=True)
class Place:
    """A node of this machine and its CPUs that are online."""

    node: int
    cpus: tuple[int, ...]


def place_near(address: str, vcpus: int, root: Path = ROOT) -> Place:
    """The node of this function. MeasureError where it is not known, or has fewer CPUs than the guest."""
    node = _number(root / "sys/bus/pci/devices" / address / "numa_node")
    if node is None or node < 0:
        raise MeasureError(f"numa=near:{address}: the NUMA node of this function is not known", "choose CPUs with pin=")
    online = set(cpulist.parse(_text(root / "sys/devices/system/cpu/online")))
    cpus = tuple(
        cpu for cpu in cpulist.parse(_text(root / f"sys/devices/system/node/node{node}/cpulist")) if cpu in online
    )
    if len(cpus) < vcpus:
        raise MeasureError(
            f"numa=near:{address}: node {node} has {len(cpus)} CPUs for {vcpus} virtual CPUs",
            f"give cpus={len(cpus)}" if cpus else "choose CPUs with pin=",
        )
    return Place(node=node, cpus=cpus)


def _number(file: Path) -> int | None:
    try:
        return int(file.read_text())
    except (OSError, ValueError):
        return None


def _text(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""
