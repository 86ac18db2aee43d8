"""How an adapter spreads received packets over its queues, and what its module reports (`ethtool -x`, `-m`)."""

from perfadvisor.facts.net import nic_spec
from perfadvisor.model.fact import FactSpec, Nature
from perfadvisor.model.units import Unit

RINGS = nic_spec.nic("rss_ring_count", int, "receive rings that it could spread packets over", Unit.COUNT)
USED = nic_spec.nic("rss_rings_used", int, "receive rings that its table names", Unit.COUNT)
ALARMS = nic_spec.nic(
    "module_alarms",
    str,
    "alarms of its optical module that are on, comma joined; empty for none",
    nature=Nature.MEASURED,
)
CATALOGUE: tuple[FactSpec, ...] = (RINGS, USED, ALARMS)
