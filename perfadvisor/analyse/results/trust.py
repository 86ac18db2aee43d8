"""Trust marks: what happened during a trial that makes its numbers noisy or not what they claim to be.

Each check looks at one thing and gives a `Doubt` with the evidence, or nothing. A missing counter gives no doubt: it is
unknown, not clean, and the report lists it so.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from perfadvisor.analyse.results import rate_limit
from perfadvisor.model.doubts import DoubtReason
from perfadvisor.model.result import WAYS, Doubt, TrialResult, Trust
from perfadvisor.model.workload import Workload

STEAL_NOISY = 0.02  # judgement: the rules guide's threshold for a guest losing CPU time
STEAL_INVALID = 0.10  # judgement
OTHER_CPUS = 0.5  # judgement: other work kept half a CPU busy, or had half a runnable thread on average
SATURATED = 0.95
WAITED = ("tool_wait_ns_per_s", "tool_runnable_mean", "cpus")
WAITED_NS = 0.1e9  # judgement: a tenth of a second in each second
WAITED_SHARE = 0.1  # judgement: of the time it wanted a CPU
SEVERAL = 3  # judgement: threads of a tool that does not tell how many it has
WAITED_INVALID = 0.5  # judgement: half of the time it wanted a CPU
OTHER_WRITES = 1e6  # judgement: bytes per second; a quiet machine's logs are far below
OTHER_WRITES_SHARE = 0.05  # judgement: of what the tool read
PRESSURE = 0.05  # judgement: share of time some task waited for memory (accounting/psi.rst)
CACHE_SHARE = 0.9  # the disk must have moved nine tenths of what fio counted
DEPTH_SHARE = 0.8  # of the depth asked for, by Little's law
DEPTH_LEAST = 2.0
COMPLETIONS = 100  # completions needed above a percentile to speak of it: about 100 / (1 - p)

_PERCENTILE = re.compile(r"\.c?lat_p(\d{1,9})\Z", re.ASCII)  # read.lat_p999

Check = Callable[[TrialResult, Workload], Doubt | None]


def with_doubts(result: TrialResult, workload: Workload) -> TrialResult:
    """The result with every doubt its own counters and output give; those it already carries are kept."""
    found = tuple(doubt for check in CHECKS if (doubt := check(result, workload)) is not None)
    return replace(result, doubts=result.doubts + found)


def _doubt(trust: Trust, reason: DoubtReason, evidence: str) -> Doubt:
    return Doubt(trust=trust, reason=reason, evidence=evidence)


def steal(result: TrialResult, _workload: Workload) -> Doubt | None:
    """The hypervisor gave this machine's CPU time to others."""
    share = result.deltas.get("cpu.steal_share")
    if share is None or share < STEAL_NOISY:
        return None
    mark = Trust.INVALID if share >= STEAL_INVALID else Trust.NOISY
    return _doubt(mark, DoubtReason.CPU_STOLEN, f"{share:.1%} steal in /proc/stat")


def other_load(result: TrialResult, _workload: Workload) -> Doubt | None:
    """Other programs used the CPUs (not load average: that one lags by minutes)."""
    others = _others(result, "gauge.")
    if others is None:
        return None
    busy = result.deltas.get("cpu.busy_share", 0.0)
    mark = Trust.INVALID if busy >= SATURATED and others[0] >= 1 else Trust.NOISY
    return _doubt(mark, DoubtReason.OTHER_WORK, f"{others[1]}, CPUs {busy:.0%} busy")


def _others(result: TrialResult, side: str) -> tuple[float, str] | None:
    """How much other work there was, and in words; None where it was little or is unknown. Runs of earlier versions
    only counted threads."""
    cpus, threads = (result.deltas.get(f"{side}{name}") for name in ("other_cpus", "other_runnable_mean"))
    most = threads if cpus is None else cpus
    if most is None or most < OTHER_CPUS:
        return None
    if cpus is None:
        return most, f"{most:.1f} other runnable threads on average"
    return max(cpus, threads or 0.0), f"other programs used {cpus:.1f} CPUs"


def host_load(result: TrialResult, _workload: Workload) -> Doubt | None:
    """Other programs used the CPUs of the host that a guest ran on, or QEMU's threads waited for one."""
    others, lost = _others(result, "host.gauge."), _lost(result, "host.gauge.")
    if others is None and lost is None:
        return None
    said = [others[1]] if others else []
    said += [f"QEMU's threads {lost[1]}"] if lost else []
    mark = Trust.INVALID if lost and lost[0] >= WAITED_INVALID else Trust.NOISY
    return _doubt(mark, DoubtReason.HOST_WORK, "; ".join(said))


def waited(result: TrialResult, _workload: Workload) -> Doubt | None:
    """The tool's threads were ready to run and had no CPU: other work or a quota took it."""
    lost = _lost(result, "gauge.")
    if lost is None:
        return None
    mark = Trust.INVALID if lost[0] >= WAITED_INVALID else Trust.NOISY
    return _doubt(mark, DoubtReason.WAITED_FOR_CPU, f"its threads {lost[1]}")


