"""Why guests left their CPUs, as `perf kvm stat` counted it: exits by reason, on the host."""

from perfadvisor.model.fact import FactSpec, Nature
from perfadvisor.model.units import Unit


def _of_reason(name: str, kind: type[int] | type[float], unit: Unit, meaning: str) -> FactSpec:
    return FactSpec(
        name=f"kvm_exit.{name}", type=kind, unit=unit, subject="kvm_exit", meaning=meaning, nature=Nature.MEASURED
    )


def _of_all(name: str, kind: type[int] | type[float], unit: Unit, meaning: str) -> FactSpec:
    return FactSpec(name=f"kvm_exits.{name}", type=kind, unit=unit, meaning=meaning, nature=Nature.MEASURED)


COUNT = _of_reason("count", int, Unit.COUNT, "exits for this reason")
SHARE = _of_reason("share", float, Unit.RATIO, "share of all exits")
SHORTEST = _of_reason("shortest_ns", float, Unit.NANOSECONDS, "shortest time until the guest ran on")
MEAN = _of_reason("mean_ns", float, Unit.NANOSECONDS, "mean time until the guest ran on")
TOTAL = _of_all("total", int, Unit.COUNT, "exits of the guests that were looked at")
HALT_SHARE = _of_all("halt_share", float, Unit.RATIO, "share of exits because a vCPU had nothing to do (hlt)")
IO_SHARE = _of_all(
    "io_share",
    float,
    Unit.RATIO,
    "share of exits for devices that are emulated: ports, device memory, EPT faults of it",
)

CATALOGUE: tuple[FactSpec, ...] = (COUNT, SHARE, SHORTEST, MEAN, TOTAL, HALT_SHARE, IO_SHARE)
