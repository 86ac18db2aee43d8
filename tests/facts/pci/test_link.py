"""Links: both ends, the path to the root port, and the kernel's many ways to say there is none."""

import pytest

from perfadvisor.facts.pci import config as pci_config
from perfadvisor.facts.pci import link as pci_link
from perfadvisor.facts.pci.link import parse_speed, parse_width, partner
from perfadvisor.facts.pci.pcie_rate import bytes_per_s
from perfadvisor.model.fact import Absent, FactTable
from perfadvisor.model.tree import Entry, Symlink, Tree, Unreadable

DEVICES = "/sys/bus/pci/devices"
ROOT = "pci0000:00/0000:00:01.0"
UP = f"{ROOT}/0000:01:00.0"
DOWN = f"{UP}/0000:02:04.0"
DISK = f"{DOWN}/0000:03:00.0"


def function(path: str, now: tuple[str, str], most: tuple[str, str]) -> dict[str, Entry]:
    """The entries of one function: link speed and width, now and at most, as texts of sysfs."""
    address = path.rsplit("/", 1)[-1]
    names = ("current_link_speed", "current_link_width", "max_link_speed", "max_link_width")
    files = {f"/sys/devices/{path}/{name}": f"{text}\n".encode() for name, text in zip(names, now + most, strict=True)}
    return {
        f"{DEVICES}/{address}": Symlink(f"../../../devices/{path}"),
        f"/sys/devices/{path}/vendor": b"0x8086",
        **files,
    }


def behind_a_switch(**changes: Entry) -> Tree:
    """Root port, switch and disk: Gen4 x8 up to the switch, which trained to x4, and Gen3 x4 of Gen4 x4 to the disk."""
    return Tree(
        {
            **function(ROOT, ("16.0 GT/s PCIe", "4"), ("16.0 GT/s PCIe", "16")),
            **function(UP, ("16.0 GT/s PCIe", "4"), ("16.0 GT/s PCIe", "8")),
            **function(DOWN, ("8.0 GT/s PCIe", "4"), ("16.0 GT/s PCIe", "4")),
            **function(DISK, ("8.0 GT/s PCIe", "4"), ("16.0 GT/s PCIe", "4")),
            **{f"/sys/devices/{path}": entry for path, entry in changes.items()},
        }
    )


def table(tree: Tree) -> FactTable:
    return FactTable(pci_link.facts(tree))


@pytest.mark.parametrize(
    ("name", "subject", "value"),
    [
        ("link_speed_gtps", "0000:03:00.0", 8.0),
        ("link_width", "0000:01:00.0", 4),
        ("link_speed_max_gtps", "0000:03:00.0", 16.0),
        ("upstream_port", "0000:03:00.0", "0000:02:04.0"),
        ("root_port", "0000:03:00.0", "0000:00:01.0"),
        ("link_expected_speed_gtps", "0000:03:00.0", 16.0),
        ("link_expected_width", "0000:01:00.0", 8),
        ("port_link_width_max", "0000:01:00.0", 16),
        ("link_below_max_count", "", 2),
        ("path_bytes_per_s", "0000:03:00.0", bytes_per_s(8.0, 4)),
        ("link_bytes_per_s", "0000:01:00.0", bytes_per_s(16.0, 4)),
    ],
)
def test_facts(name: str, subject: str, value: object) -> None:
    assert table(behind_a_switch()).value(f"pci.{name}", subject) == value


def test_the_slowest_hop_decides() -> None:
    slow = behind_a_switch(**{f"{UP}/current_link_width": b"1\n"})
    assert table(slow).value("pci.path_bytes_per_s", "0000:03:00.0") == bytes_per_s(16.0, 1)


