"""What the CPUs were busy with while a monitor (mpstat, vmstat, sar, iostat, turbostat) looked at them.

Averages over its whole time, as it prints them; nothing of a trial. Shares of `load` are of all CPUs together."""

from perfadvisor.model.fact import FactSpec, Nature
from perfadvisor.model.units import Unit


def _load(name: str, meaning: str, kind: type[int] | type[float] = float, unit: Unit = Unit.RATIO) -> FactSpec:
    return FactSpec(name=f"load.{name}", type=kind, unit=unit, meaning=meaning, nature=Nature.MEASURED)


STEAL = _load("steal_share", "share of time that the hypervisor gave to others while a CPU wanted to run")
IOWAIT = _load("iowait_share", "share of time that CPUs had nothing to run while an I/O was under way")
IDLE = _load("idle_share", "share of time that CPUs had nothing to run, and no I/O was under way")
SOFTIRQ_MOST = _load("softirq_most_share", "share of its time that the busiest CPU in this spent in soft interrupts")
SOFTIRQ_OTHERS = _load("softirq_others_share", "the same of the mean of the other CPUs")
SOFTIRQ_CPU = _load("softirq_cpu", "that CPU", int, Unit.NONE)
SWAPPED_IN = _load("swapped_in_bytes_per_s", "memory read back from swap a second", unit=Unit.BYTES_PER_SECOND)
SWAPPED_OUT = _load("swapped_out_bytes_per_s", "memory written to swap a second", unit=Unit.BYTES_PER_SECOND)
BUSY = _load("busiest_busy_share", "share of time that the busiest CPU was not in an idle state")
CLOCK = _load("busiest_frequency_hz", "its clock while it was not", unit=Unit.HERTZ)
NOMINAL = _load("nominal_frequency_hz", "clock of the time stamp counter, about the nominal one", unit=Unit.HERTZ)

CATALOGUE: tuple[FactSpec, ...] = (
    STEAL, IOWAIT, IDLE, SOFTIRQ_MOST, SOFTIRQ_OTHERS, SOFTIRQ_CPU, SWAPPED_IN, SWAPPED_OUT, BUSY, CLOCK, NOMINAL,
)  # fmt: skip
