"""What an NVMe controller says of its own health (NVM Express base specification, SMART / Health Information log)."""

from perfadvisor.model.fact import FactSpec, Nature
from perfadvisor.model.units import Unit


def _spec(name: str, kind: type[int] | type[float], unit: Unit, meaning: str) -> FactSpec:
    return FactSpec(name=f"nvme.{name}", type=kind, unit=unit, subject="nvme", meaning=meaning, nature=Nature.MEASURED)


WARNING = _spec(
    "critical_warning", int, Unit.NONE, "bits of what is wrong now: 1 spare, 2 temperature, 4 reliability, ..."
)
WARM = _spec("warm_minutes", int, Unit.NONE, "minutes at or above the warning temperature in its life")
HOT = _spec("hot_minutes", int, Unit.NONE, "minutes at or above the critical temperature in its life")
THROTTLED = _spec("throttle_count", int, Unit.COUNT, "times it slowed itself down because of its temperature")
THROTTLED_SECONDS = _spec(
    "throttled_seconds", int, Unit.SECONDS, "seconds it was slowed down because of its temperature"
)
USED = _spec("used_share", float, Unit.RATIO, "share of the life it was made for that is used up; may pass 1")
CATALOGUE: tuple[FactSpec, ...] = (WARNING, WARM, HOT, THROTTLED, THROTTLED_SECONDS, USED)
