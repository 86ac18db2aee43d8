"""An iperf3 output file as facts: of its last test, what it was, what it moved and what that cost."""

from collections.abc import Iterator

from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature, Scalar
from perfadvisor.model.units import Unit
from perfadvisor.tools.iperf3_document import Iperf3Run, Sum
from perfadvisor.tools.iperf3_parse import delivered_bits_per_s, failure
from perfadvisor.tools.iperf3_text import Iperf3Text, take_apart

_BPS, _US, _S = Unit.BITS_PER_SECOND, Unit.MICROSECONDS, Unit.NONE
_Rows = tuple[tuple[str, type[bool] | type[int] | type[float] | type[str], Unit, str], ...]

_FILE: _Rows = (
    ("has_json", bool, _S, "there is a JSON document of iperf3 in it"),
    ("tests", int, Unit.COUNT, "tests in it; the last one counts"),
    ("crlf", bool, _S, "lines end as on Windows"),
    ("failure", str, _S, "why there is no usable result"),
    ("usable", bool, _S, "there is a result"),
    ("version", str, _S, "iperf3's version"),
    ("error", str, _S, "what iperf3 says went wrong"),
    ("protocol", str, _S, "TCP, UDP or SCTP"),
    ("streams", int, Unit.COUNT, "flows asked for"),
    ("connected_streams", int, Unit.COUNT, "flows connected, both ways"),
    ("duration", float, Unit.SECONDS, "time asked for"),
    ("omit", float, Unit.SECONDS, "time left out at the start"),
    ("reverse", bool, _S, "the server sends"),
    ("bidir", bool, _S, "both send"),
    ("server_side", bool, _S, "written by the server"),
    ("intervals", int, Unit.COUNT, "reporting intervals"),
    ("intervals_omitted", int, Unit.COUNT, "reporting intervals left out"),
    ("interval_retransmits", int, Unit.COUNT, "retransmits in the intervals that count"),
    ("interval_bits_per_s_min", float, _BPS, "the slowest interval that counts"),
    ("interval_bits_per_s_max", float, _BPS, "the fastest interval that counts"),
    ("rtt_min", float, _US, "lowest round trip of any interval that counts"),
    ("rtt_max", float, _US, "highest round trip of any interval that counts"),
    ("delivered", float, _BPS, "what arrived"),
    ("host_cpu_percent", float, _S, "CPU of the side that wrote this, 100 is one CPU"),
    ("remote_cpu_percent", float, _S, "CPU of the other side; a server prints 0, or that of its last test"),
    ("congestion", str, _S, "the sender's congestion control"),
)
_SUM: _Rows = (
    ("bits_per_s", float, _BPS, "rate"),
    ("bytes", float, Unit.BYTES, "bytes"),
    ("seconds", float, Unit.SECONDS, "time"),
    ("retransmits", int, Unit.COUNT, "TCP segments sent again"),
    ("jitter", float, Unit.MILLISECONDS, "UDP jitter"),
    ("lost_packets", int, Unit.COUNT, "UDP datagrams lost"),
    ("packets", int, Unit.COUNT, "UDP datagrams"),
    ("lost_percent", float, _S, "share of datagrams lost, in percent"),
    ("sender", bool, _S, "this side sent"),
)


def _nature(kind: type) -> Nature:
    """Numbers in a result are measured; names, modes and yes/no values say what was asked for."""
    return Nature.MEASURED if kind in (int, float) else Nature.SETTING


CATALOGUE: tuple[FactSpec, ...] = tuple(
    FactSpec(
        name=f"{kind}.{name}",
        type=type,
        unit=unit,
        subject="" if kind == "iperf3" else kind,
        meaning=meaning,
        nature=_nature(type),
    )
    for kind, rows in (("iperf3", _FILE), ("iperf3_sum", _SUM))
    for name, type, unit, meaning in rows
)
_SPECS = {spec.name: spec for spec in CATALOGUE}


def facts(data: bytes, source: str = "") -> Iterator[Fact | Absent]:
    """Every fact of a file iperf3 wrote; `source` is what the facts say they are from."""
    found = take_apart(data)
    run = found.runs[-1] if found.runs else None
    values = {**_file(found), **(_run(run, from_text=found.from_text) if run else {})}
    for name, value in values.items():
        yield _fact(f"iperf3.{name}", value, "", source)
    for subject, one in (run.sums if run else {}).items():
        for name, value in _sum(one).items():
            yield _fact(f"iperf3_sum.{name}", value, subject, source)


def _fact(name: str, value: Scalar | None, subject: str, source: str) -> Fact | Absent:
    spec = _SPECS[name]
    if spec.type is float and type(value) is int:
        value = float(value)
    return spec.given(value, source=source, subject=subject, reason="not in this file")


def _file(found: Iperf3Text) -> dict[str, Scalar | None]:
    reason = failure(found)
    return {
        "has_json": bool(found.runs) and not found.from_text,
        "tests": len(found.runs),
        "crlf": found.crlf,
        "usable": not reason,
        "failure": reason or None,
    }


def _run(run: Iperf3Run, *, from_text: bool) -> dict[str, Scalar | None]:
    return {
        "version": run.version or None,
        "error": run.error or None,
        "protocol": run.protocol,
        "streams": run.num_streams,
        "connected_streams": run.connected,
        "duration": run.duration_s,
        "omit": run.omit_s,
        "reverse": run.reverse,
        "bidir": run.bidir,
        "server_side": run.server_side,
        **_intervals(run, listed=not from_text),
        "delivered": None if run.error else delivered_bits_per_s(run),
        "host_cpu_percent": run.host_cpu_percent,
        "remote_cpu_percent": run.remote_cpu_percent,
        "congestion": run.congestion,
    }


def _intervals(run: Iperf3Run, *, listed: bool) -> dict[str, Scalar | None]:
    """`listed`: none is there where none is listed; text may have lost its lines."""
    counted = [interval for interval in run.intervals if not interval.omitted]
    rates = [interval.bits_per_s for interval in counted if interval.bits_per_s is not None]
    again = [interval.retransmits for interval in counted if interval.retransmits is not None]
    rtts = [rtt for interval in counted for rtt in interval.rtts_us]
    return {
        "intervals": len(run.intervals) if run.intervals or listed else None,
        "intervals_omitted": len(run.intervals) - len(counted) if run.intervals or listed else None,
        "interval_retransmits": sum(again) if again else None,
        "interval_bits_per_s_min": min(rates, default=None),
        "interval_bits_per_s_max": max(rates, default=None),
        "rtt_min": min(rtts, default=None),
        "rtt_max": max(rtts, default=None),
    }


def _sum(found: Sum) -> dict[str, Scalar | None]:
    values: dict[str, Scalar | None] = {
        "bits_per_s": found.bits_per_s,
        "bytes": found.bytes,
        "seconds": found.seconds,
        "retransmits": found.retransmits,
        "jitter": found.jitter_ms,
        "lost_packets": found.lost_packets,
        "packets": found.packets,
        "lost_percent": found.lost_percent,
        "sender": found.sender,
    }
    return {name: value for name, value in values.items() if value is not None}
