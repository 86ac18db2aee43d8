"""What QEMU and the kernel logged when a function could not be given to a guest."""

from perfadvisor.model.fact import FactSpec, Nature, SpecMaker

_spec = SpecMaker("assignment", Nature.MEASURED)

NOT_VIABLE = "group not viable"
BUSY = "group in use"
NO_GROUP = "no IOMMU group"
DENIED = "not permitted"
LOCKED_MEMORY = "too little locked memory"
RESERVED_MEMORY = "memory reserved by the firmware"
REMAPPING = "no interrupt remapping"
REGION = "region in use"
HELD = "still used on this machine"

REFUSED = _spec(
    "refused",
    str,
    f"why it could not be given: {NOT_VIABLE}, {BUSY}, {NO_GROUP}, {DENIED}, {LOCKED_MEMORY}, {RESERVED_MEMORY},"
    f" {REMAPPING}, {REGION}, {HELD}",
)
GROUP = _spec("iommu_group", str, "IOMMU group that the message names", refers_to="iommu_group", nature=Nature.IDENTITY)
PCI = _spec("pci_address", str, "function that the message names", refers_to="pci", nature=Nature.IDENTITY)
CATALOGUE: tuple[FactSpec, ...] = (REFUSED, GROUP, PCI)
