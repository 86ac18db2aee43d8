"""One disk, three ways to it: host, guest with virtio, guest that has the disk. `LAB_MISSION=1 pytest -m lab`."""

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner

from perfadvisor.bundle import load
from perfadvisor.cli import group
from perfadvisor.model.result import TrialState

pytestmark = [pytest.mark.lab, pytest.mark.timeout(3700)]


@pytest.fixture(scope="session")
def lab(booted: Callable[[str, float], Any]) -> Any:
    """One boot for all tests here."""
    return booted("passed_through mission mission_virtual", 3600.0)


def test_a_disk_goes_into_a_guest_and_comes_back(lab: Any) -> None:
    said = lab.saw("passed_through")
    assert (said["exit"], said["driver"]) == (0, "nvme")
    assert said["disk"]


def test_a_virtual_function_goes_into_a_guest(lab: Any) -> None:
    said = lab.saw("mission_virtual")
    assert (said["exit"], said["functions"], said["driver"]) == (0, "0", "nvme")
    run = load(lab.folder / "virtual")
    assert [one.state for one in run.results] == [TrialState.DONE] * 2, [one.reason for one in run.results]


def test_the_mission(lab: Any) -> None:
    """Host, guest with virtio, guest with the disk itself: one run, and the disk is back on its driver at the end."""
    said = lab.saw("mission")
    assert said["exit"] == 0
    assert said["driver"] == "nvme"
    assert said["disk"]
    run = load(lab.folder / "mission")
    assert [environment.spec for environment in run.environments] == said["environments"]
    done = [one for one in run.results if one.state is TrialState.DONE]
    counts = {name: sum(one.trial.environment == name for one in done) for name in said["environments"]}
    assert counts == dict.fromkeys(said["environments"], 4), [one.reason for one in run.results]
    page = lab.folder / "report.html"
    assert CliRunner().invoke(group, ["report", str(lab.folder / "mission"), "-o", str(page)]).exit_code == 0
    assert all(name in page.read_text() for name in said["environments"])
    passed = [one for one in done if one.trial.environment == said["environments"][2]]
    assert all(one.path.pci for one in passed)
    assert all(one.deltas["path.irq.count"] > 0 for one in passed), "the guest counts the disk's own MSI-X interrupts"
