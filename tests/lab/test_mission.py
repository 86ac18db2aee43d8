"""One disk, three ways to it: host, guest with virtio, guest that has the disk; and a NIC and a virtual function in a
guest. Guests inside the emulated server: booted once for all tests here."""

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner

from perfadvisor.bundle import load
from perfadvisor.cli import group
from perfadvisor.model.result import TrialResult, TrialState
from perfadvisor.model.run import Run

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1900)]


@pytest.fixture(scope="session")
def lab(booted: Callable[[str, float], Any]) -> Any:
    """One boot for all tests here."""
    return booted("mission passed_on", 1800.0)


def all_done(run: Run) -> list[TrialResult]:
    assert all(one.state is TrialState.DONE for one in run.results), [one.reason for one in run.results]
    return list(run.results)


def test_host_virtio_guest_and_passthrough_guest_on_one_disk(lab: Any) -> None:
    """One run, and the disk is back on its driver at the end."""
    said = lab.saw("mission")
    assert (said["exit"], said["driver"]) == (0, "nvme")
    assert said["disk"]
    run = load(lab.folder / "mission")
    done, specs = all_done(run), said["environments"]
    assert [environment.spec for environment in run.environments] == specs
    assert [sum(one.trial.environment == spec for one in done) for spec in specs] == [2, 2, 2]
    passed = [one for one in done if one.trial.environment == specs[2]]
    assert all(one.path.pci and one.path.block.startswith("nvme") for one in passed)
    assert all(one.deltas["path.irq.count"] > 0 for one in passed), "the guest counts the disk's own MSI-X interrupts"
    virtio = [one for one in done if one.trial.environment == specs[1]]
    assert all(one.path.block.startswith("vd") for one in virtio)


def test_the_report_holds_all_three(lab: Any) -> None:
    lab.saw("mission")
    page = lab.folder / "report.html"
    made = CliRunner().invoke(group, ["report", str(lab.folder / "mission"), "-o", str(page)])
    assert made.exit_code == 0, made.output
    text = page.read_text()
    assert all(name in text for name in lab.saw("mission")["environments"])
    assert "proves the path, not the speed" in text, "of the guests"
    assert "this machine is emulated" in text


def test_a_virtual_function_and_a_nic_go_into_a_guest_and_come_back(lab: Any) -> None:
    said = lab.saw("passed_on")
    assert (said["exit"], said["functions"], said["driver"], said["nic"]) == (0, "0", "nvme", "e1000e")
    guest = said["environments"][1]
    inside = [one for one in load(lab.folder / "passed-on").results if one.trial.environment == guest]
    assert {one.trial.workload: one.state for one in inside} == {
        "storage/lab-randread": TrialState.DONE, "network/lab-stream": TrialState.DONE,
    }, [one.reason for one in inside]  # fmt: skip
    by_kind = {one.trial.workload.partition("/")[0]: one for one in inside}
    assert by_kind["storage"].path.block.startswith("nvme")
    assert by_kind["network"].path.nic
    assert by_kind["network"].path.pci, "iperf3's packets crossed the e1000e"
    assert by_kind["network"].deltas["path.irq.count"] > 0
