"""Graphics processors as `nvidia-smi` sees them: their link, and how near the nearest network adapter is."""

from perfadvisor.model.fact import FactSpec, Nature
from perfadvisor.model.units import Unit


def _spec(
    name: str, kind: type[int] | type[str], meaning: str, unit: Unit = Unit.NONE, refers_to: str = ""
) -> FactSpec:
    return FactSpec(
        name=f"gpu.{name}",
        type=kind,
        unit=unit,
        subject="gpu",
        meaning=meaning,
        nature=Nature.IDENTITY,
        refers_to=refers_to,
    )


PCI = _spec("pci_address", str, "its PCI function", refers_to="pci")
WIDTH = _spec("link_width", int, "lanes its link uses now", Unit.LANES)
WIDTH_POSSIBLE = _spec("link_width_possible", int, "most lanes that both ends of its link can use", Unit.LANES)
NEAREST_NIC = _spec(
    "nearest_nic_path", str, "way to the nearest adapter: PIX, PXB (switches), PHB, NODE (host bridges), SYS (sockets)"
)
CATALOGUE: tuple[FactSpec, ...] = (PCI, WIDTH, WIDTH_POSSIBLE, NEAREST_NIC)
