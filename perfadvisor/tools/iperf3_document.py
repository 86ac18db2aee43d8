"""One JSON document of iperf3, versions 3.0 to 3.22, client or server, in one shape.

Traps it knows: an error beside partial sums; exit code 0 for "connection refused" and "server is busy" (3.12 with -J);
on a server `sum_sent` is 0 of what the client sent, and the other way round; UDP `sum` is what was sent, not what
arrived; omitted intervals; `--bidir` has a second set of sums.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from perfadvisor.tools.numbers import at, integer, number, objects, text


@dataclass(frozen=True, kw_only=True, slots=True)
class Sum:
    """One of the totals of "end"; what a version does not print is None."""

    bits_per_s: float | None
    bytes: float | None
    seconds: float | None
    retransmits: int | None
    jitter_ms: float | None
    lost_packets: int | None
    packets: int | None
    lost_percent: float | None
    sender: bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """One reporting interval, all streams together. `rtts_us` are those of the single streams."""

    bits_per_s: float | None
    retransmits: int | None
    omitted: bool
    rtts_us: tuple[float, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stream:
    """One TCP stream's totals as its sender saw them (versions before 3.20 know them only where this side sends).
    `sender` says whether this side sent; under --bidir both kinds occur."""

    sender: bool | None
    mean_rtt_us: float | None
    min_rtt_us: float | None
    max_snd_cwnd_bytes: int | None
    max_snd_wnd_bytes: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Iperf3Run:
    """A run. `sums` are keyed as in the file: sum, sum_sent, sum_received, sum_sent_bidir_reverse, ... `losses_slowed`
    is looked for in the output for people alone."""

    version: str
    error: str
    timestamp: float | None
    server_side: bool
    protocol: str | None
    num_streams: int | None
    duration_s: float | None
    omit_s: float | None
    reverse: bool | None
    bidir: bool
    block_size_bytes: int | None
    target_bitrate: float | None
    connected: int
    local_host: str
    remote_host: str
    sums: Mapping[str, Sum]
    intervals: tuple[Interval, ...]
    streams: tuple[Stream, ...]
    host_cpu_percent: float | None
    remote_cpu_percent: float | None
    congestion: str | None
    losses_slowed: bool | None = None


def is_iperf3(document: Mapping[str, Any]) -> bool:
    """Whether a JSON object looks like iperf3's."""
    start = document.get("start")
    if isinstance(start, dict) and ("version" in start or "connected" in start or "test_start" in start):
        return True
    return isinstance(document.get("error"), str) and ("start" in document or set(document) == {"error"})


def read(document: Mapping[str, Any]) -> Iperf3Run:
    """The document as a run; whatever is missing or impossible in it is left out."""
    start, test = at(document, "start"), at(document, "start", "test_start")
    end = at(document, "end")
    sums = {name: _sum(found) for name, found in end.items() if _is_sum(name, found)} if isinstance(end, dict) else {}
    reverse = integer(test, "reverse")
    return Iperf3Run(
        version=text(start, "version") or "",
        error=text(document, "error") or "",
        timestamp=number(start, "timestamp", "timesecs"),
        server_side=at(start, "accepted_connection") is not None,
        protocol=text(test, "protocol"),
        num_streams=integer(test, "num_streams"),
        duration_s=number(test, "duration"),
        omit_s=number(test, "omit"),
        reverse=None if reverse is None else bool(reverse),
        bidir=bool(integer(test, "bidir")) or any("bidir" in name for name in sums),
        block_size_bytes=integer(test, "blksize"),
        target_bitrate=_first(number(test, "target_bitrate"), number(start, "target_bitrate")),
        connected=sum(1 for _ in objects(start, "connected")),
        local_host=text(at(start, "connected", 0), "local_host") or "",
        remote_host=text(at(start, "connected", 0), "remote_host") or "",
        sums=sums,
        intervals=tuple(_interval(found) for found in objects(document, "intervals")),
        streams=tuple(_stream(found) for found in objects(end, "streams")),
        host_cpu_percent=number(end, "cpu_utilization_percent", "host_total"),
        remote_cpu_percent=number(end, "cpu_utilization_percent", "remote_total"),
        congestion=text(end, "sender_tcp_congestion"),
        losses_slowed=_flag(end, "losses_slowed"),
    )


def _first(*values: float | None) -> float | None:
    return next((value for value in values if value is not None), None)


def _is_sum(name: str, found: object) -> bool:
    return name.startswith("sum") and isinstance(found, dict)


def _flag(found: object, name: str) -> bool | None:
    value = at(found, name)
    return value if isinstance(value, bool) else None


def _sum(found: Mapping[str, Any]) -> Sum:
    return Sum(
        bits_per_s=number(found, "bits_per_second"),
        bytes=number(found, "bytes"),
        seconds=number(found, "seconds"),
        retransmits=integer(found, "retransmits"),
        jitter_ms=number(found, "jitter_ms"),
        lost_packets=integer(found, "lost_packets"),
        packets=integer(found, "packets"),
        lost_percent=number(found, "lost_percent"),
        sender=_flag(found, "sender"),
    )


def _interval(found: Mapping[str, Any]) -> Interval:
    total = at(found, "sum")
    rtts = (number(stream, "rtt") for stream in objects(found, "streams"))
    return Interval(
        bits_per_s=number(total, "bits_per_second"),
        retransmits=integer(total, "retransmits"),
        omitted=_flag(total, "omitted") is True,
        rtts_us=tuple(rtt for rtt in rtts if rtt is not None),
    )


def _stream(found: Mapping[str, Any]) -> Stream:
    sender = at(found, "sender")
    return Stream(
        sender=_flag(sender, "sender"),
        mean_rtt_us=number(sender, "mean_rtt"),
        min_rtt_us=number(sender, "min_rtt"),
        max_snd_cwnd_bytes=integer(sender, "max_snd_cwnd"),
        max_snd_wnd_bytes=integer(sender, "max_snd_wnd"),
    )
