"""The work of each step grows as its input does: bytecodes are counted, because times on shared machines vary."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import growing
from perfadvisor.analyse.gate.compare import JudgedComparison
from perfadvisor.analyse.gate.gate import alerts, corrected, corroborated
from perfadvisor.facts import catalogue
from perfadvisor.facts.pci import pci
from perfadvisor.facts.pci.address import functions
from perfadvisor.model.gate import Comparison, GateReport, Order, Verdict
from perfadvisor.model.tree import Tree
from perfadvisor.report.device_names import names_at
from perfadvisor.report.gate_words import headline
from perfadvisor.report.passthrough import passthrough

PROMISE = 1.15  # per doubling: lists are sorted


def verdicts_together(size: int, _folder: Path) -> Callable[[], object]:
    """What the gate does with all comparisons of one workload at once."""
    judged = [
        JudgedComparison(
            comparison=Comparison(
                workload="w",
                metric=f"m{number}",
                unit="s",
                better="lower",
                order=Order.MIXED,
                margin=0.03,
                verdict=Verdict.REGRESSION,
                ratio=1.04,
                low=1.03,
                high=1.05,
                p_worse=0.0001,
            )
        )
        for number in range(size)
    ]
    return lambda: alerts(corroborated(corrected(judged, 0.05), judged, 0.05))


def said_together(size: int, _folder: Path) -> Callable[[], object]:
    comparison = Comparison(
        workload="w",
        metric="m",
        unit="s",
        better="lower",
        order=Order.MIXED,
        margin=0.03,
        verdict=Verdict.EQUIVALENT,
        ratio=1.0,
        low=0.99,
        high=1.01,
    )
    report = GateReport(baseline="a", candidate="b", comparisons=(comparison,) * size)
    return lambda: headline(report)


def what_hangs_together(size: int, _folder: Path) -> Callable[[], object]:
    """The parts of a page that ask of each function which disks and interfaces are behind it."""
    table = catalogue.read(growing.devices(size))
    return lambda: [passthrough(table), *(names_at(table, one) for one in table.subjects("pci"))]


def work(timed: Callable[[], object]) -> int:
    count = 0

    def trace(frame, event, _argument):
        nonlocal count
        frame.f_trace_lines, frame.f_trace_opcodes = False, True  # a comprehension is one line, however long it takes
        count += event == "opcode"
        return trace

    sys.settrace(trace)
    try:
        timed()
    finally:
        sys.settrace(None)
    return count


@pytest.mark.parametrize(
    ("step", "size"),
    [
        (growing.facts_of_functions, 20),
        (growing.facts_of_interrupts, 64 * 60),
        (growing.facts_of_devices, 5),
        (growing.rules_of_functions, 10),
        (growing.rules_of_devices, 3),
        (growing.report_of_devices, 3),
        (what_hangs_together, 50),
        (growing.import_of_files, 4),
        (growing.gate_of_metrics, 25),
        (verdicts_together, 100),
        (said_together, 100),
    ],
)
def test_twice_the_input_is_twice_the_work(step, size: int, tmp_path: Path) -> None:
    step(4, tmp_path)()  # what is prepared once
    for name in ("one", "two", "four"):
        (tmp_path / name).mkdir()
    one = work(step(size, tmp_path / "one"))
    two = work(step(2 * size, tmp_path / "two"))
    four = work(step(4 * size, tmp_path / "four"))
    assert four - two <= 2 * PROMISE * (two - one)
    assert one > 100


def test_looking_through_functions_in_c_is_linear_too() -> None:
    few, many = (pci_seconds(growing.functions(count)) for count in (750, 6000))
    assert many < 8 * 2.5 * few


def pci_seconds(tree: Tree) -> float:
    found = functions(tree)
    return min(cpu_seconds(lambda: list(pci._resets(tree, found))) for _ in range(3))


def cpu_seconds(timed: Callable[[], object]) -> float:
    began = time.thread_time()
    timed()
    return time.thread_time() - began
