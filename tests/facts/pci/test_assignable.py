"""Vectors, windows and resets of a function, as the kernel tells them."""

import pytest

from perfadvisor.facts.pci.assignable import facts
from perfadvisor.model.fact import FactTable
from perfadvisor.model.tree import Entry, Tree
from tests.facts.pci.test_config_space import space

ADDRESS = "0000:01:00.0"
BUS = f"/sys/bus/pci/devices/{ADDRESS}"
NONE = "0x0000000000000000 0x0000000000000000 0x0000000000000000\n"
RESOURCE = (
    f"0x00000000fe800000 0x00000000fe803fff 0x0000000000140204\n{NONE}{NONE}{NONE}"
    f"0x00000000fea00000 0x00000000fea0ffff 0x000000000014220c\n{NONE}{NONE}"
    "0x0000000000001000 0x0000000000001fff 0x0000000000040200\n"
)


def read(**files: Entry) -> FactTable:
    return FactTable(
        facts(Tree({f"{BUS}/class": b"0x010802"} | {f"{BUS}/{name}": data for name, data in files.items()}))
    )


def test_everything_is_there() -> None:
    found = read(config=bytes(space(port_type=4)), resource=RESOURCE.encode(), reset_method=b"flr bus\n", reset=b"")
    assert found.value("pci.msix_table_size", ADDRESS) == 64
    assert found.value("pci.bars", ADDRESS) == "0:16384,4:65536", "six registers: windows of virtual functions follow"
    assert found.value("pci.reset_methods", ADDRESS) == "flr bus"
    assert found.value("pci.express_type", ADDRESS) == "root port"


@pytest.mark.parametrize("text", [b"", b"nonsense", NONE.encode(), b"0x1 0x2\n" * 7])
def test_a_resource_file_that_is_none_says_nothing(text: bytes) -> None:
    assert read(resource=text).value("pci.bars", ADDRESS) is None


def test_a_function_without_windows_has_none() -> None:
    assert read(resource=NONE.encode() * 7).value("pci.bars", ADDRESS) == "none"


def test_without_root_and_on_old_kernels_it_is_unknown() -> None:
    found = read(config=bytes(space(64)), reset=b"")
    names = ("pci.msix_table_size", "pci.express_type", "pci.reset_methods")
    assert [found.value(name, ADDRESS) for name in names] == [None, None, None]
    assert "5.15" in str(found.find("pci.reset_methods", ADDRESS))
