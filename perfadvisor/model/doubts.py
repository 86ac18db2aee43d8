"""Every reason not to trust a number: code names them here, and their words are only for people."""

from enum import StrEnum


class DoubtReason(StrEnum):
    """Why a result is NOISY or INVALID. The value is how reports word it; what was seen stands in the evidence."""

    CPU_STOLEN = "CPU time was stolen by the hypervisor"
    OTHER_WORK = "other work ran on the CPUs"
    HOST_WORK = "other work ran on the host's CPUs"
    OTHER_WRITES = "other work wrote to the disk"
    WAITED_FOR_CPU = "the tool waited for a CPU"
    MEMORY_SHORT = "memory was short"
    THROTTLED = "the CPU throttled for heat"
    PAGE_CACHE = "the page cache is in the result"
    DEPTH_NOT_REACHED = "the queue depth was not reached"
    RATE_LIMITED = "a rate limit set the speed, not the device"
    FEW_COMPLETIONS = "too few completions for a percentile"
    NEVER_STEADY = "never steady"
    MACHINE_CHANGED = "the machine changed between the start and the end of the run"
    CHANGED_MEANWHILE = "something changed during the trial"
    OTHER_DEVICE = "the device may be another one than in the first trial"
    FEW_RUNS = "too few runs for an interval"
    TRIALS_FAILED = "trials failed"
    RUNS_DISAGREE = "the runs disagree"
    JOBS_BESIDE = "other jobs ran at the same time"
    ENDED_EARLY = "ended early"


# What others did to a trial, and a repeat may not meet again; the rest belongs to the workload or the machine.
BY_OTHERS = frozenset(
    {
        DoubtReason.CPU_STOLEN,
        DoubtReason.OTHER_WORK,
        DoubtReason.HOST_WORK,
        DoubtReason.OTHER_WRITES,
        DoubtReason.WAITED_FOR_CPU,
        DoubtReason.MEMORY_SHORT,
        DoubtReason.THROTTLED,
        DoubtReason.CHANGED_MEANWHILE,
    }
)
