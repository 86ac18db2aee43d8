"""Names of devices from a list in the format of pci.ids."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from perfadvisor.packs import pci_ids

LIST = """# comment
1022  Advanced Micro Devices, Inc. [AMD]
\t1450  Family 17h Root Complex
# a comment within
\t1453  Family 17h GPP Bridge
\t\t1022 1453  a subsystem
8086  Intel Corporation
\t1450  not AMD's
\t1572  Ethernet Controller X710 for 10GbE SFP+
C 00  Unclassified device
\t8086  a class, not a vendor
"""


@pytest.fixture(autouse=True)
def listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "pci.ids").write_text(LIST)
    monkeypatch.setattr(pci_ids, "PLACES", (tmp_path / "absent", tmp_path / "pci.ids"))
    for kept in (pci_ids._list, pci_ids.device_name):
        kept.cache_clear()
    yield
    for kept in (pci_ids._list, pci_ids.device_name):
        kept.cache_clear()


@pytest.mark.parametrize(
    ("vendor", "device", "name"),
    [
        ("0x8086", "0x1572", "Intel Corporation Ethernet Controller X710 for 10GbE SFP+"),
        ("0x1022", "0x1450", "Advanced Micro Devices, Inc. [AMD] Family 17h Root Complex"),
        ("0x1022", "0x1453", "Advanced Micro Devices, Inc. [AMD] Family 17h GPP Bridge"),
        ("0x8086", "0x1450", "Intel Corporation not AMD's"),
        ("0x8086", "0xffff", "Intel Corporation"),
        ("0x1022", "0x1572", "Advanced Micro Devices, Inc. [AMD]"),
        ("0xffff", "0x1572", ""),
        ("", "", ""),
        ("0x80\n86", "x" * 1000, ""),
    ],
)
def test_names(vendor: str, device: str, name: str) -> None:
    assert pci_ids.device_name(vendor, device) == name


def test_without_a_list_there_are_no_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pci_ids, "PLACES", (tmp_path / "absent",))
    pci_ids._list.cache_clear()
    assert pci_ids.device_name("0x8086", "0x1572") == ""
