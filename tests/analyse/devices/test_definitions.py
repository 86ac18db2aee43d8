"""What a guest's owner writes to get a device near its memory, read by readers of these languages."""

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from perfadvisor.analyse.devices.definitions import LANGUAGES, Near
from perfadvisor.analyse.devices.device import Device, devices
from perfadvisor.analyse.devices.near import near
from perfadvisor.facts import catalogue
from perfadvisor.facts.guest.libvirt import parse
from perfadvisor.model.fact import FactTable
from perfadvisor.saved.saved import load_tree
from perfadvisor.specs.kinds.vm import HUGE_PAGES, PIN, VFIO
from perfadvisor.specs.parse import read_spec

NVME = "0000:81:00.0"
PLACE = Near(cpus=(8, 9), spare=10, node=1, page_kib=2048, memory_mib=4096)


@pytest.fixture(scope="module")
def facts(data: Path) -> FactTable:
    return catalogue.read(load_tree(data / "machines/emulated-server.tar.gz"))


@pytest.fixture(scope="module")
def device(facts: FactTable) -> Device:
    return devices(facts)[NVME]


def yaml_of(text: str) -> Any:
    return YAML(typ="safe").load(text)


def test_near_means_cpus_and_memory_of_the_devices_node(facts: FactTable, device: Device) -> None:
    place = near(facts, device)
    assert (place.cpus, place.spare, place.node, place.page_kib) == ((2,), 3, 1, 2048)
    free = facts.value("node.memory_free_bytes", "1")
    assert isinstance(free, int) and place.memory_mib << 20 <= free // 2 and place.memory_mib % 2 == 0


def test_a_device_of_no_known_node_gets_no_node(facts: FactTable) -> None:
    place = near(facts, devices(facts)["0000:01:00.1"])
    assert (place.node, place.cpus, place.spare) == (None, (0, 1, 2), 3)
    assert "numatune" not in LANGUAGES["libvirt"](devices(facts)["0000:01:00.1"], place)


def test_libvirt_reads_it(device: Device) -> None:
    written = f"<domain type='kvm'><name>near</name>{LANGUAGES['libvirt'](device, PLACE)}</domain>"
    (guest,) = parse(written.encode(), "near.xml")
    assert [one.address for one in guest.assigned] == [NVME]
    assert dict(guest.vcpu_pins) == {0: "8", 1: "9"}
    assert "nodeset='1'" in written and "emulatorpin cpuset='10'" in written and "iothreadpin" in written


def test_perfadvisor_reads_its_own(device: Device) -> None:
    spec = read_spec(LANGUAGES["vm"](device, PLACE).rpartition(" ")[2])
    assert (spec.get(PIN), spec.get(HUGE_PAGES)) == ((8, 9), 2 << 20)
    assert spec.get(VFIO) in (NVME, (NVME,))


def test_proxmox(device: Device) -> None:
    rows = dict(line.split(": ", 1) for line in LANGUAGES["proxmox"](device, PLACE).splitlines() if line[0] != "#")
    assert (rows["hostpci0"], rows["affinity"]) == (f"{NVME},pcie=1", "8,9,10")
    assert rows["numa0"] == "cpus=0-1,hostnodes=1,memory=4096,policy=bind"
    assert (rows["hugepages"], rows["cores"], rows["memory"]) == ("2", "2", "4096")


def test_kubevirt(device: Device) -> None:
    written = yaml_of(LANGUAGES["kubevirt"](device, PLACE))
    (permitted,) = written["permittedHostDevices"]["pciHostDevices"]
    assert permitted["pciVendorSelector"] == "1B36:0010"
    assert written["domain"]["devices"]["hostDevices"][0]["deviceName"] == permitted["resourceName"]
    assert written["domain"]["memory"] == {"guest": "4096Mi", "hugepages": {"pageSize": "2Mi"}}
    assert written["domain"]["cpu"]["dedicatedCpuPlacement"] is True
