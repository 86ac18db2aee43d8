"""Exits to the hypervisor, as the host counts them."""

from pathlib import Path

import pytest

from perfadvisor.facts.trial.counters_kvm import deltas
from perfadvisor.model.tree import Tree, Unreadable
from perfadvisor.targets.vm import kvm_counts

COUNT = "host:/sys/kernel/debug/kvm/4711-12/exits"


@pytest.mark.parametrize(
    ("before", "after", "rate"),
    [
        (b"1000\n", b"3000\n", 500.0),
        (b"1000\n", b"1000\n", 0.0),
        (b"1000\n", b"10\n", None),  # a new guest
        (b"1000\n", Unreadable("Permission denied"), None),
        (None, b"1000\n", None),
    ],
)
def test_a_rate_where_both_readings_are_there(before, after, rate) -> None:
    trees = [Tree({} if count is None else {COUNT: count}) for count in (before, after)]
    assert dict(deltas(*trees, seconds=4.0)) == {"kvm.exits_per_s": rate}


def test_only_the_process_asked_for_counts(tmp_path: Path) -> None:
    for guest, count in (("4711-12", 7), ("4711-30", 5), ("47110-12", 99)):
        folder = tmp_path / "sys/kernel/debug/kvm" / guest
        folder.mkdir(parents=True)
        (folder / "exits").write_text(f"{count}\n")
    found = dict(kvm_counts.read(4711, root=str(tmp_path)).items())
    assert found == {COUNT: b"7\n", "host:/sys/kernel/debug/kvm/4711-30/exits": b"5\n"}
    assert len(kvm_counts.read(1, root=str(tmp_path))) == 0
