"""InfiniBand and RoCE ports: rate, state and what they run over."""

import re
from collections.abc import Iterator

from perfadvisor.facts.pci.address import owner
from perfadvisor.facts.reading.reader import fact, text_fact
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature, SpecMaker
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

CLASS = "/sys/class/infiniband"
_WIDTH = re.compile(r"\(([1-9][0-9]?)X\b", re.ASCII)
PATTERNS = (*(f"{CLASS}/*/ports/*/{name}" for name in ("rate", "state", "link_layer")), f"{CLASS}/*/device")


_spec = SpecMaker("infiniband", Nature.IDENTITY)


RATE = _spec("rate", str, "signalling rate and width, 100 Gb/sec (4X EDR)")
LANES = FactSpec(
    name="infiniband.lanes",
    type=int,
    unit=Unit.LANES,
    subject="infiniband",
    meaning="lanes in use, the 4 of 4X EDR",
    nature=Nature.IDENTITY,
)
STATE = _spec("state", str, "logical state, 4: ACTIVE", nature=Nature.MEASURED)
LINK_LAYER = _spec("link_layer", str, "InfiniBand or Ethernet")
PCI = _spec("pci_address", str, "PCI function of the adapter", refers_to="pci")
CATALOGUE = (RATE, LANES, STATE, LINK_LAYER, PCI)


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """Every port, as "mlx5_0/1"."""
    for device in tree.names(CLASS):
        path = f"{CLASS}/{device}"
        address = owner(tree.realpath(path)) or owner(tree.realpath(f"{path}/device"))
        for port in tree.names(f"{path}/ports"):
            subject = f"{device}/{port}"
            for spec, name in ((RATE, "rate"), (STATE, "state"), (LINK_LAYER, "link_layer")):
                yield text_fact(spec, tree, f"{path}/ports/{port}/{name}", subject=subject)
            yield _lanes(tree, f"{path}/ports/{port}/rate", subject)
            yield PCI.given(address, source=path, subject=subject, reason="no PCI function behind it")


def _lanes(tree: Tree, source: str, subject: str) -> Fact | Absent:
    """The width in "100 Gb/sec (4X EDR)" (ABI/stable/sysfs-class-infiniband, rate)."""
    match = _WIDTH.search(tree.text(source) or "")
    return fact(LANES, tree, source, int(match.group(1)) if match else None, subject=subject)
