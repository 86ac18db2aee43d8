"""iperf3's output as samples: what arrived, what was sent, and what it cost."""

from collections.abc import Iterator
from statistics import fmean

from perfadvisor.model.fact import Scalar
from perfadvisor.model.result import Better, Output, Sample
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Parameters
from perfadvisor.tools.iperf3_document import Iperf3Run, Stream, Sum
from perfadvisor.tools.iperf3_several import together
from perfadvisor.tools.iperf3_text import Iperf3Text, take_apart
from perfadvisor.tools.jsontext import decode

_NOTHING = Sum(
    bits_per_s=None,
    bytes=None,
    seconds=None,
    retransmits=None,
    jitter_ms=None,
    lost_packets=None,
    packets=None,
    lost_percent=None,
    sender=None,
)


def parse(stdout: bytes, stderr: bytes = b"", returncode: int = 0, parameters: Parameters | None = None) -> Output:
    """What the last test in `stdout` measured; with `error` set, and no samples, where it measured nothing.

    Units: bits_per_s, count (retransmits), us (rtt), ms (jitter), ratio (lost_share)."""
    found = take_apart(stdout)
    error = failure(found, decode(stderr), returncode)
    if error or not found.runs:
        version = found.runs[-1].version if found.runs else ""
        return Output(samples=(), details={"iperf3_version": version} if version else {}, error=error)
    processes = int((parameters or {}).get("processes", 1))
    if processes == 1:
        return output(found.runs[-1])
    if len(found.runs) != processes:
        return Output(samples=(), error=f"{len(found.runs)} of {processes} iperf3 processes printed a result")
    return together([output(run) for run in found.runs])


def failure(found: Iperf3Text, stderr: str = "", returncode: int = 0) -> str:
    """Why this output is not a result, in one line; "" where it is one. iperf3 3.12 exits with 0 on a refusal."""
    if found.json.broken:
        return f"iperf3's output is incomplete: {found.json.broken}"
    if not found.runs and found.plain:
        return "this is iperf3's output for people; give -J"
    if not found.runs:
        said = found.complaint or next((line.strip()[:300] for line in stderr.splitlines() if line.strip()), "")
        return said or f"iperf3 printed no result and ended with {returncode}"
    return run_failure(found.runs[-1]) or (f"iperf3 ended with {returncode}" if returncode else "")


def run_failure(run: Iperf3Run) -> str:
    """Why this test is not a result; "" where it is one."""
    if run.error:
        return "iperf3: " + " ".join(run.error.split())[:300]
    if not run.sums:
        return "iperf3 printed no totals: the test did not end"
    if not (delivered_bits_per_s(run) or _sent(run).bits_per_s):
        return "iperf3 moved no data"
    return ""


def _sum_of(run: Iperf3Run, name: str) -> Sum:
    return run.sums.get(name, _NOTHING)


def _sent(run: Iperf3Run, suffix: str = "") -> Sum:
    """What was sent. Where there is one `sum` only (older versions, UDP) it is the sending rate."""
    return run.sums.get(f"sum_sent{suffix}") or run.sums.get(f"sum{suffix}", _NOTHING)


def delivered_bits_per_s(run: Iperf3Run, suffix: str = "") -> float | None:
    """What arrived at the receiver; None where this side cannot know (a sending server), never the sent rate."""
    received = _sum_of(run, f"sum_received{suffix}")
    if received.bits_per_s:
        return received.bits_per_s
    only = run.sums.get(f"sum{suffix}")
    if received is _NOTHING and only and only.bits_per_s and run.protocol == "UDP":
        share = lost_share(only)
        return None if share is None else only.bits_per_s * (1 - share)
    return None


def lost_share(found: Sum) -> float | None:
    """Lost packets over all that were sent."""
    if found.packets and found.lost_packets is not None and found.packets > 0:
        return min(1.0, max(0.0, found.lost_packets / found.packets))
    return None if found.lost_percent is None else found.lost_percent / 100


def output(run: Iperf3Run) -> Output:
    """One test as a result; its error where it is none."""
    error = run_failure(run)
    if error:
        return Output(samples=(), details=_details(run), error=error)
    return Output(samples=tuple(_samples(run)), details=_details(run))


