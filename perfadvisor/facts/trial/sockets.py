"""What held the sender of a network trial back, as the kernel counted it for each connection (`ss -ti`)."""

from collections.abc import Iterable, Mapping, Sequence

from perfadvisor.facts.net import socket
from perfadvisor.model.fact import Absent, Fact

LEAST = socket.LEAST_ROUND_TRIP.name
SHARES = {"tcp.receiver_limited_share": socket.RECEIVER_LIMITED, "tcp.buffer_limited_share": socket.BUFFER_LIMITED}


def deltas(ends: Sequence[Iterable[Fact | Absent]]) -> dict[str, float]:
    """Of the connections at all ends, those that sent: each counts for as long as it had something to send. Nothing
    where the kernel was not asked, or where nothing was sent yet."""
    found: dict[str, dict[str, float]] = {}
    for number, end in enumerate(ends):
        for fact in end:
            if isinstance(fact, Fact) and isinstance(fact.value, int | float):
                found.setdefault(f"{number} {fact.subject}", {})[fact.name] = float(fact.value)
    return _summed(found)


def _summed(connections: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    busy = {name: one[socket.BUSY.name] for name, one in connections.items() if socket.BUSY.name in one}
    total = sum(busy.values())
    if total <= 0:
        return {}
    shares = {
        delta: sum(busy[name] * connections[name].get(spec.name, 0.0) for name in busy) / total
        for delta, spec in SHARES.items()
    }
    windows = [one[socket.WINDOW.name] for one in connections.values() if socket.WINDOW.name in one]
    trips = [connections[name][LEAST] / 1000 for name in busy if LEAST in connections[name]]
    shares |= {"tcp.least_round_trip_us": min(trips)} if trips else {}
    return shares | ({"tcp.congestion_window_bytes": max(windows)} if windows else {})
