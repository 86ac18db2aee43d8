"""Graphics processors as `nvidia-smi` sees them: their link, and how near the nearest network adapter is."""

from perfadvisor.model.fact import FactSpec, Nature, SpecMaker
from perfadvisor.model.units import Unit

_spec = SpecMaker("gpu", Nature.IDENTITY)


PCI = _spec("pci_address", str, "its PCI function", refers_to="pci")
WIDTH = _spec("link_width", int, "lanes its link uses now", Unit.LANES)
WIDTH_POSSIBLE = _spec("link_width_possible", int, "most lanes that both ends of its link can use", Unit.LANES)
NEAREST_NIC = _spec(
    "nearest_nic_path", str, "way to the nearest adapter: PIX, PXB (switches), PHB, NODE (host bridges), SYS (sockets)"
)
CATALOGUE: tuple[FactSpec, ...] = (PCI, WIDTH, WIDTH_POSSIBLE, NEAREST_NIC)
