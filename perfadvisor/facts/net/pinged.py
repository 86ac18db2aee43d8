"""What `ping` counted on the way to another machine."""

from perfadvisor.model.fact import FactSpec, Nature, SpecMaker
from perfadvisor.model.units import Unit

_spec = SpecMaker("ping", Nature.MEASURED)

SENT = _spec("sent", int, "requests sent", Unit.COUNT)
RECEIVED = _spec("received", int, "answers received, those that came twice counted once", Unit.COUNT)
LOST = _spec("lost", int, "requests without an answer", Unit.COUNT)
LEAST = _spec("round_trip_least_ns", float, "shortest round trip", Unit.NANOSECONDS)
MEAN = _spec("round_trip_mean_ns", float, "mean round trip", Unit.NANOSECONDS)
MOST = _spec("round_trip_most_ns", float, "longest round trip", Unit.NANOSECONDS)
SPREAD = _spec("round_trip_spread_ns", float, "standard deviation of the round trips", Unit.NANOSECONDS)
CATALOGUE: tuple[FactSpec, ...] = (SENT, RECEIVED, LOST, LEAST, MEAN, MOST, SPREAD)