def _samples(run: Iperf3Run) -> Iterator[Sample]:
    yield from _given("bits_per_s", delivered_bits_per_s(run), Unit.BITS_PER_SECOND, "higher")
    if run.bidir:
        back = delivered_bits_per_s(run, "_bidir_reverse")
        yield from _given("reverse.bits_per_s", back, Unit.BITS_PER_SECOND, "higher")
    sent = _sent(run)
    yield from _given("sent_bits_per_s", sent.bits_per_s or None, Unit.BITS_PER_SECOND)
    if run.protocol == "UDP":
        arrived = run.sums.get("sum_received") or _sum_of(run, "sum")
        yield from _given("jitter", arrived.jitter_ms, Unit.MILLISECONDS, "lower")
        yield from _given("lost_share", _loss(run), Unit.RATIO, "lower")
    else:
        yield from _given("retransmits", sent.retransmits, Unit.COUNT, "lower")
        yield from _given("rtt_mean", _mean_rtt(run), Unit.MICROSECONDS, "lower")


def _given(metric: str, value: float | None, unit: Unit, better: Better = "") -> Iterator[Sample]:
    if value is not None:
        yield Sample(metric=metric, value=float(value), unit=unit, better=better)


def _loss(run: Iperf3Run) -> float | None:
    """From the bytes on both sides, where omitted seconds are left out; the packet counts of iperf3 3.12 have the
    losses of the omitted seconds in them (102 % of the packets, seen here), so those count only without --omit."""
    sent, arrived = _sent(run).bytes, _sum_of(run, "sum_received").bytes
    if run.omit_s and sent and arrived is not None:
        return min(1.0, max(0.0, 1 - arrived / sent))
    shares = (lost_share(run.sums[name]) for name in ("sum_received", "sum") if name in run.sums)
    return next((share for share in shares if share is not None), None)


def _mean_rtt(run: Iperf3Run) -> float | None:
    """Over the streams; of the single intervals where the totals have none (old versions)."""
    means = [stream.mean_rtt_us for stream in _forward(run) if stream.mean_rtt_us]
    counted = [rtt for interval in run.intervals if not (interval.omitted or run.bidir) for rtt in interval.rtts_us]
    return fmean(means) if means else fmean(counted) if counted else None


def _forward(run: Iperf3Run) -> list[Stream]:
    """The streams of the direction `bits_per_s` is about: under --bidir those the client sends."""
    return [stream for stream in run.streams if not run.bidir or stream.sender is not run.server_side]


def _details(run: Iperf3Run) -> dict[str, Scalar]:
    reverse = run.reverse is True
    host_sends = reverse is run.server_side
    sender, receiver = run.host_cpu_percent, run.remote_cpu_percent
    if run.server_side:
        receiver = None  # a server prints before it knows: 0, or what the client of its last test used
    if not host_sends:
        sender, receiver = receiver, sender
    found: dict[str, Scalar | None] = {
        "iperf3_version": run.version or None,
        "protocol": run.protocol,
        "streams": run.num_streams,
        "reverse": run.reverse,
        "bidir": run.bidir,
        "server_side": run.server_side,
        "block_size_bytes": run.block_size_bytes,
        "sender_cpu_percent": None if run.bidir else sender,
        "receiver_cpu_percent": None if run.bidir else receiver,
        "sent_bytes": _sent(run).bytes or None,
        "target_bitrate": run.target_bitrate,
        "min_rtt_us": min((s.min_rtt_us for s in _forward(run) if s.min_rtt_us), default=None),
        "max_snd_cwnd_bytes": max((s.max_snd_cwnd_bytes for s in _forward(run) if s.max_snd_cwnd_bytes), default=None),
        "max_snd_wnd_bytes": max((s.max_snd_wnd_bytes for s in _forward(run) if s.max_snd_wnd_bytes), default=None),
        "congestion": run.congestion,
        "losses_slowed": run.losses_slowed,
        "duration_s": run.duration_s,
        "local_host": run.local_host or None,
        "remote_host": run.remote_host or None,
    }
    return {name: value for name, value in found.items() if value is not None}
