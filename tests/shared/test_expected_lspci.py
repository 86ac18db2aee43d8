"""lspci outputs of real machines, compared with independent readings of them."""

import re
from pathlib import Path
from typing import Any

import pytest

from perfadvisor.facts.text import lspci
from perfadvisor.model.fact import FactTable

pytestmark = pytest.mark.shared

EXPECTATIONS = ("lspci__*",)


def read(path: Path) -> FactTable:
    return FactTable(lspci.facts(path.read_bytes()))


def full(address: str) -> str:
    return address if address.count(":") == 2 else f"0000:{address}"


def short(address: str, like: list[str]) -> str:
    """The address as the expectation writes it: without domain 0000 where lspci left that out."""
    return address if address in like else address.removeprefix("0000:")


def of(name: str):
    """The fact of a device whose address stands in the leaf's path."""
    return lambda table, keys, expected: table.value(name, full(keys[0]))


def described(table: FactTable, keys: tuple[str, ...], expected: str) -> str:
    """The expectations keep the first 100 characters."""
    return str(table.value("pci.description", full(keys[0])))[:100]


def below(table: FactTable, keys: tuple[str, ...], expected: list[str]) -> list[str]:
    """Functions below what they can, and (as these expectations count them, too) those with nothing connected."""
    found = []
    for address, most in table.of("pci.link_width_max").items():
        width, speed = table.value("pci.link_width", address), table.value("pci.link_speed_gtps", address)
        if width is None or width < most or speed < table.value("pci.link_speed_max_gtps", address):
            found.append(short(address, expected))
    return found


def linked(table: FactTable, keys: tuple[str, ...], expected: int) -> int:
    return len(table.of("pci.link_width_max"))


def nodes(table: FactTable, keys: tuple[str, ...], expected: Any) -> Any:
    counts: dict[str, int] = {}
    for node in table.of("pci.numa_node").values():
        counts[str(node)] = counts.get(str(node), 0) + 1
    return counts.get(keys[0]) if keys else counts


def capable(table: FactTable, keys: tuple[str, ...], expected: list[str]) -> list[str]:
    return [short(address, expected) for address in table.of("pci.sriov_total_vfs")]


def link(speed_name: str, width_name: str):
    """["8GT/s", "x4"]; where nothing is connected lspci says x0 and a leftover or unknown speed, and we say neither."""

    def compare(table: FactTable, keys: tuple[str, ...], expected: list[str]) -> list[str]:
        speed, width = table.value(speed_name, full(keys[0])), table.value(width_name, full(keys[0]))
        if expected[1] == "x0":
            return expected if speed is None and width is None else ["a link", "where there is none"]
        return [f"{speed:g}GT/s", f"x{width}"]

    return compare


def aspm(table: FactTable, keys: tuple[str, ...], expected: str) -> str | None:
    value = table.value("pci.aspm", full(keys[0]))
    return "Disabled" if value == "disabled" else f"{value} Enabled"


def slots(table: FactTable, keys: tuple[str, ...], expected: list[str]) -> list[str]:
    return [short(address, expected) for address in table.subjects("pci")]


def has_acs(table: FactTable, keys: tuple[str, ...], expected: bool) -> bool:
    return table.value("pci.acs", full(keys[0])) is not None


LEAVES = (
    ("devices", "pci.function_count"),
    ("by_numa_node", nodes),
    ("by_numa_node/*", nodes),
    ("with_link", linked),
    ("link_below_cap", below),
    ("sriov_pf", capable),
    ("slots", slots),
    ("device_list/*/addr", lambda table, keys, expected: expected if full(keys[0]) in table.subjects("pci") else None),
    ("device_list/*/desc", described),
    ("device_list/*/numa_node", of("pci.numa_node")),
    ("device_list/*/max_payload", of("pci.max_payload_bytes")),
    ("device_list/*/max_read_req", of("pci.max_read_request_bytes")),
    ("device_list/*/driver", of("pci.driver")),
    ("device_list/*/cap", link("pci.link_speed_max_gtps", "pci.link_width_max")),
    ("device_list/*/sta", link("pci.link_speed_gtps", "pci.link_width")),
    ("device_list/*/aspm", aspm),
    ("device_list/*/acs", has_acs),
    ("device_list/*/sriov/total", of("pci.sriov_total_vfs")),
    ("device_list/*/sriov/num", of("pci.sriov_num_vfs")),
)
UNCOMPARED = (
    ("hexdump", "says what the text has, not what the machine is"),
    ("format", "says what the text has, not what the machine is"),
    ("device_list/*/sta_flags", "lspci's own verdict on the link; ours is made by rules, from both ends"),
    ("device_list/*/sriov/initial", "only migration of virtual functions needs it, which no kernel has"),
)
_DUMPED = "we decode the dump, the expectation is about the text without it"
DISAGREED = {
    (f"lspci__{name}.json", leaf): _DUMPED
    for name in ("pciutils_tree-asus-p6t6.txt", "pciutils_cap-rebar.txt", "pciutils_cap-ptm-1.txt")
    for leaf in ("with_link", "link_below_cap")
}


def test_agrees(expectation, differences) -> None:
    assert differences(expectation, read(expectation.path)) == []


@pytest.mark.parametrize("name", ["tree-asus-p6t6", "cap-exp-lnkcap2", "cap-pcie-2"])
def test_a_dump_says_what_lspci_decodes_from_it(shared_data: Path, name: str) -> None:
    """Independent oracle: the same dump, decoded to text by lspci itself."""
    folder = shared_data / "machines" / "lspci"
    lines = (folder / f"pciutils_{name}.txt").read_text().splitlines()
    dump = "\n".join(line for line in lines if not line.startswith(("\t", " ")))
    dumped = FactTable(lspci.facts(dump.encode()))
    decoded = FactTable(lspci.facts((folder / f"decoded_{name}.txt").read_bytes()))
    names = (
        "vendor",
        "device_id",
        "max_payload_bytes",
        "max_payload_supported_bytes",
        "max_read_request_bytes",
        "acs",
        "relaxed_ordering",
        "extended_tags",
        "aspm",
        "link_speed_max_gtps",
        "link_width_max",
        "link_width",
        "link_speed_gtps",
        "sriov_total_vfs",
        "sriov_num_vfs",
    )
    for fact in names:
        assert dumped.of(f"pci.{fact}") == decoded.of(f"pci.{fact}"), fact
    assert decoded.of("pci.link_width_max")
    assert not re.search("Capabilities", dump)
