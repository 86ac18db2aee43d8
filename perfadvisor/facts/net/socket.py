"""What held connections back, as the kernel counted it for each (`ss -ti`): nothing to send, the peer's window, or the
sender's own buffer (tcp_get_info_chrono_stats in net/ipv4/tcp.c)."""

from perfadvisor.model.fact import FactSpec, Nature, SpecMaker
from perfadvisor.model.units import Unit

_spec = SpecMaker("socket", Nature.MEASURED)


CONGESTION_CONTROL = _spec("congestion_control", str, "TCP congestion control of the connection", nature=Nature.SETTING)
BUSY = _spec("busy_ns", float, "time that it had something to send or unacknowledged", Unit.NANOSECONDS)
RECEIVER_LIMITED = _spec(
    "receiver_limited_share", float, "share of that in which the peer's window was full", Unit.RATIO
)
BUFFER_LIMITED = _spec("buffer_limited_share", float, "share of that in which its own send buffer was full", Unit.RATIO)
RETRANSMITTED = _spec("retransmitted_share", float, "bytes that were sent again, of all bytes sent", Unit.RATIO)
SENT = _spec("sent_bytes", int, "bytes sent, those sent again included", Unit.BYTES)
ROUND_TRIP = _spec("round_trip_ns", float, "smoothed round-trip time", Unit.NANOSECONDS)
LEAST_ROUND_TRIP = _spec("least_round_trip_ns", float, "shortest round trip of late", Unit.NANOSECONDS)
WINDOW = _spec("congestion_window_bytes", int, "congestion window: segments of the present size", Unit.BYTES)
CATALOGUE: tuple[FactSpec, ...] = (
    *(CONGESTION_CONTROL, BUSY, RECEIVER_LIMITED, BUFFER_LIMITED),
    *(RETRANSMITTED, SENT, ROUND_TRIP, LEAST_ROUND_TRIP, WINDOW),
)  # fmt: skip
