"""The largest window that this machine lets a TCP flow have, and the rate that gives at a round trip time.

The sender's buffer limits what is in flight with all of its bytes (net/ipv4/tcp_input.c, tcp_sndbuf_expand). Of a
receive buffer part is the cost of keeping packets: up to Linux 6.5 tcp_adv_win_scale sets how much, later kernels
follow each socket's own packets (networking/ip-sysctl.rst), so only the whole buffer is a bound there.
"""

from collections.abc import Sequence
from statistics import median

from perfadvisor.model.fact import FactTable, Scalar
from perfadvisor.model.result import TrialResult

MEASURED_OVERHEAD_SINCE = (6, 6)

FULL = 0.5  # judgement: of the time with something to send
NEAR = (0.6, 1.3)  # judgement: a sender may exceed its buffer by what it adds at once, up to 64 KiB


def window_bytes(trials: Sequence[TrialResult], machine: FactTable | None) -> tuple[int | None, str]:
    """The largest window this end allows, or why it is not known. The far end may allow less."""
    if machine is None:
        return None, "the machine's settings were not given"
    if any(trial.trial.parameters.get("window_bytes") for trial in trials):
        return None, "iperf3 was started with a fixed size of the socket's buffers"
    sends = {_sends(trial) for trial in trials}
    if len(sends) != 1 or None in sends:
        return None, "which end sends is not known, or both do"
    if sends.pop():
        return _limit(machine, "network.tcp_wmem_max_bytes")
    size, reason = _limit(machine, "network.tcp_rmem_max_bytes")
    return (None, reason) if size is None else _payload(size, machine)


def window_rate(size: int | None, rtt_us: Scalar | None, reason: str) -> tuple[float | None, str]:
    """Bits a second of one flow that has one window in each round trip."""
    if size is None:
        return None, reason
    if not isinstance(rtt_us, int | float) or rtt_us <= 0:
        return None, "the tool did not give the round trip time"
    return size * 8 / (rtt_us * 1e-6), ""


def window_limited(trials: Sequence[TrialResult], limit: float | None, reason: str) -> tuple[bool | None, str]:
    """Whether the sender's own window held it back: the kernel counted that its buffer was full, which it does only
    while nothing waits to be sent; or each flow reached 60 to 130 % of what the settings allow."""
    shares = [share for trial in trials if (share := trial.deltas.get("tcp.buffer_limited_share")) is not None]
    if shares and len(shares) == len(trials) and median(shares) > FULL:
        return True, ""
    rates = [rate for trial in trials if (rate := _rate(trial)) is not None]
    if limit is None or not rates or len(rates) < len(trials):
        return None, reason or "the tool gave no rate"
    return NEAR[0] * limit <= median(rates) <= NEAR[1] * limit, ""


def _rate(trial: TrialResult) -> float | None:
    """Bits a second of one of its flows."""
    streams = trial.output.details.get("streams")
    rate = next((one.value for one in trial.output.samples if one.metric == "bits_per_s"), None)
    return rate / streams if rate is not None and isinstance(streams, int) and streams > 0 else None


def _sends(trial: TrialResult) -> bool | None:
    details = trial.output.details
    reverse, server = details.get("reverse"), details.get("server_side", False)
    if details.get("bidir") or not isinstance(reverse, bool):
        return None
    return reverse is bool(server)


def _limit(machine: FactTable, name: str) -> tuple[int | None, str]:
    size = machine.value(name)
    return (size, "") if isinstance(size, int) else (None, f"{name} was not read")


def _payload(size: int, machine: FactTable) -> tuple[int | None, str]:
    """What of a receive buffer can be window: tcp_win_from_space() of include/net/tcp.h."""
    release = _release(machine.value("kernel.release"))
    if release is None:
        return None, "the kernel's release was not read"
    if release >= MEASURED_OVERHEAD_SINCE:
        return size, ""
    scale = machine.value("network.tcp_adv_win_scale")
    if not isinstance(scale, int):
        return None, "network.tcp_adv_win_scale was not read"
    return (size >> -scale if scale <= 0 else size - (size >> scale)), ""


def _release(text: Scalar | None) -> tuple[int, int] | None:
    numbers = [word for word in str(text or "").split(".")[:2] if word.isdecimal() and len(word) < 6]
    return (int(numbers[0]), int(numbers[1])) if len(numbers) == 2 else None
