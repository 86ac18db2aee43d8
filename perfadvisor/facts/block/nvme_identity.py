"""What an NVMe controller says of what it is and can do (NVM Express base specification, Identify Controller)."""

from perfadvisor.model.fact import FactSpec, Nature, SpecMaker
from perfadvisor.model.units import Unit

_spec = SpecMaker("nvme", Nature.IDENTITY)

MODEL = _spec("model", str, "model of the controller")
FIRMWARE = _spec("firmware", str, "firmware of the controller")
WRITE_CACHE = _spec(
    "has_write_cache", bool, "whether it has a volatile write cache, which synchronous writes must flush"
)
WARNING_AT = _spec(
    "warning_temperature_c", int, "temperature at which it warns, and may slow itself down", Unit.CELSIUS
)
CRITICAL_AT = _spec("critical_temperature_c", int, "temperature that endangers its work", Unit.CELSIUS)
POWER_STATES = _spec("power_state_count", int, "power states it has", Unit.COUNT)
SLEEPS = _spec("can_sleep_by_itself", bool, "whether it can go to power states without work by itself, when idle")
CATALOGUE: tuple[FactSpec, ...] = (MODEL, FIRMWARE, WRITE_CACHE, WARNING_AT, CRITICAL_AT, POWER_STATES, SLEEPS)
