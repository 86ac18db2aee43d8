"""What an NVMe controller says of its own health (NVM Express base specification, SMART / Health Information log)."""

from perfadvisor.model.fact import FactSpec, Nature, SpecMaker
from perfadvisor.model.units import Unit

_spec = SpecMaker("nvme", Nature.MEASURED)


WARNING = _spec("critical_warning", int, "bits of what is wrong now: 1 spare, 2 temperature, 4 reliability, ...")
WARM = _spec("warm_minutes", int, "minutes at or above the warning temperature in its life")
HOT = _spec("hot_minutes", int, "minutes at or above the critical temperature in its life")
THROTTLED = _spec("throttle_count", int, "times it slowed itself down because of its temperature", Unit.COUNT)
THROTTLED_SECONDS = _spec(
    "throttled_seconds", int, "seconds it was slowed down because of its temperature", Unit.SECONDS
)
USED = _spec("used_share", float, "share of the life it was made for that is used up; may pass 1", Unit.RATIO)
CATALOGUE: tuple[FactSpec, ...] = (WARNING, WARM, HOT, THROTTLED, THROTTLED_SECONDS, USED)
