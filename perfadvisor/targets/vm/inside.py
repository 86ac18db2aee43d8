"""What of the functions passed through to a guest is there, as the guest itself sees it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from perfadvisor.facts.block import path as block_path
from perfadvisor.model.tree import Tree
from perfadvisor.targets.lending.pci_group import DEVICES, ROOT, function, text_of
from perfadvisor.targets.vm.network import addressed

STORAGE = "0x01"  # base class of disk controllers
# The shell reads by itself: an emulated guest takes a third of a second to start a program.
FUNCTIONS = "for d in /sys/bus/pci/devices/*; do read -r v <$d/vendor; read -r w <$d/device; echo ${d##*/} $v $w; done"


@dataclass(frozen=True, kw_only=True)
class Inside:
    """`lent` are the functions' addresses on this machine, `said` runs a shell script in the guest and gives what it
    printed, `tree` reads the guest."""

    lent: Sequence[str]
    said: Callable[[str], str]
    tree: Callable[[Sequence[str]], Tree]

    def arrived(self) -> str:
        """Not empty as soon as the guest has them, disks included."""
        return self.disk() if self.expects_disks() else " ".join(sorted(self.functions()))

    def disk(self) -> str:
        """The first disk in the guest that is attached to one of them."""
        tree, ours = self.tree(block_path.PATTERNS), self.functions()
        found = (name for name in block_path.devices(tree) if name.startswith(("nvme", "sd")))
        return next((name for name in found if block_path.pci_address(tree, name) in ours), "")

    def functions(self) -> frozenset[str]:
        """Functions in the guest with the vendor and device numbers of those that were bound."""
        ours = {_identity(ROOT / DEVICES / address) for address in self.lent}
        rows = [line.split() for line in self.said(FUNCTIONS).splitlines()]
        return frozenset(row[0] for row in rows if len(row) == 3 and (row[1], row[2]) in ours)

    def give_address(self, address: str) -> str:
        """Give the network interface among them this address; its name as soon as it has a carrier."""
        return self.said(addressed(address, self.functions()))

    def expects_disks(self) -> bool:
        """Whether a disk controller is among them."""
        return any(function(address).device_class.startswith(STORAGE) for address in self.lent)


def _identity(folder: Path) -> tuple[str, str]:
    return text_of(folder / "vendor"), text_of(folder / "device")
