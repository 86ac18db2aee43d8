"""Whether a rate limit, not the device, set the speed of a fio result.

The shape is that of a queue in front of a timer, which lets one request through at equal distances: the rate hardly
moves, nearly every I/O takes exactly depth / rate, and yet the fastest, which found the queue empty, took a fraction of
it. Hypervisors and cloud volumes limit so; the kernel's blk-throttle does not (it lets bursts through) and is not seen.
A saturated link has the same shape with large blocks, so only small ones count.
"""

from perfadvisor.model.result import TrialResult

MOST_BLOCK_BYTES = 65536
EVEN = 0.01  # judgement: deviation over mean; real disks at depth vary by 0.3 to 30 % (16 files of 13 machines)
FLAT = 1.05  # judgement: 95th over 5th percentile; the flattest real disk seen has 1.3
FAST = 4  # judgement: nearly all take this many times what the fastest took
_NAMES = ("block_size_bytes", "rate_variation", "latency_p5_ns", "latency_p95_ns", "latency_min_ns")


def rate_limited(trial: TrialResult) -> bool | None:
    """Whether its own options or its shape show a limit; None where the file does not tell, or the blocks are large."""
    if "rate_options" in trial.output.details:
        return True
    known = _numbers(trial)
    if known is None or known[0] > MOST_BLOCK_BYTES:
        return None
    _, variation, low, high, fastest = known
    return variation <= EVEN and low > 0 and high <= FLAT * low and fastest * FAST <= low


def evidence(trial: TrialResult) -> str:
    """The figures in words; "" where its shape shows no limit, or the job limits itself."""
    known = _numbers(trial)
    if known is None or "rate_options" in trial.output.details or not rate_limited(trial):
        return ""
    _, variation, low, high, fastest = known
    return (
        f"the rate varies by {variation:.2%}, nine tenths of the I/Os take {low / 1e6:.2f} to {high / 1e6:.2f} ms, and"
        f" the fastest took {fastest / 1e6:.2f} ms"
    )


def _numbers(trial: TrialResult) -> tuple[float, ...] | None:
    found = [trial.output.details.get(name) for name in _NAMES]
    known = [float(value) for value in found if isinstance(value, int | float)]
    return tuple(known) if len(known) == len(found) else None
