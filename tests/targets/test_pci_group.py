"""Groups and refusals, on a machine made of files."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from perfadvisor.errors import InputError, MeasureError
from perfadvisor.targets import vfio
from perfadvisor.targets.pci_group import full_address, function, group_of
from perfadvisor.targets.pci_refusals import disks_of, refusals

NVME, NIC, BRIDGE = "0000:01:00.0", "0000:02:00.0", "0000:00:1c.0"


class Machine:
    """A root directory with a small PCI machine in it; `put` adds a file."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for address, device_class, driver, group in (
            (BRIDGE, "0x060400", "pcieport", 7), (NVME, "0x010802", "nvme", 7), (NIC, "0x020000", "e1000e", 8),
        ):  # fmt: skip
            self.function(address, device_class, driver, group)
        self.put(f"{self.device(NVME)}/nvme/nvme0/nvme0n1/dev", "259:0")
        self.link("sys/class/block/nvme0n1", f"{self.device(NVME)}/nvme/nvme0/nvme0n1")
        self.link("sys/block/nvme0n1", f"{self.device(NVME)}/nvme/nvme0/nvme0n1")
        self.put(f"{self.device(NIC)}/net/eth0/flags", "0x1003")
        self.link("sys/class/net/eth0", f"{self.device(NIC)}/net/eth0")
        self.put("proc/swaps", "Filename Type Size Used Priority\n")
        self.put("proc/self/mountinfo", "")

    @staticmethod
    def device(address: str) -> str:
        return f"sys/devices/pci0000:00/{address}"

    def function(self, address: str, device_class: str, driver: str, group: int) -> None:
        folder = self.device(address)
        self.put(f"{folder}/class", device_class)
        self.put(f"{folder}/reset", "")
        self.link(f"sys/bus/pci/devices/{address}", folder)
        (self.root / f"sys/bus/pci/drivers/{driver}").mkdir(parents=True, exist_ok=True)
        self.link(f"{folder}/driver", f"sys/bus/pci/drivers/{driver}")
        (self.root / f"sys/kernel/iommu_groups/{group}/devices").mkdir(parents=True, exist_ok=True)
        self.link(f"sys/kernel/iommu_groups/{group}/devices/{address}", folder)
        self.link(f"{folder}/iommu_group", f"sys/kernel/iommu_groups/{group}")

    def put(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def link(self, path: str, target: str) -> None:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.symlink_to(os.path.relpath(self.root / target, place.parent))

    def said(self, address: str) -> str:
        return "; ".join(refusals(function(address, self.root), self.root))


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
    [(mounted, "mounted on /data"), (swapped, "used as swap"), (held, "held by dm-0"),
     (functions, "2 active virtual functions"), (no_reset, "no reset method")],
)  # fmt: skip
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
