"""What the kernel logged about devices: bandwidth it found missing, faults of the IOMMU, resets, timeouts."""

from perfadvisor.model.fact import FactSpec, Nature, SpecMaker
from perfadvisor.model.units import Unit

_spec = SpecMaker("logged", Nature.MEASURED)


AVAILABLE = _spec("available_bits_per_s", float, "PCIe bandwidth that the kernel found available", Unit.BITS_PER_SECOND)
CAPABLE = _spec("capable_bits_per_s", float, "PCIe bandwidth that the function is capable of", Unit.BITS_PER_SECOND)
LIMITED_BY = _spec("limited_by", str, "the link that limits it, at its upper end")
IOMMU_FAULTS = _spec("iommu_faults", int, "accesses to memory that the IOMMU refused (lines of the log)", Unit.COUNT)
CORRECTED = _spec("corrected_errors", int, "corrected PCIe errors (lines of the log)", Unit.COUNT)
TIMEOUTS = _spec(
    "timeouts", int, "commands or sends that took too long, and resets after them (lines of the log)", Unit.COUNT
)
THROTTLED = FactSpec(
    name="kernel_log.thermal_events",
    type=int,
    unit=Unit.COUNT,
    nature=Nature.MEASURED,
    meaning="lines of the log that say a CPU was slowed down because of its temperature",
)
CATALOGUE: tuple[FactSpec, ...] = (AVAILABLE, CAPABLE, LIMITED_BY, IOMMU_FAULTS, CORRECTED, TIMEOUTS, THROTTLED)
