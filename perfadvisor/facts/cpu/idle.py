"""How deeply idle CPUs sleep, which is how long they take to wake."""

from collections.abc import Iterator
from math import inf

from perfadvisor.facts.cpu.cpu import SYSTEM
from perfadvisor.facts.reading import reader
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

_STATES = f"{SYSTEM}/cpu0/cpuidle"  # the states are the same on every CPU of one kind; a thousand CPUs cost time
_BOUND = "power/pm_qos_resume_latency_us"  # admin-guide/pm/cpuidle: it bounds the states of its CPU
_GOVERNORS = ("current_governor", "current_governor_ro")  # the second where it cannot be changed

DRIVER = FactSpec(
    name="cpu.idle_driver",
    type=str,
    meaning='driver of the idle states, "none" where there is none',
    nature=Nature.SETTING,
)
GOVERNOR = FactSpec(name="cpu.idle_governor", type=str, meaning="what chooses the idle state", nature=Nature.SETTING)
MAX_LATENCY = FactSpec(
    name="cpu.cstate_max_latency_us",
    type=int,
    unit=Unit.MICROSECONDS,
    meaning="longest time to wake from an idle state that is enabled and within the CPU's own bound, on CPU 0",
    nature=Nature.SETTING,
)
DEEPEST = FactSpec(
    name="cpu.cstate_deepest",
    type=str,
    meaning="the enabled idle state that takes longest to wake from",
    nature=Nature.SETTING,
)

CATALOGUE: tuple[FactSpec, ...] = (DRIVER, GOVERNOR, MAX_LATENCY, DEEPEST)
PATTERNS: tuple[str, ...] = (
    f"{SYSTEM}/cpuidle/current_*",
    f"{_STATES}/state*/name",
    f"{_STATES}/state*/latency",
    f"{_STATES}/state*/disable",
    f"{SYSTEM}/cpu[0-9]*/{_BOUND}",
)


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """The idle facts of this tree."""
    yield reader.text_fact(DRIVER, tree, f"{SYSTEM}/cpuidle/current_driver")
    paths = [f"{SYSTEM}/cpuidle/{name}" for name in _GOVERNORS]
    yield reader.text_fact(GOVERNOR, tree, next(filter(tree.exists, paths), paths[0]))
    latency, name = max(_enabled(tree), default=(None, None))
    source, reason = f"{_STATES}/state*", "no idle states"
    yield MAX_LATENCY.given(latency, source=f"{source}/latency", reason=reason)
    yield DEEPEST.given(name, source=f"{source}/name", reason=reason)


def _enabled(tree: Tree) -> Iterator[tuple[int, str]]:
    """(exit latency in microseconds, name) of every state that is not disabled and within the bound."""
    bound = _bound(tree)
    for number, state in reader.numbered(tree, _STATES, "state"):
        latency = reader.integer(tree, f"{state}/latency")
        if latency is not None and 0 <= latency <= bound and tree.text(f"{state}/disable") in ("0", None):
            yield latency, tree.text(f"{state}/name") or f"state{number}"


def _bound(tree: Tree) -> float:
    """The longest time that CPU 0 may take to wake: 0 stands for any, "n/a" for none."""
    text = tree.text(f"{SYSTEM}/cpu0/{_BOUND}") or "0"
    return 0.0 if text == "n/a" else float(text) if text.isdecimal() and text != "0" else inf