def _lost(result: TrialResult, side: str) -> tuple[float, str] | None:
    """Share of the time the threads wanted a CPU in which they had none, although there were CPUs enough for them; None
    where it is small or unknown. Where they alone are more than the CPUs, they wait for each other, which is the
    workload itself; and each of many thousand wake-ups a second waits for some microseconds."""
    wait, own, cpus = (result.deltas.get(f"{side}{name}") for name in WAITED)
    if wait is None or own is None or cpus is None or own > cpus or wait < WAITED_NS:
        return None
    used = result.deltas.get(f"{side}tool_cpu_ns_per_s", 0.0)
    if _others(result, side) is None and wait - _for_each_other(result, side, used) < WAITED_NS:
        return None
    lost = wait / (wait + used)
    words = f"waited {wait / 1e9:.2f} s a second for a CPU, {lost:.0%} of the time they wanted one"
    return (lost, words) if lost >= WAITED_SHARE else None


def _for_each_other(result: TrialResult, side: str, used_ns: float) -> float:
    """The most that the threads can have waited for each other on one CPU, where the scheduler leaves those that the
    same interrupt wakes: all but one wait while one runs."""
    jobs = result.output.details.get("numjobs") if not side.startswith("host.") else None
    threads = jobs if isinstance(jobs, int) else SEVERAL
    return (threads - 1) * used_ns


def memory_pressure(result: TrialResult, _workload: Workload) -> Doubt | None:
    """Tasks waited for memory, or pages were swapped."""
    share = result.deltas.get("pressure.memory_some_share", 0.0)
    swapped = result.deltas.get("vmstat.swapped_pages", 0.0)
    if share < PRESSURE and swapped < 1:
        return None
    return _doubt(Trust.NOISY, DoubtReason.MEMORY_SHORT, f"{share:.1%} memory pressure, {swapped:.0f} pages swapped")


def throttled(result: TrialResult, _workload: Workload) -> Doubt | None:
    """The CPU slowed itself down because of heat."""
    events = result.deltas.get("thermal.throttle_events", 0.0)
    if events < 1:
        return None
    return _doubt(Trust.NOISY, DoubtReason.THROTTLED, f"{events:.0f} package throttle events")


def page_cache(result: TrialResult, workload: Workload) -> Doubt | None:
    """The disk moved fewer bytes than fio read: the rest came out of memory."""
    share = moved_share(result, "read", at_most=True)
    if workload.tool != "fio" or share is None or share >= CACHE_SHARE:
        return None
    evidence = f"of the bytes fio read, the disk moved {share:.0%}"
    return _doubt(Trust.INVALID, DoubtReason.PAGE_CACHE, evidence)


def moved_share(result: TrialResult, way: str, *, at_most: bool = False) -> float | None:
    """Bytes the disk moved over bytes fio moved ("read" or "write"); None where either is unknown.

    Both are rates of the measured time: fio counts nothing before its ramp ends, and the disk was read once a second
    meanwhile. The counters around the whole trial hold the warm-up, too, whose rate may be another: where there was one
    they bound the share from above, which is enough `at_most` to see that bytes are missing."""
    counted = result.output.details.get(f"{way}_io_bytes")
    seconds = _measured_s(result)
    if not isinstance(counted, int | float) or counted <= 0 or seconds <= 0:
        return None
    rate = result.deltas.get(f"gauge.disk_{way}_bytes_per_s")
    if rate is not None:
        share = rate * seconds / counted
        return share if share >= 1 else min(1.0, max(share, _moved_in_all(result, way) or 0.0))
    moved = result.deltas.get(f"path.block.{way}_bytes")
    return None if moved is None or (result.trial.warmup_s > 0 and not at_most) else moved / counted


def _moved_in_all(result: TrialResult, way: str) -> float | None:
    """The same share as if the warm-up had had the speed of the measured time. Readings once a second miss part of a
    short trial, and where the speed wavers that part may hold more than its share."""
    counted = result.output.details.get(f"{way}_io_bytes")
    moved = result.deltas.get(f"path.block.{way}_bytes")
    seconds = _measured_s(result)
    if not isinstance(counted, int | float) or counted <= 0 or moved is None or seconds <= 0:
        return None
    return moved / (counted * (1 + result.trial.warmup_s / seconds))


def _measured_s(result: TrialResult) -> float:
    """The seconds that fio measured: a job waits for what is in flight, which takes long where a cap holds it back. The
    time that was asked for where fio does not say."""
    told = result.output.details.get("runtime_ms")
    return told / 1000 if isinstance(told, int | float) and told > 0 else result.trial.runtime_s


