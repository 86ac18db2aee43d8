"""Runs as sides of a gate, and what hardware and versions they carry."""

from dataclasses import replace

import pytest

from perfadvisor.analyse.gate.fingerprint import fingerprint, marks
from perfadvisor.analyse.gate.gate import gate
from perfadvisor.analyse.gate.side_by_side import left_out, side_by_side
from perfadvisor.analyse.gate.sides import sides_of
from perfadvisor.analyse.results.cells import cells
from perfadvisor.facts.catalogue import CATALOGUE
from perfadvisor.model.fact import Fact, FactTable
from perfadvisor.model.gate import MetricPolicy, Order, Runs, Side
from perfadvisor.model.result import Doubt, Output, Sample, TrialResult, TrialState, Trust
from perfadvisor.model.run import Run
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Environment, EnvironmentKind, Trial, Workload
from perfadvisor.specs.parse import read_spec

WORKLOAD = Workload(id="storage/x", title="X", device="storage", tool="fio", parameters={}, metrics=("read.iops",))
ENGINES = ("io_uring", "libaio")
BUSY = Doubt(trust=Trust.INVALID, reason="other work ran on the CPUs", evidence="3 runnable")


def table(**facts) -> FactTable:
    return FactTable(Fact(name=name.replace("__", "."), value=value, source="x") for name, value in facts.items())


MACHINE = {
    "cpu__model_name": "AMD  EPYC",
    "cpu__online_count": 2,
    "numa__node_count": 1,
    "memory__total_bytes": 8 << 30,
    "kernel__release": "6.1.0",
}


def result(number: int, value: float, *, state=TrialState.DONE, doubts=()) -> TrialResult:
    trial = Trial(
        number=number, workload=WORKLOAD.id, environment="local", repeat=number, position=1, runtime_s=1, warmup_s=0
    )
    samples = (
        Sample(metric="read.iops", value=value, unit=Unit.IOPS, better="higher"),
        Sample(metric="read.slat_mean", value=1.0, unit=Unit.NANOSECONDS, better="lower"),
    )
    return TrialResult(
        trial=trial, state=state, started=100.0 - number, duration_s=1, output=Output(samples=samples), doubts=doubts
    )


def side(*results: TrialResult, workload=WORKLOAD) -> Side:
    run = Run(
        id="r",
        started=1.0,
        seed=1,
        argv=(),
        state="complete",
        versions={"fio": "3.33"},
        host={},
        environments=(Environment(name="local", spec=read_spec("local"), kind=EnvironmentKind.VM),),
        workloads={workload.id: workload},
        plan=(),
        results=results,
    )
    return sides_of(run, cells(run), {"local": table(**MACHINE)})["local"]


def test_judged_metrics_in_the_order_they_ran() -> None:
    found = side(result(1, 10.0), result(2, 20.0), result(3, 30.0, state=TrialState.FAILED))
    assert list(found.runs) == [("storage/x", "read.iops")]
    one = found.runs["storage/x", "read.iops"]
    assert (one.values, one.times, one.unit, one.better) == ((20.0, 10.0), (98.0, 99.0), "iops", "higher")
    assert (found.kind, found.marks["fio"], found.marks["kernel.release"]) == ("vm", "3.33", "6.1.0")


def test_another_engine_under_the_same_name_is_said() -> None:
    ring, aio = (side(result(1, 10.0), workload=replace(WORKLOAD, parameters={"engine": name})) for name in ENGINES)
    assert (ring.marks["engine of storage/x"], aio.marks["engine of storage/x"]) == ENGINES
    said = gate(ring, aio, lambda _: MetricPolicy(margin=0.03), Order.BLOCK).notes
    assert "engine of storage/x changed from io_uring to libaio" in said


def test_other_times_and_parameters_under_the_same_name_are_said() -> None:
    short = side(result(1, 10.0), workload=replace(WORKLOAD, parameters={"size_bytes": 1}))
    long = side(result(1, 10.0), workload=replace(WORKLOAD, parameters={"size_bytes": 2}, runtime_s=60.0))
    said = gate(short, long, lambda _: MetricPolicy(margin=0.03), Order.BLOCK).notes
    assert "size_bytes of storage/x changed from 1 to 2" in said
    assert "times of storage/x changed from 8 s after 2 s to 60 s after 2 s" in said


