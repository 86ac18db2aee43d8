"""Ratios to the parent: paired by repeat, withheld only where something else was measured, explained by findings."""

from dataclasses import replace
from math import exp
from random import Random

import pytest

from perfadvisor.analyse.environments import environments
from perfadvisor.analyse.environments.causes import causes, gap_of
from perfadvisor.analyse.results.cells import cells
from perfadvisor.judge import judge_run
from perfadvisor.model.fact import Fact, FactTable
from perfadvisor.model.result import Doubt, IoPath, Output, Sample, TrialResult, TrialState, Trust
from perfadvisor.model.rule import Finding, Fix, Outcome, Rule, Severity, Verify
from perfadvisor.model.run import Run
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Environment, EnvironmentKind, Trial, Workload
from perfadvisor.specs.parse import read_spec

WORKLOAD = Workload(
    id="storage/randread-4k",
    title="4 KiB random reads",
    device="storage",
    tool="fio",
    parameters={},
    metrics=("read.iops", "read.clat_mean"),
)
LOCAL = Environment(name="local", spec=read_spec("local"), kind=EnvironmentKind.BARE_METAL)
GUEST = Environment(name="vm", spec=read_spec("vm"), kind=EnvironmentKind.VM, parent="local")
DISK = IoPath(block="sda")
DETAILS = {"block_size_bytes": 4096, "iodepth": 32, "fio_version": "fio-3.33", "engine": "libaio"}


def trial(number, environment, repeat, iops, *, details=DETAILS, deltas=None, path=DISK, **changes):
    planned = Trial(
        number=number, workload=WORKLOAD.id, environment=environment, repeat=repeat, position=1, runtime_s=9, warmup_s=2
    )
    samples = (
        Sample(metric="read.iops", value=iops, unit=Unit.IOPS, better="higher"),
        Sample(metric="read.clat_mean", value=32e9 / iops if iops else 0.0, unit=Unit.NANOSECONDS, better="lower"),
    )
    return TrialResult(
        trial=planned,
        state=changes.pop("state", TrialState.DONE),
        started=0.0,
        duration_s=12.0,
        path=path,
        output=Output(samples=samples, details=details),
        deltas=deltas or {},
        **changes,
    )


def run_of(results, all_of_them=(LOCAL, GUEST)):
    return Run(
        id="r",
        started=0.0,
        seed=1,
        argv=(),
        state="complete",
        versions={},
        host={},
        environments=all_of_them,
        workloads={WORKLOAD.id: WORKLOAD},
        plan=tuple(one.trial for one in results),
        results=tuple(results),
    )


def drifting(share, repeats=6, noise=0.02, drift=1.5):
    """Both sides drift together by a half; the guest has `share` of its parent's speed."""
    random = Random(3)
    for repeat in range(1, repeats + 1):
        level = 100_000 * drift ** (repeat / repeats)
        yield trial(2 * repeat, "local", repeat, level * exp(random.gauss(0, noise)))
        yield trial(2 * repeat + 1, "vm", repeat, share * level * exp(random.gauss(0, noise)))


def rows(results, tables=None, all_of_them=(LOCAL, GUEST)):
    run = run_of(list(results), all_of_them)
    return environments.ratios(run, cells(run), tables or {})


def test_a_drift_that_both_share_leaves_the_interval_narrow():
    row = rows(drifting(0.6))[0]
    assert (row.environment, row.parent, row.metric, row.n) == ("vm", "local", "read.iops", 6)
    assert row.low < 0.6 < row.high
    assert row.high - row.low < 0.06  # the drift alone is 50 %


def test_a_latency_is_slower_where_iops_are_fewer():
    row = rows(drifting(0.5))[1]
    assert row.better == "lower"
    assert row.low < 2.0 < row.high


def test_the_interval_covers_the_truth_as_often_as_it_says():
    random, covered = Random(11), 0
    for _ in range(300):
        results = []
        for repeat in range(1, 6):
            results.append(trial(2 * repeat, "local", repeat, 1e5 * exp(random.gauss(0, 0.1))))
            results.append(trial(2 * repeat + 1, "vm", repeat, 7e4 * exp(random.gauss(0, 0.1))))
        row = rows(results)[0]
        covered += row.low < 0.7 < row.high
    assert 0.92 <= covered / 300 <= 0.98


def test_two_pairs_have_a_ratio_and_no_interval():
    row = rows(drifting(0.5, repeats=2))[0]
    assert row.ratio == pytest.approx(0.5, rel=0.1)
    assert (row.low, row.high, row.n) == (None, None, 2)


