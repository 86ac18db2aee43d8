"""Rates that a queueing discipline keeps an interface to, as `tc qdisc` shows them."""

from perfadvisor.facts.net import nic_spec
from perfadvisor.model.fact import FactSpec, Nature
from perfadvisor.model.units import Unit

RATE = nic_spec.nic(
    "shaped_bits_per_s", int, "rate that its queueing discipline keeps it to, 0 for none", Unit.BITS_PER_SECOND
)
DELAY = nic_spec.nic("delay_added", bool, "whether netem delays, drops or reorders what it sends")
DROPPED = nic_spec.nic(
    "qdisc_dropped", int, "packets that its queueing disciplines dropped", Unit.COUNT, nature=Nature.MEASURED
)
CATALOGUE: tuple[FactSpec, ...] = (RATE, DELAY, DROPPED)
