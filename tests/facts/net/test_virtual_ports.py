"""Settings of virtual functions, as their physical function's interface tells them over netlink."""

import json

import pytest

from perfadvisor.facts.net.nic_settings import NET
from perfadvisor.facts.net.virtual_ports import LINKS, facts
from perfadvisor.model.fact import FactTable
from perfadvisor.model.tree import Symlink, Tree

DEVICE = "/sys/devices/pci0000:00/0000:00:01.0/0000:01:00.0"


def table(*vfs: dict[str, object], driver: str = "vfio-pci") -> FactTable:
    virtual = DEVICE.replace("01:00.0", "01:10.0")
    entries = {
        LINKS: json.dumps([{"ifname": "ens1", "vfs": list(vfs)}, {"ifname": "lo"}]).encode(),
        f"{NET}/ens1": Symlink(target=f"../..{DEVICE.removeprefix('/sys')}/net/ens1"),
        f"{DEVICE}/net/ens1/device": Symlink(target="../.."),
        f"{DEVICE}/virtfn0": Symlink(target="../0000:01:10.0"),
        f"{virtual}/driver": Symlink(target=f"../../../../bus/pci/drivers/{driver}"),
    }
    return FactTable(facts(Tree(entries)))


def test_what_the_port_decides() -> None:
    found = table({"vf": 0, "spoof_check": 0, "trusted": 1, "max_tx_megabits": 100})
    assert found.value("nic_vf.spoof_check", "ens1/0") is False
    assert found.value("nic_vf.trusted", "ens1/0") is True
    assert found.value("nic_vf.tx_bits_per_s_max", "ens1/0") == 100_000_000
    assert found.value("nic_vf.nic", "ens1/0") == "ens1"
    assert found.value("nic_vf.pci_address", "ens1/0") == "0000:01:10.0"
    assert found.value("nic_vf.for_guest", "ens1/0") is True
    assert table({"vf": 0}, driver="igbvf").value("nic_vf.for_guest", "ens1/0") is False


def test_what_the_driver_does_not_tell_is_unknown() -> None:
    found = table({"vf": 0}, {"vf": 7, "spoof_check": 1})
    assert found.value("nic_vf.spoof_check", "ens1/0") is None
    assert found.value("nic_vf.spoof_check", "ens1/7") is True
    assert found.value("nic_vf.for_guest", "ens1/7") is None, "its function is not in the tree"


@pytest.mark.parametrize("said", [b"", b"{", b"[1]", b'{"a":1}', b'[{"ifname":"x","vfs":[1]}]', b"[" * 9999])
def test_damage_says_nothing(said: bytes) -> None:
    assert list(facts(Tree({LINKS: said}))) == []
