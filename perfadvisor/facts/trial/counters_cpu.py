"""What the CPUs did between two readings of /proc/stat (proc(5))."""

from collections.abc import Iterator

from perfadvisor.facts.reading.reader import number
from perfadvisor.model.tree import Tree

STAT = "/proc/stat"
PATTERNS = (STAT,)
COLUMNS = ("user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal")  # guest time is within user and nice

Times = dict[str, float]


def difference(before: float | None, after: float | None) -> float | None:
    """How far a counter rose; None where either reading is missing or it fell, which means it was reset."""
    if before is None or after is None or after < before:
        return None
    return float(after - before)


def deltas(before: Tree, after: Tree, seconds: float) -> Iterator[tuple[str, float | None]]:
    """Shares of CPU time, and the rates of interrupts and context switches."""
    spent = times(before, after)
    whole = spent.pop("cpu", {})
    yield "cpu.steal_share", share(whole, "steal")
    yield "cpu.idle_share", share(whole, "idle")
    yield "cpu.iowait_share", share(whole, "iowait")
    yield "cpu.busy_share", busy(whole)
    yield "cpu.max_busy_share", _highest(busy(one) for one in spent.values())
    yield "cpu.max_softirq_share", _highest(share(one, "softirq") for one in spent.values())
    for word, name in (("intr", "interrupts.per_s"), ("ctxt", "context_switches.per_s")):
        rise = difference(_total(before, word), _total(after, word))
        yield name, None if rise is None else rise / seconds


def times(before: Tree, after: Tree) -> dict[str, Times]:
    """ "cpu" for all and "cpu0", ... -> clock ticks spent in each state; CPUs that came or went are left out."""
    old, new = _lines(before), _lines(after)
    spent = {cpu: _spent(old[cpu], new[cpu]) for cpu in new if cpu in old}
    return {cpu: ticks for cpu, ticks in spent.items() if ticks}


def _spent(old: list[str], new: list[str]) -> Times:
    """Idle time of a CPU can go backwards by a tick (kernel/time/tick-sched.c): then none was spent."""
    pairs = zip(COLUMNS, old, new, strict=False)
    ticks = {name: (number(a), number(b)) for name, a, b in pairs}
    return {name: float(max(0, b - a)) for name, (a, b) in ticks.items() if a is not None and b is not None}


def _lines(tree: Tree) -> dict[str, list[str]]:
    rows = (line.split() for line in (tree.text(STAT) or "").splitlines())
    return {row[0]: row[1:] for row in rows if row and row[0].startswith("cpu")}


def share(spent: Times, state: str) -> float | None:
    """Share of the time in one state; None where nothing is known of it."""
    total = sum(spent.values())
    return spent[state] / total if total and state in spent else None


def busy(spent: Times) -> float | None:
    """Share of the time that was neither idle nor waiting for I/O."""
    total = sum(spent.values())
    return 1.0 - (spent.get("idle", 0.0) + spent.get("iowait", 0.0)) / total if total else None


def _highest(values: Iterator[float | None]) -> float | None:
    return max((value for value in values if value is not None), default=None)


def _total(tree: Tree, word: str) -> int | None:
    """The first number of the line: all interrupts, all context switches since boot."""
    line = next((line for line in (tree.text(STAT) or "").splitlines() if line.startswith(word + " ")), "")
    return number([*line.split(), "", ""][1])
