"""What containers used at one moment, as their engine shows it (`docker stats`, `podman stats`)."""

from perfadvisor.model.fact import FactSpec, Nature, SpecMaker
from perfadvisor.model.units import Unit

_spec = SpecMaker("container", Nature.MEASURED)

CPUS_USED = _spec("cpus_used", float, "CPU time it used, in CPUs")
MEMORY_USED = _spec("memory_used_bytes", int, "memory it used", Unit.BYTES)
MEMORY_SHARE = _spec(
    "memory_used_share", float, "the same of its limit, or of the machine's memory without one", Unit.RATIO
)
PIDS = _spec("pid_count", int, "processes and threads in it", Unit.COUNT)
CATALOGUE: tuple[FactSpec, ...] = (CPUS_USED, MEMORY_USED, MEMORY_SHARE, PIDS)
