"""What a guest shows of itself that its host's definition of it also holds: its UUID and the serials of its disks."""

from collections.abc import Iterator

from perfadvisor.facts.block import path as block_path
from perfadvisor.facts.guest.spec import BY_NAME
from perfadvisor.facts.reading import reader
from perfadvisor.model.fact import Absent, Fact, FactSpec
from perfadvisor.model.tree import Tree

_UUID = "/sys/class/dmi/id/product_uuid"
PATTERNS: tuple[str, ...] = (_UUID, "/sys/block/*/serial", "/sys/block/*/device/serial")
# The specs stand in the guests' catalogue.
CATALOGUE: tuple[FactSpec, ...] = ()


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """The machine's UUID (readable by root alone) and each disk's serial."""
    yield reader.text_fact(BY_NAME["environment.machine_uuid"], tree, _UUID)
    for disk in block_path.devices(tree):
        found = reader.first_text(tree, f"/sys/block/{disk}/serial", f"/sys/block/{disk}/device/serial")
        source, serial = found or (f"/sys/block/{disk}/serial", None)
        yield BY_NAME["block.serial"].given(serial, source=source, subject=disk, reason="it shows none")