@pytest.mark.parametrize(
    ("spec", "repeats", "known"),
    [
        ("vm", 3, True),
        ("vm:cpus=2,vfio=0000:01:00.0", 3, False),
        ("vm:vf=0000:01:00.0", 4, True),
    ],
)
def test_a_device_that_changes_hands_needs_four_hand_overs_for_an_interval(spec, repeats, known):
    row = rows(drifting(0.5, repeats=repeats), all_of_them=(LOCAL, replace(GUEST, spec=read_spec(spec))))[0]
    assert row.ratio == pytest.approx(0.5, rel=0.1)
    assert (row.low is not None) is known


@pytest.mark.parametrize(
    ("details", "said"),
    [
        ({"block_size_bytes": 8192}, "block size"),
        ({"iodepth": 16}, "queue depth"),
        ({"engine": "io_uring"}, "I/O engine"),
        ({"fio_version": "fio-3.36"}, "fio version"),
    ],
)
def test_a_ratio_is_withheld_where_the_work_differs(details, said):
    results = [trial(1, "local", 1, 1e5), trial(2, "vm", 1, 5e4, details={**DETAILS, **details})]
    row = rows(results)[0]
    assert row.ratio is None
    assert said in row.withheld


def test_a_container_on_another_disk_is_no_comparison():
    tables = {"vm": table("vm", ("environment.kind", "", "container"))}
    results = [trial(1, "local", 1, 1e5), trial(2, "vm", 1, 5e4, path=IoPath(block="sdb"))]
    assert "another disk was measured: sdb here, sda in the parent" in rows(results, tables)[0].withheld


def table(_, *facts):
    return FactTable(Fact(name=name, subject=subject, value=value, source="test") for name, subject, value in facts)


def test_a_guests_disk_is_known_by_its_hosts_name():
    host = table("local", ("vm_disk.source_device", "web/vda", "sda"))
    guest = table("vm", ("environment.kind", "", "vm"), ("block.vm_disk", "vda", "web/vda"))
    results = [trial(1, "local", 1, 1e5), trial(2, "vm", 1, 5e4, path=IoPath(block="vda"))]
    assert rows(results, {"local": host, "vm": guest})[0].withheld == ""
    elsewhere = table("local", ("vm_disk.source_device", "web/vda", "sdc"))
    assert "sdc here, sda in the parent" in rows(results, {"local": elsewhere, "vm": guest})[0].withheld


def test_another_kernel_is_told_and_does_not_withhold():
    tables = {"local": table("", ("kernel.release", "", "6.1.0")), "vm": table("", ("kernel.release", "", "6.12.1"))}
    row = rows(drifting(0.9), tables)[0]
    assert row.note == "kernel 6.12.1 here, 6.1.0 in the parent"
    assert row.ratio is not None


def test_what_was_not_measured_says_why():
    failed = trial(2, "vm", 1, 0.0, state=TrialState.NOT_MEASURED, reason="the runtime forbids io_uring")
    row = rows([trial(1, "local", 1, 1e5), failed])[0]
    assert row.ratio is None
    assert "the runtime forbids io_uring" in row.withheld


def test_invalid_runs_are_left_out_and_nothing_divides_by_zero():
    bad = replace(trial(4, "vm", 2, 1.0), doubts=(Doubt(trust=Trust.INVALID, reason="tmpfs", evidence=""),))
    row = rows([trial(1, "local", 1, 1e5), trial(2, "vm", 1, 5e4), trial(3, "local", 2, 1e5), bad])[0]
    assert row.ratio == pytest.approx(0.5)
    zero = rows([trial(1, "local", 1, 1e5), trial(2, "vm", 1, 0.0)])[0]
    assert zero.ratio is None
    assert zero.withheld


def test_counters_stand_beside_the_ratio():
    deltas = {"interrupts.per_s": 9000.0, "cpu.steal_share": 0.1, "path.irq.count": 7.0}
    row = rows([trial(1, "local", 1, 1e5), trial(2, "vm", 1, 5e4, deltas=deltas)])[0]
    assert row.counters == {"interrupts.per_s": 9000.0, "cpu.steal_share": 0.1}


def test_an_emulated_guest_is_marked_and_gives_rules_no_ratio():
    tables = {"vm": table("", ("environment.hypervisor", "", "qemu"))}
    found = rows(drifting(0.1), tables)
    assert all(row.emulated for row in found)
    given = environments.for_rules(found, {WORKLOAD.id: WORKLOAD})
    assert given[f"{WORKLOAD.id}@vm"] == environments.EMULATED


def test_what_runs_inside_an_emulated_machine_is_emulated_too():
    tables = {"local": table("", ("environment.hypervisor", "", "qemu"))}
    assert rows(drifting(0.9), tables)[0].emulated


