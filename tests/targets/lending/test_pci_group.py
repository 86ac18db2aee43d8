"""Groups and refusals, on a machine made of files."""

from collections.abc import Callable
from pathlib import Path

import pytest

from perfadvisor.errors import InputError, MeasureError
from perfadvisor.targets.base import VfioFunction
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.lending import sriov, vfio
from perfadvisor.targets.lending.pci_group import full_address, function, group_of
from perfadvisor.targets.lending.pci_lendable import lendable
from perfadvisor.targets.lending.pci_refusals import disks_of
from tests.targets.machine import BRIDGE, NIC, NVME, Machine


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_an_idle_function_is_not_refused(machine: Machine) -> None:
    assert machine.said(NVME) == ""
    assert machine.said(NIC) == ""


def test_bridges_do_not_change_hands(machine: Machine) -> None:
    group = group_of(NVME, machine.root)
    assert [member.address for member in group.members] == [BRIDGE, NVME]
    assert [member.address for member in group.devices] == [NVME]
    vfio.require_lendable(group, [NVME], machine.root)
    with pytest.raises(MeasureError, match=f"{BRIDGE} is a bridge"):
        vfio.require_all_lendable([BRIDGE], machine.root)


ISA = "0000:00:1f.0"


def test_an_isa_bridge_with_a_driver_keeps_its_whole_group(machine: Machine) -> None:
    machine.function(ISA, "0x060100", "lpc_ich", 8)
    with pytest.raises(MeasureError, match=rf"also holds {ISA} \(lpc_ich\)"):
        vfio.require_all_lendable([NIC], machine.root)
    machine.drive(ISA, "")
    vfio.require_all_lendable([NIC], machine.root)


def mounted(machine: Machine) -> None:
    machine.put("proc/self/mountinfo", "30 1 259:0 / /data rw - ext4 /dev/nvme0n1 rw\n")
    machine.put(f"{machine.device(NVME)}/nvme/nvme0/nvme0n1/size", "1000")


def swapped(machine: Machine) -> None:
    machine.put("proc/swaps", "Filename Type Size Used Priority\n/dev/nvme0n1 partition 1 0 -2\n")


def held(machine: Machine) -> None:
    machine.put(f"{machine.device(NVME)}/nvme/nvme0/nvme0n1/nvme0n1p1/holders/dm-0/x", "")


def functions(machine: Machine) -> None:
    machine.put(f"{machine.device(NVME)}/sriov_numvfs", "2")


def no_reset(machine: Machine) -> None:
    (machine.root / machine.device(NVME) / "reset").unlink()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (mounted, "mounted on /data"),
        (swapped, "used as swap"),
        (held, "held by dm-0"),
        (functions, "2 active virtual functions"),
        (no_reset, "no reset method"),
    ],
)
def test_what_somebody_uses_stays(machine: Machine, change: Callable[[Machine], None], words: str) -> None:
    change(machine)
    assert words in machine.said(NVME)
    with pytest.raises(MeasureError, match="stays with this machine"):
        vfio.require_lendable(group_of(NVME, machine.root), [NVME], machine.root)


ROUTES = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n"


def default_route(machine: Machine) -> None:
    machine.put("proc/net/route", f"{ROUTES}eth0\t00000000\t0102030A\t0003\t0\t0\t0\t00000000\n")


def default_route_6(machine: Machine) -> None:
    row = f"{'0' * 32} 00 {'0' * 32} 00 fe80{'0' * 28} 00000400 1 0 00000003 eth0\n"
    machine.put("proc/net/ipv6_route", row)


def bridged(machine: Machine) -> None:
    machine.put("sys/devices/virtual/net/br0/flags", "0x1003")
    machine.link(f"{machine.device(NIC)}/net/eth0/master", "sys/devices/virtual/net/br0")


@pytest.mark.parametrize(
    ("change", "words"),
    [(default_route, "has the default route"), (default_route_6, "has the default route"), (bridged, "part of br0")],
)
def test_a_network_in_use_stays(machine: Machine, change: Callable[[Machine], None], words: str) -> None:
    change(machine)
    assert words in machine.said(NIC)


