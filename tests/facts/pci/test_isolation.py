"""Neighbours of a function: of its group, on its way, and its own translation."""

from pathlib import Path

import pytest

from perfadvisor.facts.pci.address import DEVICES
from perfadvisor.facts.pci.isolation import GROUPS, facts
from perfadvisor.model.fact import FactTable
from perfadvisor.model.tree import Symlink, Tree
from perfadvisor.saved.saved import load_tree
from tests.facts.pci.test_config_space import space

SERVER = Path(__file__).parents[2] / "data" / "machines" / "emulated-server.tar.gz"
PORT, ONE, TWO = "0000:00:01.0", "0000:01:00.0", "0000:01:00.1"
BELOW = f"/sys/devices/pci0000:00/{PORT}"
ATS, ACS = 0x000F, 0x000D


def extended(kind: int, control: int, port_type: int = 0) -> bytes:
    """A configuration space of 4 KiB with one extended capability, whose control register holds this."""
    data = bytearray(space(4096, port_type=port_type))
    data[256:4096] = bytes(4096 - 256)
    data[256:264] = (kind | 1 << 16).to_bytes(4, "little") + b"\0\0" + control.to_bytes(2, "little")
    return bytes(data)


def machine(port: bytes, one: bytes) -> FactTable:
    tree = Tree(
        {
            f"{DEVICES}/{PORT}": Symlink(target=f"../../..{BELOW.removeprefix('/sys')}"),
            f"{BELOW}/config": port,
            f"{BELOW}/class": b"0x060400",
            **{f"{DEVICES}/{at}": Symlink(target=f"../../..{BELOW.removeprefix('/sys')}/{at}") for at in (ONE, TWO)},
            f"{BELOW}/{ONE}/config": one,
            f"{BELOW}/{ONE}/class": b"0x010802",
            f"{BELOW}/{TWO}/class": b"0x010802",
            f"{BELOW}/{ONE}/iommu_group": Symlink(target=f"../../../..{GROUPS.removeprefix('/sys')}/7"),
            **{f"{GROUPS}/7/devices/{at}": b"" for at in (PORT, ONE, TWO)},
        }
    )
    return FactTable(facts(tree))


@pytest.mark.parametrize(("control", "ports"), [(0b11101, ""), (0b00101, PORT), (0, PORT)])
def test_a_port_lets_through_what_it_does_not_forbid(control: int, ports: str) -> None:
    found = machine(extended(ACS, control, port_type=4), extended(ATS, 0x8000))
    assert found.value("pci.ports_without_acs", ONE) == ports
    assert found.value("pci.group_companions", ONE) == TWO, "bridges stay with the kernel"
    assert found.value("pci.ats", ONE) is True
    assert found.value("pci.ats", PORT) is False, "it has no such capability"


def test_what_was_not_read_is_unknown() -> None:
    found = machine(bytes(space(64)), bytes(space(64)))
    assert found.value("pci.ports_without_acs", ONE) is None
    assert found.value("pci.ats", ONE) is None
    assert found.value("pci.group_companions", PORT) is None, "it names no group"


def test_a_switchs_upstream_port_needs_none() -> None:
    assert machine(extended(ATS, 0, port_type=5), extended(ATS, 0)).value("pci.ports_without_acs", ONE) == ""


def test_the_emulated_servers_switch() -> None:
    """lspci shows no ACS on its downstream port, and the root port above the NVMe disk has it."""
    found = FactTable(facts(load_tree(SERVER)))
    print({name: dict(found.of(name)) for name in ("pci.ports_without_acs", "pci.group_companions", "pci.ats")})
    assert found.value("pci.ports_without_acs", "0000:01:00.0") == ""
    assert found.value("pci.group_companions", "0000:01:00.0") == ""
