"""Which PCI functions of this machine could be bound to vfio-pci now, for whoever has to name one."""

from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from perfadvisor.errors import PerfAdvisorError
from perfadvisor.targets.lending import vfio
from perfadvisor.targets.lending.pci_group import DEVICES, ROOT, Function, function, group_of

STORAGE, NETWORK = "0x01", "0x02"  # base classes; no USB or display controller by mistake


def lendable(most: int, root: Path = ROOT) -> tuple[Function, ...]:
    """The first few, those without a driver in front: disks, NICs, and what has no driver."""
    found = [function(folder.name, root) for folder in sorted((root / DEVICES).glob("*"))]
    likely = [one for one in found if not one.is_bridge and _is_likely(one)]
    return tuple(islice(_free(sorted(likely, key=lambda one: bool(one.driver)), root), most))


def _is_likely(one: Function) -> bool:
    return not one.driver or one.device_class.startswith((STORAGE, NETWORK))


def _free(functions: list[Function], root: Path) -> Iterator[Function]:
    for one in functions:
        with suppress(PerfAdvisorError):
            vfio.require_lendable(group_of(one.address, root), [one.address], root)
            yield one
