"""Containers on control groups version 2, devices in them, and mapping for a lent device: one boot, judged out here."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from perfadvisor.bundle import load
from perfadvisor.cli import group
from perfadvisor.facts import catalogue
from perfadvisor.judge import judge, judge_snapshot
from perfadvisor.model.result import TrialResult, TrialState
from perfadvisor.model.rule import Finding, Outcome
from perfadvisor.model.tree import Tree
from perfadvisor.packs.rules import load_rules
from perfadvisor.saved.saved import load as load_snapshot
from tests.lab import containers
from tests.lab.server import EDU, NIC

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1500)]
STEPS = "contained identity wired lent lent_and_killed planted"
RUN_S = 1400.0  # bounds a hang
GIVEN_BACK = {"driver": "", "override": "(null)"}


@pytest.fixture(scope="session")
def lab(booted: Callable[[str, float], Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One boot for all tests here."""
    if shutil.which("podman") is None:
        pytest.skip("podman is not installed")
    containers.make(tmp_path_factory.getbasetemp() / containers.STORE)
    return booted(STEPS, RUN_S)


def results(lab: Any, name: str, environment: str = "local") -> dict[str, TrialResult]:
    """What came of each workload there, all of which were measured."""
    found = [one for one in load(lab.folder / name).results if one.trial.environment == environment]
    assert {one.state for one in found} == {TrialState.DONE}, [one.reason for one in found]
    return {one.trial.workload: one for one in found}


def figure(result: TrialResult, metric: str) -> float:
    return next(sample.value for sample in result.output.samples if sample.metric == metric)


def test_half_a_cpu_stops_podman_on_version_2(lab: Any) -> None:
    said = lab.saw("contained")
    assert (said["exit"], said["version_2"]) == (0, True)
    by_name = {
        one.trial.environment: one
        for one in load(lab.folder / "contained").results
        if one.trial.workload == "storage/lab-busy"
    }
    limited = by_name[said["limited"]].deltas
    assert limited["cgroup.throttled_ns"] > 0.05 * limited["cgroup.used_ns"]
    findings = [
        one
        for one in judge(lab.folder / "contained").findings
        if one.rule.id == "container-cpu-quota-throttled" and one.subject.startswith("storage/")
    ]
    outcomes = {one.environment: one.outcome for one in findings}
    assert outcomes == {said["limited"]: Outcome.FIRES, said["free"]: Outcome.CLEAR}


def test_a_run_lends_a_device_and_its_report_has_every_kind_of_page(lab: Any) -> None:
    said = lab.saw("lent")
    assert (said["exit"], said["before"], said["after"]) == (0, GIVEN_BACK, GIVEN_BACK)
    found = results(lab, "lent")
    assert set(found) == {"mapping/map-4k", "mapping/map-thp", "mapping/map-2m", "mapping/map-1g", "mapping/edu"}
    assert all(f"--device={EDU}" in one.command for one in found.values())
    assert figure(found["mapping/map-2m"], "map") < figure(found["mapping/map-4k"], "map")
    page = lab.folder / "report.html"
    assert CliRunner().invoke(group, ["report", str(lab.folder / "lent"), "-o", str(page)]).exit_code == 0
    assert all(f"Mapping and unmapping {what}" in page.read_text() for what in ("64 MiB, 4 KiB", "1 GiB, 1 GiB"))


def test_a_killed_run_gives_the_device_back(lab: Any) -> None:
    said = lab.saw("lent_and_killed")
    assert said["during"]["driver"] == "vfio-pci"
    assert said["before"] == said["after"] == GIVEN_BACK


def test_a_container_uses_the_group_it_was_given(lab: Any) -> None:
    said = lab.saw("contained")
    assert (said["exit"], said["before"], said["after"]) == (0, GIVEN_BACK, GIVEN_BACK)
    found = results(lab, "contained", said["free"])
    assert figure(found["mapping/map-4k"], "map") > 0
    assert figure(found["mapping/edu"], "verified_bytes") > 0
    without = [
        one
        for one in load(lab.folder / "contained").results
        if one.trial.environment == said["limited"] and one.trial.workload.startswith("mapping/")
    ]
    assert {(one.state, "was given no device" in one.reason) for one in without} == {(TrialState.NOT_MEASURED, True)}


