"""More subjects than any machine has are refused at once."""

import re
import time

import pytest

from perfadvisor.errors import InputError
from perfadvisor.facts import bounds, catalogue
from perfadvisor.model.tree import Directory, Symlink, Tree


def functions(count: int) -> Tree:
    addresses = (f"{n >> 13:04x}:{n >> 5 & 255:02x}:{n & 31:02x}.0" for n in range(count))
    return Tree({f"/sys/bus/pci/devices/{address}": Symlink("x") for address in addresses})


def cpus(count: int) -> Tree:
    return Tree({f"/sys/devices/system/cpu/cpu{n}": Directory() for n in range(count)})


def counts(count: int) -> Tree:
    """Lines of 500 counts."""
    line = b"1: " + b"0 " * 500 + b"\n"
    return Tree({"/proc/interrupts": b" CPU0" * 500 + b"\n" + line * (count // 500)})


@pytest.mark.parametrize(
    ("made", "most", "what"),
    [
        (functions, bounds.MOST_FUNCTIONS, "25,001 PCI functions: at most 25,000 are read"),
        (cpus, bounds.MOST_CPUS, "16,385 CPUs: at most 16,384 are read"),
        (counts, bounds.MOST_CELLS, "2,500,500 interrupt counts: at most 2,500,000 are read"),
    ],
)
def test_more_than_the_bound_is_one_line_at_once(made, most: int, what: str) -> None:
    bounds.check(made(most))
    tree = made(most + (500 if made is counts else 1))
    began = time.thread_time()
    with pytest.raises(InputError, match=f"^{re.escape(what)}$"):
        catalogue.read(tree)
    assert time.thread_time() - began < 0.5