def achieved_depth(result: TrialResult) -> float | None:
    """Mean I/Os in flight by Little's law, from fio's own rate and total latency; None where fio gave neither."""
    values = {sample.metric: sample.value for sample in result.output.samples}
    depths = [
        values[f"{way}.iops"] * values[f"{way}.lat_mean"] * 1e-9
        for way in WAYS
        if f"{way}.iops" in values and f"{way}.lat_mean" in values
    ]
    return sum(depths) if depths else None


def asked_depth(result: TrialResult) -> float | None:
    """The depth the job asked for: iodepth times jobs."""
    depth, jobs = result.output.details.get("iodepth"), result.output.details.get("numjobs", 1)
    if not isinstance(depth, int | float) or not isinstance(jobs, int | float):
        return None
    return float(depth * jobs)


def queue_depth(result: TrialResult, workload: Workload) -> Doubt | None:
    """The queue was not as full as the workload's name says, so the number belongs to another depth."""
    asked, reached = asked_depth(result), achieved_depth(result)
    if workload.tool != "fio" or asked is None or asked < DEPTH_LEAST or "rate_options" in result.output.details:
        return None
    if reached is None:
        return _depth_by_buckets(result, asked)
    if reached >= DEPTH_SHARE * asked or "rate_iops" in workload.parameters:
        return None
    evidence = f"{reached:.1f} I/Os in flight on average, {asked:.0f} asked for"
    return _doubt(Trust.INVALID, DoubtReason.DEPTH_NOT_REACHED, evidence)


def _depth_by_buckets(result: TrialResult, asked: float) -> Doubt | None:
    """Where no latency was measured fio's own count of I/Os by depth tells."""
    share = result.output.details.get("depth_reached_share")
    if not isinstance(share, int | float) or share >= DEPTH_SHARE:
        return None
    evidence = f"{share:.0%} of the I/Os were issued at the depth of {asked:.0f} asked for"
    return _doubt(Trust.INVALID, DoubtReason.DEPTH_NOT_REACHED, evidence)


def other_writes(result: TrialResult, workload: Workload) -> Doubt | None:
    """Another program wrote to the disk while the tool only read: the disk's time went to both."""
    wrote = result.deltas.get("gauge.disk_write_bytes_per_s")
    details, seconds = result.output.details, _measured_s(result)
    read, own = (details.get(f"{way}_io_bytes") for way in ("read", "write"))
    if workload.tool != "fio" or wrote is None or own != 0 or not isinstance(read, int | float) or seconds <= 0:
        return None
    if wrote < max(OTHER_WRITES, OTHER_WRITES_SHARE * read / seconds):
        return None
    evidence = f"the disk wrote {wrote / 1e6:.0f} MB/s beside the {read / seconds / 1e6:.0f} MB/s that fio read"
    return _doubt(Trust.NOISY, DoubtReason.OTHER_WRITES, evidence)


def limited(result: TrialResult, _workload: Workload) -> Doubt | None:
    """A limit in front of the device set the speed. A job that limits itself did what it was asked to."""
    found = rate_limit.evidence(result)
    return _doubt(Trust.NOISY, DoubtReason.RATE_LIMITED, found) if found else None


def percentile(result: TrialResult, workload: Workload) -> Doubt | None:
    """A percentile that judges this workload rests on too few completions."""
    total = result.output.details.get("total_ios")
    if not isinstance(total, int | float):
        return None
    for metric in workload.metrics:
        found = _PERCENTILE.search(metric)
        if not found:
            continue
        needed = COMPLETIONS / (1 - float(f"0.{found[1]}"))
        if total < needed:
            evidence = f"{metric}: {total:.0f} I/Os, {needed:.0f} wanted"
            return _doubt(Trust.NOISY, DoubtReason.FEW_COMPLETIONS, evidence)
    return None


def unsteady(result: TrialResult, _workload: Workload) -> Doubt | None:
    """The rate never settled within the trial."""
    if result.output.details.get("steady") is not False:
        return None
    return _doubt(Trust.NOISY, DoubtReason.NEVER_STEADY, "the rate kept moving until the end of the trial")


CHECKS: tuple[Check, ...] = (
    steal, other_load, host_load, waited, memory_pressure, throttled, page_cache, other_writes, queue_depth, limited,
    percentile, unsteady,
)  # fmt: skip


def merged(results: tuple[TrialResult, ...]) -> Iterator[Doubt]:
    """The doubts of several trials as one list: worst mark first, saying in how many of them each was seen."""
    by_reason: dict[str, list[Doubt]] = {}
    for result in results:
        for doubt in result.doubts:
            by_reason.setdefault(doubt.reason, []).append(doubt)
    order = list(Trust)
    groups = sorted(by_reason.values(), key=lambda group: -max(order.index(doubt.trust) for doubt in group))
    for group in groups:
        worst = max(group, key=lambda doubt: order.index(doubt.trust))
        many = len(group) > 1 or len(results) > 1
        where = f" (in {len(group)} of {len(results)} runs)" if many else ""
        yield replace(worst, evidence=worst.evidence + where)
