"""What held connections back, as the kernel counted it for each (`ss -ti`): nothing to send, the peer's window, or the
sender's own buffer (tcp_get_info_chrono_stats in net/ipv4/tcp.c)."""

from perfadvisor.model.fact import FactSpec, Nature
from perfadvisor.model.units import Unit


def _spec(name: str, kind: type[int] | type[float] | type[str], unit: Unit, meaning: str) -> FactSpec:
    nature = Nature.SETTING if kind is str else Nature.MEASURED
    return FactSpec(name=f"socket.{name}", type=kind, unit=unit, subject="socket", meaning=meaning, nature=nature)


CONGESTION_CONTROL = _spec("congestion_control", str, Unit.NONE, "TCP congestion control of the connection")
BUSY = _spec("busy_ns", float, Unit.NANOSECONDS, "time that it had something to send or unacknowledged")
RECEIVER_LIMITED = _spec(
    "receiver_limited_share", float, Unit.RATIO, "share of that in which the peer's window was full"
)
BUFFER_LIMITED = _spec("buffer_limited_share", float, Unit.RATIO, "share of that in which its own send buffer was full")
RETRANSMITTED = _spec("retransmitted_share", float, Unit.RATIO, "bytes that were sent again, of all bytes sent")
SENT = _spec("sent_bytes", int, Unit.BYTES, "bytes sent, those sent again included")
ROUND_TRIP = _spec("round_trip_ns", float, Unit.NANOSECONDS, "smoothed round-trip time")
LEAST_ROUND_TRIP = _spec("least_round_trip_ns", float, Unit.NANOSECONDS, "shortest round trip of late")
WINDOW = _spec("congestion_window_bytes", int, Unit.BYTES, "congestion window: segments of the present size")
CATALOGUE: tuple[FactSpec, ...] = (
    *(CONGESTION_CONTROL, BUSY, RECEIVER_LIMITED, BUFFER_LIMITED),
    *(RETRANSMITTED, SENT, ROUND_TRIP, LEAST_ROUND_TRIP, WINDOW),
)  # fmt: skip
