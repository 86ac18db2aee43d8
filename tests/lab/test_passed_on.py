"""A virtual function and a whole NIC in one guest, inside the emulated server."""

from typing import Any

import pytest

from perfadvisor.bundle import load
from perfadvisor.model.result import TrialState

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1600)]


@pytest.fixture(scope="session")
def lab(guests: Any) -> Any:
    """The boot with guests."""
    return guests


def test_a_virtual_function_and_a_nic_go_into_a_guest_and_come_back(lab: Any) -> None:
    said = lab.saw("passed_on")
    assert (said["exit"], said["functions"], said["driver"], said["nic"]) == (0, "0", "nvme", "e1000e")
    guest = said["environments"][1]
    inside = [one for one in load(lab.folder / "passed-on").results if one.trial.environment == guest]
    assert {one.trial.workload: one.state for one in inside} == {
        "storage/lab-randread": TrialState.DONE,
        "network/lab-stream": TrialState.DONE,
    }, [one.reason for one in inside]
    by_kind = {one.trial.workload.partition("/")[0]: one for one in inside}
    assert by_kind["storage"].path.block.startswith("nvme")
    assert by_kind["network"].path.nic
    assert by_kind["network"].path.pci, "iperf3's packets crossed the e1000e"
    assert by_kind["network"].deltas["path.irq.count"] > 0