def test_between_the_ports_inside_a_switch_there_is_no_link() -> None:
    assert partner(f"/sys/devices/{DOWN}") is None
    assert partner(f"/sys/devices/{DISK}") == "0000:02:04.0"
    assert partner(f"/sys/devices/{UP}") == "0000:00:01.0"
    assert partner(f"/sys/devices/{ROOT}") is None
    assert table(behind_a_switch()).value("pci.link_expected_width", "0000:02:04.0") is None


def test_an_unknown_hop_makes_the_path_unknown() -> None:
    unknown = behind_a_switch(**{f"{UP}/current_link_speed": Unreadable("Input/output error")})
    assert table(unknown).value("pci.path_bytes_per_s", "0000:03:00.0") is None


def config(max_payload_code: int, supported_code: int) -> bytes:
    """256 bytes with an Express capability that holds these two sizes (128 << code)."""
    data = bytearray(256)
    data[0], data[6], data[0x34], data[0x40] = 0x86, 0x10, 0x40, 0x10
    data[0x44], data[0x48] = supported_code, max_payload_code << 5
    return bytes(data)


def test_what_the_payload_is_counts() -> None:
    tree = behind_a_switch(**{f"{DISK}/config": config(2, 2)})
    assert table(tree).value("pci.link_bytes_per_s", "0000:03:00.0") == bytes_per_s(8.0, 4, 512)


def test_the_path_supports_what_its_weakest_hop_does() -> None:
    spaces = {f"{path}/config": config(0, code) for path, code in ((ROOT, 2), (UP, 1), (DOWN, 3), (DISK, 2))}
    found = FactTable(pci_config.facts(behind_a_switch(**spaces)))
    assert found.value("pci.path_max_payload_supported_bytes", "0000:03:00.0") == 256
    assert found.value("pci.max_payload_bytes", "0000:03:00.0") == 128
    assert found.value("pci.root_readable") is True
    del spaces[f"{UP}/config"]
    assert (
        FactTable(pci_config.facts(behind_a_switch(**spaces))).value(
            "pci.path_max_payload_supported_bytes", "0000:03:00.0"
        )
        is None
    )


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8.0 GT/s PCIe", 8.0),
        ("8 GT/s", 8.0),
        ("2.5 GT/s", 2.5),
        ("64.0 GT/s PCIe", 64.0),
        ("Unknown speed", None),
        ("Unknown", None),
        ("", None),
        (None, None),
        ("0 GT/s", None),
        ("٣ GT/s", None),
        ("1e9 GT/s", None),
    ],
)
def test_speeds(text: str | None, value: float | None) -> None:
    assert parse_speed(text) == value


@pytest.mark.parametrize(
    ("text", "value"), [("16", 16), ("0", None), ("255", None), ("63", None), ("-1", None), ("x", None)]
)
def test_widths(text: str, value: int | None) -> None:
    assert parse_width(text) == value


def test_an_empty_slot_is_no_slow_link() -> None:
    empty = Tree(function(ROOT, ("2.5 GT/s", "0"), ("8.0 GT/s", "8")))
    found = table(empty).find("pci.link_speed_gtps", "0000:00:01.0")
    assert isinstance(found, Absent)
    assert isinstance(table(empty).find("pci.link_below_max_count"), Absent)


def test_a_virtual_function_has_no_link_whatever_it_says() -> None:
    virtual = behind_a_switch(**{f"{DISK}/physfn": Symlink("../0000:03:00.1")})
    found = table(virtual).find("pci.link_speed_gtps", "0000:03:00.0")
    assert isinstance(found, Absent) and "virtual function" in found.reason
    assert table(virtual).value("pci.link_below_max_count") == 1


def test_config_facts_say_what_root_would_add() -> None:
    tree = behind_a_switch(**{f"{DISK}/config": b"\x86\x80" + bytes(62)})
    found = FactTable(pci_config.facts(tree))
    absent = found.find("pci.max_payload_bytes", "0000:03:00.0")
    assert isinstance(absent, Absent) and absent.reason == pci_config.NEEDS_ROOT
    assert found.value("pci.root_readable") is False