def test_a_disk_is_measured_without_translation_for_one_run(lab: Any) -> None:
    said = lab.saw("identity")
    assert said["exit"] == 0
    assert (said["was"], said["after"], said["driver"], said["disk"]) == ("DMA", "DMA", "nvme", True)
    run = load(lab.folder / "identity")
    assert [one.state for one in run.results] == [TrialState.DONE]
    assert any("is identity for this run, it was DMA" in note for note in run.notes)
    facts = catalogue.read(run.before["local"].tree)
    assert facts.value("iommu_group.type", said["group"]) == "identity"


def test_a_nic_is_measured_without_translation_and_with_it_in_turns(lab: Any) -> None:
    """Its packets cross the wire to another port of the same server, and it is back afterwards."""
    said = lab.saw("wired")
    assert (said["exit"], said["was"], said["after"]) == (0, "DMA", "DMA")
    assert said["back"], "its interface is this machine's again"
    for environment in said["environments"]:
        (one,) = results(lab, "wired", environment).values()
        assert (one.path.pci, bool(one.path.nic)) == (NIC, True)
        assert one.deltas["path.irq.count"] > 0, "the NIC raised interrupts"
        assert figure(one, "bits_per_s") > 0


PLANTS = {  # rule -> what is planted for it, what is read once that is mended, about which subject
    "memory-thp-never": ("thp", "thp-mended", ""),
    "memory-ksm-active": ("ksm", "ksm-mended", ""),
    "numa-zone-reclaim": ("zone-reclaim", "zone-reclaim-mended", ""),
    "cpu-offline": ("cpu-offline", "cpu-offline-mended", ""),
    "storage-scheduler-not-none": ("scheduler", "scheduler-mended", "disk"),
    "iommu-intremap-off": ("unsafe-interrupts", "unsafe-interrupts-mended", ""),
    "hugepages-reserved-idle": ("idle-pages", "idle-pages-mended", ""),
    "hugepages-missing-for-vfio": ("no-pages", "thp", ""),
    "hugepages-surplus": ("surplus", "surplus-mended", ""),
    "numa-nic-irq-remote-since-boot": ("far-interrupts", "far-interrupts-mended", "nic"),
    "vm-cpus-emulated": ("emulated-cpus", "guest-mended", ""),
    "vm-nic-emulated-model": ("emulated-nic", "guest-mended", ""),
    "vm-emulated-disk": ("emulated-disk", "guest-mended", ""),
    "vm-disk-in-main-loop": ("main-loop", "guest-mended", ""),
    "vm-image-format": ("image-format", "guest-mended", ""),
    "vm-disk-aio-threads": ("disk-threads", "guest-mended", ""),
    "vm-disk-cache-mode": ("cached-disk", "guest-mended", ""),
    "vm-disk-cache-unsafe": ("unsafe-disk", "guest-mended", ""),
    "numa-vm-device-remote": ("far-guest", "far-guest-mended", ""),
}
# The rule on huge pages is asked only where there are no transparent ones either, which is a fault as well.
WITH = {"hugepages-missing-for-vfio": {"memory-thp-never"}}


@pytest.mark.parametrize("rule", PLANTS)
def test_a_planted_fault_alone_is_found_and_clear_once_mended(lab: Any, rule: str) -> None:
    said, (planted, mended, about) = lab.saw("planted"), PLANTS[rule]

    def outcomes(name: str) -> set[Outcome]:
        found = findings(lab.folder, name)
        return {one.outcome for one in found if one.rule.id == rule and said.get(about, "") in one.subject}

    assert Outcome.FIRES in outcomes(planted)
    assert outcomes(mended) <= {Outcome.CLEAR, Outcome.NOT_APPLICABLE} and Outcome.CLEAR in outcomes(mended)
    fired = {one.rule.id for one in findings(lab.folder, planted) if one.outcome is Outcome.FIRES}
    assert fired & PLANTS.keys() == {rule} | WITH.get(rule, set()), "nothing else was planted"


@cache
def findings(folder: Path, name: str) -> tuple[Finding, ...]:
    """Of the machine as it was read before any fault, with what was read again of this one."""
    whole, again = (load_snapshot(folder / f"planted-{one}.tar.gz") for one in ("nothing", name))
    tree = Tree({**dict(whole.tree.items()), **dict(again.tree.items())})
    return tuple(judge_snapshot(replace(whole, tree=tree), load_rules(), source=name).findings)
