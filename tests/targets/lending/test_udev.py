"""A disk that came back is looked at by udev, which has it open meanwhile: whoever wants it next would be refused."""

from pathlib import Path

import pytest

from perfadvisor.targets.lending import vfio
from tests.targets.machine import NIC, NVME, Machine


def test_a_disk_is_back_when_udev_has_let_go_of_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine, asked = Machine(tmp_path / "root"), []
    monkeypatch.setattr(vfio, "settle", lambda: asked.append("settle"))
    vfio.wait_for_disks(NIC, frozenset(), machine.root)
    assert asked == [], "it has no disk"
    vfio.wait_for_disks(NVME, frozenset({"nvme0n1"}), machine.root)
    assert asked == ["settle"]