def test_the_way_you_came_by_stays(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.put("proc/net/route", f"{ROUTES}eth0\t0002A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\n")
    monkeypatch.setenv("SSH_CONNECTION", "192.168.2.9 50000 192.168.2.1 22")
    assert "the connection you came by" in machine.said(NIC)
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.9 50000 10.0.0.1 22")
    assert machine.said(NIC) == ""


def test_an_interface_that_is_down_is_free(machine: Machine) -> None:
    default_route(machine)
    machine.put(f"{machine.device(NIC)}/net/eth0/flags", "0x1002")
    assert machine.said(NIC) == ""


def test_a_hidden_way_to_a_shared_disk_names_it(machine: Machine) -> None:
    machine.put(f"{machine.device(NIC)}/nvme/nvme1/nvme1c4n2/dev", "259:7")
    assert disks_of(function(NIC, machine.root)) == {"nvme1n2"}


def test_somebody_else_in_the_group_is_named(machine: Machine) -> None:
    machine.function("0000:01:00.1", "0x010802", "nvme", 7)
    with pytest.raises(MeasureError, match=r"also holds 0000:01:00\.1 \(nvme\)"):
        vfio.require_lendable(group_of(NVME, machine.root), [NVME], machine.root)
    vfio.require_lendable(group_of(NVME, machine.root), [NVME, "0000:01:00.1"], machine.root)


def test_a_group_that_a_container_was_given_stays(machine: Machine) -> None:
    """Nobody has its node open, but a process whose /dev is not this machine's own has it in there."""
    machine.drive(NIC, "vfio-pci")
    machine.put("dev/vfio/8", "")
    machine.put("proc/41/comm", "service")
    machine.link("proc/41/root", ".")  # the machine's own /dev
    machine.put("proc/42/root/dev/vfio/7", "")
    assert machine.said(NIC) == ""
    machine.put("proc/43/comm", "sleep")
    machine.put("proc/43/root/dev/vfio/8", "")
    assert machine.said(NIC) == "it was given to the container of process 43 (sleep)"


def test_what_is_bound_already_needs_no_root(machine: Machine, tmp_path: Path) -> None:
    machine.drive(NIC, "vfio-pci")
    with Journal(tmp_path / "journal") as book:
        (group,) = vfio.lend([NIC], book, machine.root)
        assert (group.number, book.last) == (8, 0)
    assert vfio.passed([NIC], machine.root) == (VfioFunction(address=NIC, group=8),)


def test_what_could_be_lent_is_named_undriven_first(machine: Machine) -> None:
    assert [one.address for one in lendable(9, machine.root)] == [NVME, NIC]
    machine.drive(NIC, "")
    assert [one.address for one in lendable(9, machine.root)] == [NIC, NVME]
    assert [one.address for one in lendable(1, machine.root)] == [NIC]
    mounted(machine)
    assert [one.address for one in lendable(9, machine.root)] == [NIC]
    (machine.root / machine.device(NIC) / "iommu_group").unlink()
    assert lendable(9, machine.root) == ()


@pytest.mark.parametrize("node", ["nvme0n1", "nvme0n1p1"])
def test_the_measured_disk_is_not_lent(machine: Machine, tmp_path: Path, node: str) -> None:
    machine.link("sys/class/block/nvme0n1p1", f"{machine.device(NVME)}/nvme/nvme0/nvme0n1/nvme0n1p1")
    with pytest.raises(MeasureError, match="which is to be bound to vfio-pci"):
        vfio.require_not_measured([NVME], str(tmp_path / node), machine.root)
    vfio.require_not_measured([NIC], str(tmp_path / node), machine.root)
    vfio.require_not_measured([NVME], "", machine.root)


def test_no_iommu_says_what_to_switch_on(machine: Machine) -> None:
    (machine.root / machine.device(NIC) / "iommu_group").unlink()
    with pytest.raises(MeasureError) as caught:
        group_of(NIC, machine.root)
    assert "intel_iommu=on" in caught.value.hint
    assert "AMD-Vi" in caught.value.hint


@pytest.mark.parametrize("text", ["", "1", "0000:01:00.8", "../0000:01:00.0", "0000:01:00.0/..", "01:00.0\n;"])
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        full_address(text)


def test_whether_virtual_functions_can_be_made_is_told_without_making_any(machine: Machine) -> None:
    with pytest.raises(MeasureError, match="makes no virtual functions"):
        sriov.require_able(NVME, machine.root)
    for name, count in (("totalvfs", "4"), ("numvfs", "0")):
        machine.put(f"{machine.device(NVME)}/sriov_{name}", count)
    assert sriov.require_able(NVME, machine.root).address == NVME
    machine.put(f"{machine.device(NVME)}/sriov_numvfs", "2")
    with pytest.raises(MeasureError, match="has 2 of 4 virtual functions already"):
        sriov.require_able(NVME, machine.root)
