"""One disk, three ways to it: host, guest with virtio, guest that has the disk. The guests run inside the emulated
server, which is booted once for all tests here."""

from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner

from perfadvisor.bundle import load
from perfadvisor.cli import group
from perfadvisor.model.result import TrialState

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1600)]


@pytest.fixture(scope="session")
def lab(booted: Callable[[str, float], Any]) -> Any:
    """One boot for all tests here."""
    return booted("mission", 1500.0)


def test_host_virtio_guest_and_passthrough_guest_on_one_disk(lab: Any) -> None:
    """One run, and the disk is back on its driver at the end."""
    said = lab.saw("mission")
    assert (said["exit"], said["driver"]) == (0, "nvme")
    assert said["disk"]
    run = load(lab.folder / "mission")
    done, specs = run.results, said["environments"]
    assert all(one.state is TrialState.DONE for one in done), [one.reason for one in done]
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
