"""Kernel settings that bound network throughput and latency."""

from collections.abc import Iterator

from perfadvisor.facts.reading.reader import fact, integer_fact, number, text_fact
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

CORE = "/proc/sys/net/core"
IPV4 = "/proc/sys/net/ipv4"


def _spec(
    name: str, kind: type[int] | type[str], unit: Unit, meaning: str, nature: Nature = Nature.SETTING
) -> FactSpec:
    return FactSpec(name=f"network.{name}", type=kind, unit=unit, meaning=meaning, nature=nature)


ADV_WIN = _spec(
    "tcp_adv_win_scale", int, Unit.NONE, "share of a receive buffer kept for overhead, as a power of two (up to 6.5)"
)
TCP_RMEM = _spec("tcp_rmem_max_bytes", int, Unit.BYTES, "largest receive buffer TCP grows to by itself")
TCP_WMEM = _spec("tcp_wmem_max_bytes", int, Unit.BYTES, "largest send buffer TCP grows to by itself")
RMEM = _spec("rmem_max_bytes", int, Unit.BYTES, "largest receive buffer a program may ask for")
WMEM = _spec("wmem_max_bytes", int, Unit.BYTES, "largest send buffer a program may ask for")
CONGESTION = _spec("congestion_control", str, Unit.NONE, "TCP congestion control of new connections")
QDISC = _spec("default_qdisc", str, Unit.NONE, "queueing discipline of new interfaces")
BACKLOG = _spec("netdev_max_backlog", int, Unit.COUNT, "packets a CPU may queue before the stack")
BUSY_READ = _spec("busy_read", int, Unit.MICROSECONDS, "how long a blocking read polls the adapter; 0: not at all")
BUSY_POLL = _spec("busy_poll", int, Unit.MICROSECONDS, "how long poll and select poll the adapter; 0: not at all")
RPS_FLOWS = _spec("rps_sock_flow_entries", int, Unit.COUNT, "entries of the flow table of RFS; 0: off")
SOMAXCONN = _spec("somaxconn", int, Unit.COUNT, "longest queue of connections not yet accepted")
SACK = _spec("tcp_sack", int, Unit.NONE, "1: receivers name the segments that arrived behind a lost one")

_INTEGERS = (
    (RMEM, f"{CORE}/rmem_max"),
    (WMEM, f"{CORE}/wmem_max"),
    (BACKLOG, f"{CORE}/netdev_max_backlog"),
    (BUSY_READ, f"{CORE}/busy_read"),
    (BUSY_POLL, f"{CORE}/busy_poll"),
    (RPS_FLOWS, f"{CORE}/rps_sock_flow_entries"),
    (SOMAXCONN, f"{CORE}/somaxconn"),
    (SACK, f"{IPV4}/tcp_sack"),
)
_TEXTS = ((CONGESTION, f"{IPV4}/tcp_congestion_control"), (QDISC, f"{CORE}/default_qdisc"))
_ADV_WIN_SCALE = f"{IPV4}/tcp_adv_win_scale"
_TRIPLES = ((TCP_RMEM, f"{IPV4}/tcp_rmem"), (TCP_WMEM, f"{IPV4}/tcp_wmem"))
PATTERNS = (*(path for _, path in (*_INTEGERS, *_TEXTS, *_TRIPLES)), _ADV_WIN_SCALE)
CATALOGUE = (*(spec for spec, _ in (*_INTEGERS, *_TEXTS, *_TRIPLES)), ADV_WIN)


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """Each setting; of the minimum, default and maximum of tcp_rmem and tcp_wmem, the maximum."""
    for spec, path in _INTEGERS:
        yield integer_fact(spec, tree, path)
    for spec, path in _TEXTS:
        yield text_fact(spec, tree, path)
    yield fact(ADV_WIN, tree, _ADV_WIN_SCALE, number(tree.text(_ADV_WIN_SCALE)))  # it may be negative
    for spec, path in _TRIPLES:
        words = (tree.text(path) or "").split()
        yield fact(spec, tree, path, number(words[2]) if len(words) == 3 else None)