def test_a_disturbed_run_is_left_to_its_cleaner_repeat() -> None:
    stolen = Doubt(trust=Trust.NOISY, reason="CPU time was stolen by the hypervisor", evidence="5 %")
    again = result(3, 20.0)
    again = replace(again, trial=replace(again.trial, again_of=1))
    found = side(result(1, 10.0, doubts=(stolen,)), result(2, 21.0), again)
    assert sorted(found.runs["storage/x", "read.iops"].values) == [20.0, 21.0]


def test_an_import_is_judged_by_all_it_has() -> None:
    found = side(result(1, 10.0), workload=replace(WORKLOAD, metrics=()))
    assert {metric for _, metric in found.runs} == {"read.iops", "read.slat_mean"}


@pytest.mark.parametrize(("bad", "marked"), [(1, False), (2, True)])
def test_runs_that_cannot_be_relied_on_are_left_out_and_said(bad, marked) -> None:
    found = side(*(result(i, float(i), doubts=(BUSY,) if i <= bad else ()) for i in range(1, 4)))
    assert len(found.runs["storage/x", "read.iops"].values) == 3 - bad
    assert (("storage/x", "read.iops") in found.invalid) is marked
    assert not marked or "other work" in found.invalid["storage/x", "read.iops"]


def test_the_fingerprint_is_coarse() -> None:
    assert fingerprint(table(**MACHINE)) == "AMD EPYC, 2 CPUs, 1 node, about 8 GiB"
    same = table(**{**MACHINE, "memory__total_bytes": (8 << 30) - (200 << 20), "kernel__release": "6.8"})
    assert fingerprint(same) == fingerprint(table(**MACHINE))
    assert fingerprint(table(**{**MACHINE, "cpu__online_count": 4})) != fingerprint(table(**MACHINE))
    assert fingerprint(FactTable(())) == ""
    assert fingerprint(table(memory__total_bytes=0)) == ""


def test_versions_of_devices_are_marks() -> None:
    found = marks(FactTable([Fact(name="nic.firmware_version", subject="eth0", value="22.31", source="x")]))
    assert found == {"nic.firmware_version eth0": "22.31"}


def test_settings_of_the_machine_are_marks_and_measured_values_are_not() -> None:
    facts = [
        CATALOGUE["cpu.microcode"].fact("0x2006906", source="x"),
        CATALOGUE["memory.thp_enabled"].fact("always", source="x"),
        CATALOGUE["cpu.frequency_limit_hz"].fact(3_000_000_000, source="x"),
        CATALOGUE["memory.free_bytes"].fact(1, source="x"),
        CATALOGUE["block.scheduler"].fact("none", source="x", subject="sda"),
    ]
    assert marks(FactTable(facts)) == {
        "cpu.microcode": "0x2006906",
        "memory.thp_enabled": "always",
        "cpu.frequency_limit_hz": "3 GHz",
    }


def runs(*values: float, unit: str = "iops") -> Runs:
    return Runs(workload="w", metric="m", unit=unit, better="higher", values=values)


def test_side_by_side_has_a_ratio_even_for_single_runs() -> None:
    a, b = (Side(name=name, runs={one.key: one}) for name, one in (("a", runs(100.0)), ("b", runs(90.0))))
    (found,) = side_by_side(a, b, Order.MIXED)
    assert (found.ratio, found.low) == (0.9, None)
    many = Side(name="b", runs={("w", "m"): runs(90.0, 91.0, 89.0, 90.5, 89.5)})
    again = Side(name="a", runs={("w", "m"): runs(100.0, 101.0, 99.0, 100.5, 99.5)})
    (found,) = side_by_side(again, many, Order.MIXED)
    assert found.low < found.ratio < found.high


def test_what_cannot_be_put_side_by_side_is_said() -> None:
    a = Side(name="a", runs={("w", "m"): runs(1.0), ("w", "n"): replace(runs(1.0), metric="n")})
    b = Side(name="b", runs={("w", "m"): runs(1.0, unit="ms")})
    assert side_by_side(a, b, Order.MIXED) == ()
    assert left_out(a, b) == ("w/m: iops against ms", "w/n: only in a")
