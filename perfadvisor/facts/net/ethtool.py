"""What ethtool prints: settings, driver, offloads, rings, channels, coalescing, pause frames, statistics, time stamps.

Every kind of output becomes one `Report`; the facts of a report carry the names they have when read over netlink.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from perfadvisor.facts.net import nic_spec as spec
from perfadvisor.facts.net.ethtool_counters import counted
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.facts.reading.reader import boolean, number
from perfadvisor.model.fact import Absent, Fact, FactSpec

_HEADERS = (
    (re.compile(r"Settings for (\S+):"), "settings"),
    (re.compile(r"Features for (\S+):"), "features"),
    (re.compile(r"Offload parameters for (\S+):"), "features"),
    (re.compile(r"Ring parameters for (\S+):"), "rings"),
    (re.compile(r"Channel parameters for (\S+):"), "channels"),
    (re.compile(r"Coalesce parameters for (\S+):"), "coalesce"),
    (re.compile(r"Pause parameters for (\S+):"), "pause"),
    (re.compile(r"Time stamping parameters for (\S+):"), "timestamping"),
    (re.compile(r"Private flags for (\S+):"), "private flags"),
    (re.compile(r"(NIC statistics):"), "statistics"),
    (re.compile(r"(driver): ?.*"), "driver"),
)
# A prompt in front of the output names the interface of those that do not: "# ethtool -S ens5".
_PROMPT = re.compile(r"(?:[^\n]{0,80}[#$>%] ?)?(?:sudo )?(?:/\S*/)?ethtool (?:-\S+ )*([A-Za-z0-9_.@-]{1,32})(?: .*)?\Z")
_USAGE = ("bad command line argument", "Usage:")
_FAILED = re.compile(r"(?:Cannot get|netlink error).*|: Operation not supported")
_MOST_LINES = 100_000  # a mlx5 function prints some 10,000 statistics
_ADAPTIVE = re.compile(r"Adaptive RX: (\S+)\s+TX: (\S+)")
_SPEED = re.compile(r"([0-9]{1,9})Mb/s")

Values = Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """One output. `kind` as in the table above, "usage error" or "other"; `values` are its lines "key: value" without
    blanks around, those under "Pre-set maximums" being in `maxima`; `errors` are its complaints; `nic` is "" where the
    output does not name the interface."""

    kind: str
    nic: str = ""
    values: Values = field(default_factory=dict)
    maxima: Values = field(default_factory=dict)
    errors: tuple[str, ...] = ()


def parse(data: bytes) -> Report:
    """The first report in the text; never an error, because text of another kind is "other"."""
    return reports(data)[0]


def reports(data: bytes) -> tuple[Report, ...]:
    """Every report in the text, at least one: people collect several interfaces, or options, in one file."""
    lines = decoded(data).splitlines()[:_MOST_LINES]
    if any(mark in line for line in lines[:3] for mark in _USAGE):
        return (Report(kind="usage error", errors=tuple(line.strip() for line in lines[:1])),)
    heads = [(place, *head) for place, line in enumerate(lines) if (head := _head(line.strip()))]
    if not heads:
        return (Report(kind="other", errors=_errors(lines)),)
    starts = [0, *(place for place, _, _ in heads[1:]), len(lines)]
    asked = [
        _asked(lines[before:place]) for before, (place, _, _) in zip([0, *(h[0] for h in heads)], heads, strict=False)
    ]
    return tuple(
        _report(kind, named or nic, lines[place if kind == "driver" else place + 1 : end], _errors(lines[start:end]))
        for (place, kind, named), nic, start, end in zip(heads, asked, starts, starts[1:], strict=False)
    )


def _asked(lines: list[str]) -> str:
    """The interface of the last command line among these; "" where there is none."""
    names = [match.group(1) for line in lines if (match := _PROMPT.match(line.strip()))]
    return names[-1] if names else ""


def interface(line: str) -> str:
    """The interface that the first line of a report names, "" where it names none."""
    head = _head(line.strip())
    return head[1] if head else ""


def _head(line: str) -> tuple[str, str] | None:
    """(kind, interface) where a report begins."""
    if not line.endswith(":") and not line.startswith("driver:"):
        return None
    matches = ((kind, pattern.fullmatch(line)) for pattern, kind in _HEADERS)
    found = next(((kind, match.group(1)) for kind, match in matches if match), None)
    return (found[0], "") if found and found[0] in ("driver", "statistics") else found


def _errors(lines: list[str]) -> tuple[str, ...]:
    return tuple(line.strip() for line in lines if _FAILED.match(line.strip()))


def _report(kind: str, named: str, lines: list[str], errors: tuple[str, ...]) -> Report:
    maxima: dict[str, str] = {}
    values: dict[str, str] = {}
    target = values
    for line in lines:
        text = line.strip()
        if text.startswith("Pre-set maximums"):
            target = maxima
        elif text.startswith("Current hardware settings"):
            target = values
        elif not _FAILED.match(text):
            target.update(_pair(kind, text))
    return Report(kind=kind, nic=named, values=values, maxima=maxima, errors=errors)


def _pair(kind: str, text: str) -> dict[str, str]:
    adaptive = _ADAPTIVE.match(text)
    if adaptive:
        return {"Adaptive RX": adaptive.group(1), "Adaptive TX": adaptive.group(2)}
    # Per-queue statistics have a colon in their names: "rxq0: rx_pkts: 5".
    key, colon, value = text.rpartition(":") if kind == "statistics" else text.partition(":")
    return {key.strip(): value.strip()} if colon and key.strip() else {}


def facts(data: bytes, *, source: str = "ethtool", subject: str = "") -> Iterator[Fact | Absent]:
    """The facts of one output. `subject` names the interface of outputs that do not (-i, -S)."""
    for report in reports(data):
        yield from _facts(report, report.nic or subject, source)


def _facts(report: Report, nic: str, source: str) -> Iterator[Fact | Absent]:
    for error in report.errors:
        yield spec.REPORT.absent(error, source=source, subject=nic)
    if report.kind in _SECTIONS:
        yield from _SECTIONS[report.kind](report, nic, source)
    for key, value in {**{f"max {key}": value for key, value in report.maxima.items()}, **report.values}.items():
        path = f"{nic}/{report.kind}/{key}"
        if report.kind == "statistics":
            yield spec.STATISTIC.given(number(value), source=source, subject=f"{nic}/{key}", reason="no number")
        else:
            yield spec.SETTING.given(value or None, source=source, subject=path, reason="empty")


def _values(pairs: tuple[tuple[FactSpec, str | None], ...], nic: str, source: str) -> Iterator[Fact | Absent]:
    """Facts of texts; what ethtool leaves out, or calls n/a, is not supported."""
    for known, text in pairs:
        value: int | bool | str | None = text or None
        if known.type is int:
            value = number(text)
        elif known.type is bool:
            value = boolean((text or "").split(" ")[0])
        yield known.given(value, source=source, subject=nic, reason=_why(text))


def _why(text: str | None) -> str:
    return f"ethtool says {text[:40]!r}" if text else "not reported"


def _settings(report: Report, nic: str, source: str) -> Iterator[Fact | Absent]:
    text, duplex = report.values.get("Speed", ""), report.values.get("Duplex", "").lower()
    match = _SPEED.fullmatch(text)
    speed = int(match.group(1)) * 1_000_000 if match else None
    known = duplex if duplex in ("full", "half") else None
    yield spec.SPEED.given(speed, source=source, subject=nic, reason=_why(text))
    yield spec.DUPLEX.given(known, source=source, subject=nic, reason=_why(duplex))
    yield from _values(((spec.CARRIER, report.values.get("Link detected")),), nic, source)


def _driver(report: Report, nic: str, source: str) -> Iterator[Fact | Absent]:
    get = report.values.get
    yield from _values(((spec.DRIVER, get("driver")), (spec.FIRMWARE, get("firmware-version"))), nic, source)


def _features(report: Report, nic: str, source: str) -> Iterator[Fact | Absent]:
    pairs = tuple((known, report.values.get(name)) for name, known in FEATURES.items())
    yield from _values(pairs, nic, source)


FEATURES: Mapping[str, FactSpec] = {
    "tcp-segmentation-offload": spec.TSO,
    "generic-segmentation-offload": spec.GSO,
    "generic-receive-offload": spec.GRO,
    "large-receive-offload": spec.LRO,
    "rx-checksumming": spec.RX_CHECKSUM,
    "tx-checksumming": spec.TX_CHECKSUM,
    "scatter-gather": spec.SCATTER_GATHER,
    "rx-gro-hw": spec.HW_GRO,
}


def _rings(report: Report, nic: str, source: str) -> Iterator[Fact | Absent]:
    now, most = report.values.get, report.maxima.get
    receive = ((spec.RING_RX, now("RX")), (spec.RING_RX_MAX, most("RX")))
    send = ((spec.RING_TX, now("TX")), (spec.RING_TX_MAX, most("TX")))
    yield from _values((*receive, *send), nic, source)


def _channels(report: Report, nic: str, source: str) -> Iterator[Fact | Absent]:
    now, most = report.values.get, report.maxima.get
    pairs = tuple(
        pair
        for name, (current, maximum) in spec.CHANNELS.items()
        for pair in ((current, now(name)), (maximum, most(name)))
    )
    yield from _values(pairs, nic, source)


def _coalesce(report: Report, nic: str, source: str) -> Iterator[Fact | Absent]:
    values = {name: text for name, text in report.values.items() if not _is_filler(name, report.values)}
    yield from _values(tuple((known, values.get(name)) for name, known in COALESCE.items()), nic, source)


def _is_filler(name: str, values: Values) -> bool:
    """Whether a 0 may be no value: before 5.9, ethtool asked by ioctl and printed 0 for what the driver does not
    support (newer ones print n/a). Where both limits of a direction are 0, neither is in force: they say nothing."""
    side = name.partition("-")[0]
    both = {values.get(f"{side}-usecs"), values.get(f"{side}-frames")}
    return name in (f"{side}-usecs", f"{side}-frames") and both == {"0"} and "n/a" not in values.values()


COALESCE: Mapping[str, FactSpec] = {
    "rx-usecs": spec.RX_USECS,
    "rx-frames": spec.RX_FRAMES,
    "tx-usecs": spec.TX_USECS,
    "tx-frames": spec.TX_FRAMES,
    "Adaptive RX": spec.ADAPTIVE_RX,
    "Adaptive TX": spec.ADAPTIVE_TX,
}


def _pause(report: Report, nic: str, source: str) -> Iterator[Fact | Absent]:
    get = report.values.get
    yield from _values(((spec.PAUSE_RX, get("RX")), (spec.PAUSE_TX, get("TX"))), nic, source)


_SECTIONS = {
    "settings": _settings,
    "driver": _driver,
    "features": _features,
    "rings": _rings,
    "channels": _channels,
    "coalesce": _coalesce,
    "pause": _pause,
}


def _statistics(report: Report, nic: str, source: str) -> Iterator[Fact | Absent]:
    """Facts of the counters that a rule asks for; those a driver does not have are absent."""
    counts = _counts(report)
    if nic:
        yield from counted(counts, nic, source, "the driver does not count that")
        if "rx_packets" in counts:
            yield spec.RX_PACKETS.fact(counts["rx_packets"], source=source, subject=nic)
        if "rx_missed_errors" in counts:  # the kernel's own counter is what the driver fills in
            yield spec.RX_MISSED.fact(counts["rx_missed_errors"], source=source, subject=nic)


_SECTIONS["statistics"] = _statistics


def _counts(report: Report) -> dict[str, int]:
    counts = {key: number(value) for key, value in report.values.items()} if report.kind == "statistics" else {}
    return {key: count for key, count in counts.items() if count is not None}


def statistics(data: bytes) -> dict[str, int]:
    """Name -> count of `ethtool -S`; lines without a number are left out."""
    return _counts(parse(data))