def test_rules_see_less_than_one_as_worse_for_latencies_too():
    by_latency = replace(WORKLOAD, metrics=("read.clat_mean",))
    given = environments.for_rules(rows(drifting(0.5)), {WORKLOAD.id: by_latency})
    assert given[f"{WORKLOAD.id}@vm"] == pytest.approx(0.5, rel=0.05)


def finding(rule_id, *, environment="vm", subject="", severity=Severity.MEDIUM, for_each="", evidence=(), **changes):
    rule = Rule(
        id=rule_id,
        title="",
        severity=severity,
        maturity="stable",
        step="virtual",
        requires=(),
        for_each=for_each,
        workloads=(),
        when="",
        evidence=(),
        why="",
        fix=Fix(),
        rollback="",
        verify=Verify(),
        references=(),
        threshold="",
        goals=(),
        check_first=(),
        suppresses=(),
        cases=(),
    )
    found = {"outcome": Outcome.FIRES, **changes}
    return Finding(rule=rule, environment=environment, subject=subject, evidence=evidence, **found)


def share(name, value):
    return (Fact(name=name, subject="x", value=value, source="test"),)


def test_what_explains_most_comes_first_and_the_parents_own_faults_do_not_count():
    row = rows(drifting(0.5))[0]
    result = f"{WORKLOAD.id}@vm"
    throttled = finding("throttled", subject=result, for_each="result", evidence=share("result.throttled_share", 0.4))
    steal = finding("steal", subject=result, for_each="result", evidence=share("result.steal_share", 0.1))
    guests = finding("iothread", environment="local", subject="web/vda", for_each="vm_disk", severity=Severity.HIGH)
    others = finding("iothread", environment="local", subject="db/vda", for_each="vm_disk")
    hosts = finding("governor", environment="local", for_each="")
    elsewhere = finding("throttled", subject="other/thing@vm", for_each="result")
    clear = finding("clear", outcome=Outcome.CLEAR)
    own = table("vm", ("environment.domain", "", "web"))
    parent = table("local", ("vm_disk.domain", "web/vda", "web"), ("vm_disk.domain", "db/vda", "db"))
    everything = (steal, guests, others, hosts, elsewhere, clear, throttled)
    found = causes(row, everything, own, parent)
    assert [one.rule_id for one in found] == ["throttled", "steal", "iothread"]
    assert found[0].share == pytest.approx(0.8, rel=0.1)
    assert found[2].share is None


def test_a_cap_that_was_reached_explains_everything():
    row = rows(drifting(0.25))[0]
    subject = f"{WORKLOAD.id}@vm"
    capped = finding("capped", subject=subject, for_each="result", evidence=share("result.io_limit_share", 0.99))
    steal = finding("steal", subject=subject, for_each="result", evidence=share("result.steal_share", 0.1))
    found = causes(row, (steal, capped), None, None)
    assert (found[0].rule_id, found[0].share) == ("capped", 1.0)


def test_a_setting_both_sides_share_explains_no_difference():
    row = rows(drifting(0.5))[0]
    same = (Fact(name="cpu.governors", value="powersave", source="test"),)
    about = finding("governor", evidence=same)
    assert causes(row, (about,), table(""), table("", ("cpu.governors", "", "powersave"))) == ()
    assert causes(row, (about,), table(""), table("", ("cpu.governors", "", "performance"))) != ()


def test_no_gap_needs_no_explanation():
    assert gap_of(rows(drifting(1.0))[0]) is None
    assert gap_of(rows(drifting(0.5))[0]) == pytest.approx(0.5, abs=0.05)
    assert gap_of(rows(drifting(0.5))[1]) == pytest.approx(0.5, abs=0.05)


def test_the_whole_judgement_gives_rules_and_reports_the_ratio():
    results = list(drifting(0.5))
    container = replace(GUEST, kind=EnvironmentKind.CONTAINER)
    deltas = {"cgroup.throttled": 60.0, "cgroup.throttled_ns": 6e9, "cgroup.used_ns": 4e9}
    results = [replace(one, deltas=deltas) if one.trial.environment == "vm" else one for one in results]
    from perfadvisor.packs.rules import load_rules

    view = judge_run(run_of(results, (LOCAL, container)), load_rules(()), source="run")
    assert view.facts["vm"].value("result.ratio_to_parent", f"{WORKLOAD.id}@vm") == pytest.approx(0.5, rel=0.05)
    first = next(row for row in view.ratios if row.metric == "read.iops")
    assert first.explanations[0].rule_id == "container-cpu-quota-throttled"
