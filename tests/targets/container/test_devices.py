"""Devices for containers, on a machine made of files: what they become on the command line, and what is refused."""

from collections.abc import Callable
from pathlib import Path

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.specs.parse import read_spec
from perfadvisor.targets.base import VfioFunction
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.container.devices import Given, give, memlock
from perfadvisor.targets.container.spec import declared_by
from perfadvisor.targets.lending import nic
from perfadvisor.targets.opening import Opening
from tests.targets.machine import NIC, NVME, Machine

VIRTUAL = "0000:02:10.0"


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "root")


@pytest.fixture
def given(machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Given]:
    """What a container declared like this gets."""
    monkeypatch.setattr(nic, "READY_S", 0.0)

    def ask(options: str, **opening: object) -> Given:
        with Journal(tmp_path / "journal") as book:
            return give(declared_by(read_spec(f"docker:{options}")), Opening(**opening), book, machine.root)

    return ask


def makes_functions(machine: Machine) -> None:
    """A NIC whose only virtual function is there already: files make none when a number is written."""
    machine.put(f"{machine.device(NIC)}/sriov_totalvfs", "4")
    machine.put(f"{machine.device(NIC)}/sriov_numvfs", "0")
    machine.put(f"{machine.device(NIC)}/sriov_drivers_autoprobe", "0")
    machine.function(VIRTUAL, "0x020000", "e1000evf", 9)
    machine.link(f"{machine.device(NIC)}/virtfn0", machine.device(VIRTUAL))


def test_a_container_without_devices_gets_no_options(given: Callable[..., Given]) -> None:
    assert given("") == Given()
    assert given("").arguments() == ()


def test_a_group_with_the_memory_that_may_be_locked(machine: Machine, given: Callable[..., Given]) -> None:
    machine.drive(NIC, "vfio-pci")
    got = given(f"vfio={NIC}")
    assert got.passed == (VfioFunction(address=NIC, group=8),)
    assert got.arguments() == ("--device=/dev/vfio/vfio", "--device=/dev/vfio/8", "--ulimit=memlock=-1:-1")


def test_what_the_run_has_lent_is_taken_as_it_is(machine: Machine, given: Callable[..., Given]) -> None:
    machine.drive(NIC, "vfio-pci")
    machine.put("proc/43/root/dev/vfio/8", "")
    with pytest.raises(MeasureError, match="given to the container of process 43"):
        given(f"vfio={NIC}")
    assert given(f"vfio={NIC}", lent=(NIC,)).passed == (VfioFunction(address=NIC, group=8),)


def test_the_measured_disk_stays(given: Callable[..., Given]) -> None:
    with pytest.raises(MeasureError, match="is attached to"):
        given(f"vfio={NVME}", device="/dev/nvme0n1")


def test_a_disk_makes_no_interface(given: Callable[..., Given]) -> None:
    with pytest.raises(MeasureError, match=f"{NVME} is not a NIC") as error:
        given(f"vf={NVME}")
    assert f"vm:vf={NVME}" in error.value.hint


def test_a_nic_without_virtual_functions_says_so(given: Callable[..., Given]) -> None:
    with pytest.raises(MeasureError, match="makes no virtual functions"):
        given(f"vf={NIC}")


def test_a_virtual_function_without_an_interface_says_what_is_missing(
    machine: Machine, given: Callable[..., Given]
) -> None:
    makes_functions(machine)
    with pytest.raises(MeasureError, match=r"got no network interface \(driver: e1000evf\)") as error:
        given(f"vf={NIC}")
    assert f"lspci -k -s {VIRTUAL}" in error.value.hint
    assert (machine.root / machine.device(NIC) / "sriov_numvfs").read_text() == "0", "and is taken away again"


def test_a_virtual_function_is_probed_and_its_interface_found(machine: Machine, given: Callable[..., Given]) -> None:
    makes_functions(machine)
    machine.put(f"{machine.device(VIRTUAL)}/net/eth1/flags", "0x1002")
    assert given(f"vf={NIC}").interfaces == ("eth1",)
    assert (machine.root / machine.device(NIC) / "sriov_drivers_autoprobe").read_text() == "0", "as it was before"


def test_an_interface_that_got_the_default_route_stays(machine: Machine, given: Callable[..., Given]) -> None:
    """As where a daemon sets up every new interface at once."""
    makes_functions(machine)
    machine.put(f"{machine.device(VIRTUAL)}/net/eth1/flags", "0x1003")
    machine.link("sys/class/net/eth1", f"{machine.device(VIRTUAL)}/net/eth1")
    routes = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\n"
    machine.put("proc/net/route", f"{routes}eth1\t00000000\t0102030A\t0003\t0\t0\t0\t00000000\n")
    with pytest.raises(MeasureError, match="eth1 is up and has the default route"):
        given(f"vf={NIC}")


@pytest.mark.parametrize(
    ("line", "limit"),
    [
        ("Max locked memory         unlimited            unlimited            bytes     \n", "unlimited"),
        ("Max locked memory         8388608              8388608              bytes     \n", "8388608"),
        ("Max open files            1024                 4096                 files     \n", ""),
    ],
)
def test_the_limit_on_locked_memory(tmp_path: Path, line: str, limit: str) -> None:
    (tmp_path / "proc/7").mkdir(parents=True)
    (tmp_path / "proc/7/limits").write_text(f"Limit                     Soft Limit           Hard Limit\n{line}")
    assert memlock(7, tmp_path) == limit
    assert memlock(8, tmp_path) == ""
