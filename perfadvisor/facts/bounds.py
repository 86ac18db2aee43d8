"""How much of one machine is read: a tree with more than any machine has is refused in a line, not after minutes.

Work grows linearly up to here (benchmarks.growth): some 15 seconds of CPU time for facts, rules and report together at
each bound.
"""

from perfadvisor.errors import InputError
from perfadvisor.facts.pci.address import DEVICES
from perfadvisor.facts.reading import interrupts
from perfadvisor.model.tree import Tree

MOST_FUNCTIONS = 25_000  # PCI functions
MOST_CELLS = 2_500_000  # counts in /proc/interrupts: lines times CPUs
MOST_CPUS = 16_384  # twice NR_CPUS of x86 with MAXSMP, the largest of any architecture
CPUS = "/sys/devices/system/cpu"


def check(tree: Tree) -> None:
    """InputError where the tree has more subjects than are read."""
    for what, found, most in (
        ("PCI functions", len(tree.names(DEVICES)), MOST_FUNCTIONS),
        ("CPUs", sum(name[3:].isdecimal() for name in tree.names(CPUS) if name.startswith("cpu")), MOST_CPUS),
        ("interrupt counts", _cells(tree.read(interrupts.SOURCE) or b""), MOST_CELLS),
    ):
        if found > most:
            raise InputError(f"{found:,} {what}: at most {most:,} are read", "give a copy of one machine alone")


def _cells(data: bytes) -> int:
    heads, _, lines = data.partition(b"\n")
    return heads.count(b"CPU") * (lines.count(b"\n") + (not lines.endswith(b"\n")))
