"""What functions share: a root port above several devices, and firmware that names no node."""

from perfadvisor.facts.pci import uplink as pci_uplink
from perfadvisor.facts.pci.pcie_rate import bytes_per_s
from perfadvisor.model.fact import Absent, FactTable
from perfadvisor.model.tree import Entry, Symlink, Tree

DEVICES = "/sys/bus/pci/devices"
PORT = "pci0000:00/0000:00:01.0"
SWITCH = f"{PORT}/0000:01:00.0"
NVME, BRIDGE, GPU = "0x010802", "0x060400", "0x030000"


def function(path: str, code: str, *, node: str = "0", lanes: str = "4") -> dict[str, Entry]:
    """One function at Gen3 with this class, node and width."""
    files = {"class": code, "numa_node": node, "current_link_speed": "8.0 GT/s PCIe", "current_link_width": lanes}
    entries: dict[str, Entry] = {f"/sys/devices/{path}/{name}": f"{text}\n".encode() for name, text in files.items()}
    return {f"{DEVICES}/{path.rsplit('/', 1)[-1]}": Symlink(f"../../../devices/{path}"), **entries}


def table(*functions: dict[str, Entry]) -> FactTable:
    return FactTable(pci_uplink.facts(Tree({path: entry for found in functions for path, entry in found.items()})))


def switch(*devices: dict[str, Entry]) -> FactTable:
    return table(function(PORT, BRIDGE), function(SWITCH, BRIDGE), *devices)


def test_devices_below_one_port_add_up_and_bridges_do_not_count():
    facts = switch(
        function(f"{SWITCH}/0000:02:00.0/0000:03:00.0", NVME),
        function(f"{SWITCH}/0000:02:01.0/0000:04:00.0", GPU, lanes="16"),
    )
    one, other = bytes_per_s(8.0, 4), bytes_per_s(8.0, 16)
    assert one and other
    assert facts.value("pci.endpoints_below", "0000:00:01.0") == 2
    assert facts.value("pci.endpoints_below_bytes_per_s", "0000:00:01.0") == one + other
    assert facts.value("pci.endpoints_below", "0000:01:00.0") == 0
    assert isinstance(facts.find("pci.endpoints_below_bytes_per_s", "0000:01:00.0"), Absent)


def test_functions_of_one_card_share_its_link():
    card = f"{SWITCH}/0000:02:00.0/0000:03:00"
    facts = switch(function(f"{card}.0", NVME), function(f"{card}.1", NVME))
    assert facts.value("pci.endpoints_below", "0000:00:01.0") == 1


def test_virtual_functions_are_left_out_and_devices_without_a_link_carry_nothing():
    path = f"{SWITCH}/0000:02:00.0/0000:03:00.0"
    virtual = {**function(path, NVME), f"/sys/devices/{path}/physfn": Symlink("../0000:04:00.0")}
    assert switch(virtual).value("pci.endpoints_below", "0000:00:01.0") == 0
    unlinked = function(f"{SWITCH}/0000:02:01.0/0000:05:00.0", NVME, lanes="0")
    assert switch(unlinked).value("pci.endpoints_below", "0000:00:01.0") == 1
    assert switch(unlinked).value("pci.endpoints_below_bytes_per_s", "0000:00:01.0") is None


def test_devices_without_a_node_and_the_host_bridges_they_hang_under():
    here, there = (
        function("pci0000:00/0000:00:1f.2", NVME, node="-1"),
        function("pci0000:80/0000:80:01.0", GPU, node="-1"),
    )
    bridge = function("pci0000:40/0000:40:01.0", BRIDGE, node="-1")
    facts = table(here, there, bridge, function("pci0000:c0/0000:c0:01.0", NVME, node="1"))
    assert facts.value("pci.node_unknown_count") == 2
    assert facts.value("pci.device_host_bridges") == 3
    assert table(here).value("pci.device_host_bridges") == 1


def test_no_function_with_the_file_is_not_zero():
    path = "pci0000:00/0000:00:1f.2"
    files = function(path, NVME)
    del files[f"/sys/devices/{path}/numa_node"]
    assert isinstance(table(files).find("pci.node_unknown_count"), Absent)
