"""What changes on a machine while a run lives is named at the trial it touched, also where it was undone at once."""

import contextlib
from collections.abc import Callable
from typing import Any

import pytest

from perfadvisor.bundle import load
from perfadvisor.errors import MeasureError
from perfadvisor.model.doubts import DoubtReason
from perfadvisor.model.result import TrialState
from tests.lab.change_steps import LAST
from tests.lab.server import PLAIN_NVME, SRIOV_NVME

pytestmark = [pytest.mark.lab, pytest.mark.timeout(1600)]
PULLED = 6
BOOTS = 3  # QEMU 7.2 sometimes dies when the function under test is removed: seen in two of five boots
RUN_S = 500.0  # bounds a hang
HOT_SLOT = "0000:04:00.0"
# Trial -> what is said of it: as a doubt where the disk's reads can have felt it, else in a note of the run.
DOUBTS = {
    2: "CPU 3 went offline",
    3: f"virtual functions of {SRIOV_NVME}: 0 -> 1",
    5: "read_ahead_kb of nvme0n1: 128 -> 64",
}
NOTES = (
    (3, f"PCI function {SRIOV_NVME[:-1]}1 came"),
    (3, "NIC was renamed other0"),
    (5, f"PCI function {HOT_SLOT} came"),
    (4, f"PCI function {PLAIN_NVME} went away"),
    (4, "nr_hugepages of 2048kB: 320 -> 400"),
)


@pytest.fixture(scope="module")
def lab(booted: Callable[[str, float], Any]) -> Any:
    """A boot of its own, once more where the emulated server died meanwhile."""
    for _ in range(BOOTS - 1):
        with contextlib.suppress(MeasureError):
            return booted("changed", RUN_S)
    return booted("changed", RUN_S)


def evidence(lab: Any, number: int) -> str:
    run = load(lab.folder / "changed")
    (result,) = [one for one in run.results if one.trial.number == number]
    return "; ".join(doubt.evidence for doubt in result.doubts)


def notes(lab: Any, number: int) -> str:
    run = load(lab.folder / "changed")
    return "; ".join(note for note in run.notes if f"trial {number} " in note)


def test_the_run_ends_whole(lab: Any) -> None:
    said = lab.saw("changed")
    assert said["exit"] == 0
    assert not any(said["said"].values()), "every change could be made"
    run = load(lab.folder / "changed")
    first, last = run.results[0], run.results[-1]
    assert (run.state, first.state, last.trial.number) == ("complete", TrialState.DONE, LAST)
    assert DoubtReason.CHANGED_MEANWHILE not in {doubt.reason for doubt in first.doubts}, "nothing changed yet"


@pytest.mark.parametrize("number", DOUBTS)
def test_a_change_that_the_reads_can_have_felt(number: int, lab: Any) -> None:
    lab.saw("changed")
    assert DOUBTS[number] in evidence(lab, number)
    others = [one for one in DOUBTS if one != number]
    assert all(DOUBTS[number] not in evidence(lab, other) for other in others)


@pytest.mark.parametrize(("number", "words"), NOTES)
def test_a_change_elsewhere(number: int, words: str, lab: Any) -> None:
    """At its trial, and at no other."""
    words = words.replace("NIC", lab.saw("changed")["names"]["NIC"])
    assert words in notes(lab, number)
    assert not any(words in notes(lab, other) for other in range(1, LAST + 1) if other != number)


def test_the_disk_under_test_goes_and_comes_back(lab: Any) -> None:
    """The trial fails at once; what is there afterwards is judged by what proves it the same."""
    lab.saw("changed")
    run = load(lab.folder / "changed")
    by_number = {one.trial.number: one for one in run.results}
    assert by_number[PULLED].state is TrialState.FAILED
    said = (f"{SRIOV_NVME} left the bus during trial {PULLED}", f"the disk nvme0n1 went away during trial {PULLED}")
    assert by_number[PULLED].reason.startswith(said), "whichever is seen first"
    assert by_number[PULLED].duration_s < 60
    for number in (LAST - 1, LAST):
        back = by_number[number]
        proven = "the same by its world-wide name" in notes(lab, number)
        doubted = {doubt.reason for doubt in back.doubts} & {DoubtReason.OTHER_DEVICE, DoubtReason.CHANGED_MEANWHILE}
        assert back.state is not TrialState.DONE or proven or doubted, "it came while the trial began, or before it"
