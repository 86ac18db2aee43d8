"""`run --controlled`: the CPUs of this machine held at an even pace for the run, and restored from the journal.

Governors that lag behind the load, idle states that take long to leave, a daemon that moves interrupts and other work
make equal runs differ. They are changed for the comparison, not as advice: results are those of a machine so set.
"""

from collections.abc import Callable, Iterator, Sequence

from perfadvisor.errors import MeasureError
from perfadvisor.facts.reading.reader import integer
from perfadvisor.model.tree import Tree
from perfadvisor.runner import cpusets
from perfadvisor.settings.catalogue import SETTINGS
from perfadvisor.settings.commands import differences
from perfadvisor.settings.model import Intent
from perfadvisor.settings.planning import plan
from perfadvisor.settings.subjects import sources, subjects
from perfadvisor.specs.spec import Spec
from perfadvisor.targets.base import Command, Completed
from perfadvisor.targets.changing import settings
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.changing.undo import undone_by
from perfadvisor.targets.here import process
from perfadvisor.targets.here.capture import capture

GOVERNOR, IDLE = "cpu.governor", "cpu.idle_disable"
EVEN = "performance"
LONG_US = 10  # judgement: a tenth of what a fast disk takes to answer
STATES = "/sys/devices/system/cpu"
LATENCIES = f"{STATES}/cpu[0-9]*/cpuidle/state*/latency"
BALANCER = "irqbalance"
OURS = ("local", "vm")  # run in the control group of this process
SIGNAL = 'kill -"$1" "$2" 2>/dev/null || true'  # one that ended meanwhile has nothing to be undone


def hold(book: Journal, specs: Sequence[Spec] = ()) -> tuple[str, ...]:
    """Change what can be changed here, for a run in these environments; returns what was, in words, for whoever
    reads the results. MeasureError, with all restored, where the kernel refuses one of the settings."""
    patterns = (*sources(SETTINGS[GOVERNOR]), *sources(SETTINGS[IDLE]), LATENCIES)
    made = plan(wanted(capture(patterns)), capture(patterns))
    settings.apply(made, book)
    said = [*differences(made.writes), *_without_balancer(book), *_others_apart(book, specs)]
    return tuple(f"controlled: {one}" for one in said) or (
        "controlled: governors, idle states, interrupts and control groups needed no change here",
    )


def _others_apart(book: Journal, specs: Sequence[Spec]) -> Iterator[str]:
    """Containers and guests of others' making are in control groups of their own, which must keep their CPUs then."""
    if all(spec.kind in OURS for spec in specs):
        yield from cpusets.hold(book)


def wanted(tree: Tree) -> Iterator[Intent]:
    """Governors that keep the highest clock, and no idle state that takes long to leave, where these can be set."""
    for subject in subjects(SETTINGS[GOVERNOR], tree):
        choices = (tree.text(SETTINGS[GOVERNOR].choices.replace("{subject}", subject)) or "").split()
        if EVEN in choices:
            yield Intent(setting=GOVERNOR, subject=subject, to={"governor": EVEN})
    for subject in subjects(SETTINGS[IDLE], tree):
        latency = integer(tree, f"{STATES}/{subject}/latency")
        if latency is not None and latency > LONG_US:
            yield Intent(setting=IDLE, subject=subject, to={"idle_disable": "1"})


def _without_balancer(book: Journal, run: Callable[[Command], Completed] = process.run) -> Iterator[str]:
    """The daemon is stopped where it runs and goes on after the run."""
    try:
        found = run(Command(argv=("pgrep", "-x", BALANCER), timeout_s=10.0)).stdout.split()
    except MeasureError:
        return
    for pid in (word.decode() for word in found):
        book.record(undone_by(("sh", "-c", SIGNAL, "go-on", "CONT", pid), f"{BALANCER} paused ({pid})"))
        run(Command(argv=("sh", "-c", SIGNAL, "pause", "STOP", pid), timeout_s=10.0))
        yield f"{BALANCER} paused"
