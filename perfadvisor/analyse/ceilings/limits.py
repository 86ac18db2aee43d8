"""The limits that apply on the way of a result, from facts, counters and other results of the run.

Payload on a PCIe link is what is left after coding, framing and headers (facts/pci/pcie_rate.py); on an Ethernet line,
after preamble, gap, headers and checksum at this MTU. A limit that is not known is left out: a verdict is about what is
known alone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from statistics import median

from perfadvisor.analyse.ceilings.ceiling import NEAR, Ceiling, CeilingKind, nearest
from perfadvisor.formatting import quantity
from perfadvisor.model.fact import FactTable
from perfadvisor.model.result import Cell
from perfadvisor.model.units import Unit

ON_WIRE = 38  # bytes of each frame beside its packet: preamble 8, header 14, checksum 4, gap 12 (IEEE 802.3)
IN_FRAME = 14  # of these a queueing discipline counts the header alone (net/core/dev.c, qdisc_pkt_len_init)
TCP_HEADERS, UDP_HEADERS = 52, 28  # IPv4 20, and TCP 20 with timestamps 12, or UDP 8
LEAST_CPU = 0.02  # share of a CPU below which its cost for each operation is not known well
MOST_BLOCK_BYTES = 65536  # moving a larger one takes time of its own, however many are in flight
BANDWIDTHS = ("read.bytes_per_s", "copy.bytes_per_s", "triad.bytes_per_s")
SHAPED = "path.nic.shaped_bits_per_s"
RATINGS = ("read_bytes_per_s", "write_bytes_per_s", "read_iops", "write_iops")
_UNITS = {True: Unit.IOPS, False: Unit.BYTES_PER_SECOND}


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """One result with all that tells of its limits: the facts of its environment, the memory bandwidth that dmabench
    measured there in the same run (bytes per second), and what the device is rated at, by names of `RATINGS`."""

    cell: Cell
    facts: FactTable
    memory: float | None = None
    rating: Mapping[str, float] | None = None

    def result(self, name: str) -> float | None:
        """A number of the result."""
        return _number(self.facts.value(f"result.{name}", self.cell.id))

    def subject(self, kind: str) -> str:
        """The device of this kind on its way, "" for none."""
        return str(self.facts.value(f"result.{kind}", self.cell.id) or "")

    def fact(self, name: str, subject: str = "") -> float | None:
        """A number of the machine."""
        return _number(self.facts.value(name, subject))

    def delta(self, name: str) -> float | None:
        """The median of a counter over the trials that count."""
        found = [trial.deltas[name] for trial in self.cell.used if name in trial.deltas]
        return median(found) if found else None

    @property
    def bytes_one_way(self) -> float | None:
        """Bytes per second in the busier direction: links carry both at once."""
        ways = [rate for name in ("read_bytes_per_s", "write_bytes_per_s") if (rate := self.result(name))]
        return max(ways, default=self.result("bytes_per_s"))


def ceilings(known: Known) -> tuple[Ceiling, ...]:
    """Every known limit of a result that conclusions may rest on, the one approached most first."""
    if not known.cell.trust.sound:
        return ()
    sources = (_link, _line, _shaper, _rating, _memory, _window, _cpu, _quota, _caps, _paced)
    found = [one for source in sources for one in source(known) if one.limit > 0 and one.reached > 0]
    first = nearest(found)
    if first is None or first.share < NEAR:  # else that limit is why each I/O takes its time
        found += _depth(known)
    return tuple(sorted(found, key=lambda one: one.share, reverse=True))


def device_known(known: Known) -> bool:
    """Whether the limits of the device itself are among them: a disk's are its rating, those of a network its line; a
    result without a device has none. Files of results do not tell which device it was."""
    if known.subject("block"):
        return bool(known.rating)
    imported = any("imported_from" in trial.output.details for trial in known.cell.trials)
    return not imported or known.facts.value("result.crosses_nic", known.cell.id) is False or any(_line(known))


def memory_bandwidth(cells: Iterable[Cell], facts: FactTable) -> float | None:
    """The best that dmabench measured in these cells of one environment."""
    rates = [
        estimate.median
        for cell in cells
        if cell.trust.sound
        if facts.value("result.tool", cell.id) == "dmabench"
        for estimate in cell.estimates
        if estimate.metric in BANDWIDTHS
    ]
    return max(rates, default=None)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _made(kind: CeilingKind, name: str, limit: float | None, reached: float | None, unit: Unit) -> Iterator[Ceiling]:
    if limit is not None and reached is not None:
        yield Ceiling(kind=kind, name=name, limit=limit, reached=reached, unit=unit)


def _link(known: Known) -> Iterator[Ceiling]:
    address = known.subject("pci")
    limit = known.fact("pci.path_bytes_per_s", address) if address else None
    yield from _made(CeilingKind.LINK, f"the PCIe path of {address}", limit, known.bytes_one_way, Unit.BYTES_PER_SECOND)


def _payload_share(known: Known, nic: str, beside: int) -> float | None:
    """Payload of a full packet over all that is sent for it."""
    mtu = known.fact("nic.mtu", nic)
    udp = str(known.facts.value("result.protocol", known.cell.id)).upper() == "UDP"
    headers = UDP_HEADERS if udp else TCP_HEADERS
    return (mtu - headers) / (mtu + beside) if mtu and mtu > headers else None


def _line(known: Known) -> Iterator[Ceiling]:
    nic = known.subject("nic")
    if not nic or known.facts.value("result.crosses_nic", known.cell.id) is not True:
        return
    speed, share = known.fact("nic.speed_bits_per_s", nic), _payload_share(known, nic, ON_WIRE)
    limit = speed * share if speed and share else None
    name = f"{nic}'s line rate at this MTU"
    yield from _made(CeilingKind.LINE, name, limit, known.result("bits_per_s"), Unit.BITS_PER_SECOND)


def _shaper(known: Known) -> Iterator[Ceiling]:
    nic = known.subject("nic")
    rate = (known.delta(SHAPED) or known.fact("nic.shaped_bits_per_s", nic)) if nic else None
    share = _payload_share(known, nic, IN_FRAME) if rate else None
    limit = rate * share if rate and share else None
    name = f"the rate that {nic}'s queueing discipline keeps"
    yield from _made(CeilingKind.SHAPER, name, limit, known.result("bits_per_s"), Unit.BITS_PER_SECOND)


def _rating(known: Known) -> Iterator[Ceiling]:
    for name, limit in (known.rating or {}).items() if known.subject("block") else ():
        words = f"{known.subject('block')}'s rating ({_words(name)})"
        yield from _made(CeilingKind.RATING, words, limit, known.result(name), _UNITS[name.endswith("iops")])


def _words(name: str) -> str:
    way, _, what = name.partition("_")
    return f"{way}s" if what == "iops" else f"bytes {'read' if way == 'read' else 'written'}"


def _memory(known: Known) -> Iterator[Ceiling]:
    """Bytes of a device or socket go through memory at least once."""
    if known.subject("tool") == "dmabench" or known.memory is None:
        return
    name = "the memory bandwidth measured in this run"
    yield from _made(CeilingKind.MEMORY, name, known.memory, known.result("bytes_per_s"), Unit.BYTES_PER_SECOND)


def _window(known: Known) -> Iterator[Ceiling]:
    limit, streams = known.result("window_limit_bits_per_s"), known.result("streams")
    total = limit * streams if limit is not None and streams else None
    name = "one TCP window in each round trip"
    yield from _made(CeilingKind.WINDOW, name, total, known.result("bits_per_s"), Unit.BITS_PER_SECOND)


def _cpu(known: Known) -> Iterator[Ceiling]:
    """At this cost for each operation, the rate at which the busiest thread fills a CPU."""
    share = known.result("max_thread_cpu_share")
    rate, unit = known.result("iops"), Unit.IOPS
    if rate is None:
        percents = [one for name in ("sender", "receiver") if (one := known.result(f"{name}_cpu_percent")) is not None]
        one_thread = known.facts.value("result.iperf3_multithreaded", known.cell.id) is False
        share = max(percents) / 100 if percents and one_thread else None
        rate, unit = known.result("bits_per_s"), Unit.BITS_PER_SECOND
    if share is None or rate is None or share < LEAST_CPU:
        return
    name = "what a CPU can do at this cost of each operation"
    yield from _made(CeilingKind.CPU, name, rate / min(1.0, share), rate, unit)


def _quota(known: Known) -> Iterator[Ceiling]:
    quota, used = known.fact("cgroup.cpu_quota_cpus"), known.delta("cgroup.used_ns")
    seconds = median([trial.duration_s for trial in known.cell.used]) if known.cell.used else 0.0
    if not quota or not used or seconds <= 0:
        return
    share = used / 1e9 / seconds / quota
    rate, unit = known.result("iops"), Unit.IOPS
    if rate is None:
        rate, unit = known.result("bytes_per_s"), Unit.BYTES_PER_SECOND
    if rate is not None and share >= LEAST_CPU:
        name = f"what {quota:g} CPUs of the control group can do"
        yield from _made(CeilingKind.QUOTA, name, rate / min(1.0, share), rate, unit)


def _caps(known: Known) -> Iterator[Ceiling]:
    for name in RATINGS if known.subject("block") else ():
        limit = known.fact(f"cgroup.{name}_max")
        words = f"the control group's cap on {_words(name)}"
        yield from _made(CeilingKind.CAP, words, limit, known.result(name), _UNITS[name.endswith("iops")])


def _paced(known: Known) -> Iterator[Ceiling]:
    """A limit that no fact names and the even pace of its I/Os shows, as those of hypervisors and cloud volumes."""
    paced = known.facts.value("result.rate_limited", known.cell.id) is True
    if paced and not known.facts.value("result.rate_options", known.cell.id):
        rate = known.result("iops")
        yield from _made(CeilingKind.PACED, "a limit in front of the device, seen by its pace", rate, rate, Unit.IOPS)


def _depth(known: Known) -> Iterator[Ceiling]:
    """With so many I/Os in flight, the rate if each took the shortest time that one did (the law of Little)."""
    block = known.result("block_size_bytes")
    asked, shortest = known.result("queue_depth"), _shortest_ns(known.cell)
    if known.facts.value("result.engine_is_sync", known.cell.id) is True:
        asked = known.result("numjobs")
    if not asked or not shortest or block is None or block > MOST_BLOCK_BYTES:
        return
    time = quantity(shortest, Unit.NANOSECONDS)
    name = f"what {asked:.0f} in flight can do where each takes the shortest time seen, {time}"
    yield from _made(CeilingKind.DEPTH, name, asked * 1e9 / shortest, known.result("iops"), Unit.IOPS)


def _shortest_ns(cell: Cell) -> float | None:
    """The time of the fastest I/O, the median over the trials that count."""
    seen = [trial.output.details.get("latency_min_ns") for trial in cell.used]
    known = [float(value) for value in seen if isinstance(value, int | float) and value > 0]
    return median(known) if known and len(known) == len(seen) else None
