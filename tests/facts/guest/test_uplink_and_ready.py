"""The way out of a machine, and what a host could give to guests."""

import pytest

from perfadvisor.facts.guest import passthrough_ready, uplink
from perfadvisor.model.fact import FactTable
from perfadvisor.model.tree import Symlink, Tree

HEAD = b"Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"


def route(nic, metric=0, to="00000000", mask="00000000"):
    return f"{nic}\t{to}\t010200C0\t0003\t0\t0\t{metric}\t{mask}\t0\t0\t0\n".encode()


def kind(routes, **entries):
    table = FactTable(uplink.facts(Tree({"/proc/net/route": HEAD + routes, **entries})))
    return table.value("network.uplink_kind")


VETH = {
    "/sys/devices/virtual/net/eth0/ifindex": b"5\n",
    "/sys/devices/virtual/net/eth0/iflink": b"6\n",
    "/sys/class/net/eth0": Symlink("../../devices/virtual/net/eth0"),
}


def test_a_container_leaves_by_one_end_of_a_pair():
    assert kind(route("eth0"), **VETH) == "veth"


def test_a_machine_leaves_by_its_adapter():
    entries = {
        "/sys/devices/pci0000:00/0000:00:03.0/net/eno1/ifindex": b"2\n",
        "/sys/devices/pci0000:00/0000:00:03.0/net/eno1/iflink": b"2\n",
        "/sys/devices/pci0000:00/0000:00:03.0/net/eno1/device": Symlink("../.."),
        "/sys/class/net/eno1": Symlink("../../devices/pci0000:00/0000:00:03.0/net/eno1"),
    }
    routes = route("eth0", 600) + route("eno1", 100) + route("br0", to="0000580A", mask="0000FFFF")
    assert kind(routes, **entries, **VETH) == "physical"


@pytest.mark.parametrize("routes", [b"", b"eth0", route("br0", to="0000580A", mask="0000FFFF"), b"a b c d e f g h i\n"])
def test_without_a_default_route_nothing_is_said(routes):
    assert kind(routes) is None


def ready(entries):
    return FactTable(passthrough_ready.facts(Tree(entries)))


@pytest.mark.parametrize(
    ("files", "capable"),
    [
        ({"dmar0/intel-iommu/cap": b"8d2078c106f0466\n"}, True),  # bit 59 is in the first digit, 8
        ({"dmar0/intel-iommu/cap": b"d2078c106f0466\n"}, False),
        ({"dmar0/intel-iommu/cap": b"8d2078c106f0466\n", "dmar1/intel-iommu/cap": b"d2078c106f0466\n"}, False),
        ({"ivhd0/amd-iommu/features": b"f77ef22294ada:0\n"}, True),
        ({"ivhd0/amd-iommu/features": b"ada:0\n"}, False),
        ({"dmar0/intel-iommu/cap": b"nonsense\n"}, None),
        ({}, None),
    ],
)
def test_posting(files, capable):
    entries = {f"/sys/class/iommu/{name}": data for name, data in files.items()}
    assert ready(entries).value("passthrough.posting_capable") is capable


def function(address, code, group, driver=None):
    yield f"/sys/devices/pci0000:00/{address}/class", code
    yield f"/sys/bus/pci/devices/{address}", Symlink(f"../../../devices/pci0000:00/{address}")
    yield f"/sys/devices/pci0000:00/{address}/iommu_group", Symlink(f"../../../kernel/iommu_groups/{group}")
    yield f"/sys/kernel/iommu_groups/{group}/devices/{address}", Symlink(f"../../../../devices/pci0000:00/{address}")
    if driver:
        yield f"/sys/devices/pci0000:00/{address}/driver", Symlink(f"../../../bus/pci/drivers/{driver}")


def test_only_functions_that_nobody_uses_count():
    guest = b"""<domain type='kvm'><name>web</name><devices><hostdev type='pci'><source>
      <address domain='0' bus='0' slot='6' function='0'/></source></hostdev></devices></domain>"""
    entries = {
        **dict(function("0000:00:01.0", b"0x010802", 1)),  # an NVMe drive without a driver
        **dict(function("0000:00:02.0", b"0x020000", 2, "vfio-pci")),  # kept for VFIO
        **dict(function("0000:00:03.0", b"0x020000", 3, "igb")),  # in use
        **dict(function("0000:00:04.0", b"0x060400", 4)),  # a bridge
        **dict(function("0000:00:05.0", b"0x010802", 5)),  # shares its group
        **dict(function("0000:00:05.1", b"0x0c0330", 5, "xhci_hcd")),
        **dict(function("0000:00:06.0", b"0x020000", 6, "vfio-pci")),  # a guest has it
        "/etc/libvirt/qemu/web.xml": guest,
    }
    assert ready(entries).value("passthrough.free_candidates") == 2
    assert ready({}).value("passthrough.free_candidates") is None
