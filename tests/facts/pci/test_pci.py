"""PCI functions from trees, and this machine's own against lspci(8)."""

import shutil
import subprocess

import pytest

from perfadvisor.facts import catalogue
from perfadvisor.facts.pci import pci
from perfadvisor.facts.pci.address import chain, functions, is_address, owner
from perfadvisor.model.fact import Absent, FactTable
from perfadvisor.model.tree import Symlink, Tree
from perfadvisor.targets.here.capture import capture

ROOT = "/sys/devices/pci0000:80/0000:80:01.0"
NIC = f"{ROOT}/0000:81:00.0"
VF = f"{ROOT}/0000:81:10.0"
DEVICES = "/sys/bus/pci/devices"


def tree(**more: object) -> Tree:
    """A root port, an adapter with one virtual function, and the function, held by VFIO."""
    entries = {
        f"{DEVICES}/0000:80:01.0": Symlink("../../../devices/pci0000:80/0000:80:01.0"),
        f"{DEVICES}/0000:81:00.0": Symlink("../../../devices/pci0000:80/0000:80:01.0/0000:81:00.0"),
        f"{DEVICES}/0000:81:10.0": Symlink("../../../devices/pci0000:80/0000:80:01.0/0000:81:10.0"),
        f"{ROOT}/class": b"0x060400\n",
        f"{NIC}/class": b"0x020000\n",
        f"{NIC}/vendor": b"0x8086\n",
        f"{NIC}/numa_node": b"1\n",
        f"{NIC}/irq": b"44\n",
        f"{NIC}/driver": Symlink("../../../../bus/pci/drivers/ixgbe"),
        f"{NIC}/sriov_totalvfs": b"63\n",
        f"{NIC}/sriov_numvfs": b"1\n",
        f"{NIC}/msi_irqs/60": b"msix\n",
        f"{NIC}/msi_irqs/61": b"msix\n",
        f"{NIC}/reset_method": b"flr\n",
        f"{NIC}/iommu_group": Symlink("../../../../kernel/iommu_groups/17"),
        f"{NIC}/aer_dev_correctable": b"RxErr 3\nBadTLP 4\nTOTAL_ERR_COR 7\n",
        f"{VF}/class": b"0x020000\n",
        f"{VF}/numa_node": b"-1\n",
        f"{VF}/irq": b"0\n",
        f"{VF}/physfn": Symlink("../0000:81:00.0"),
        f"{VF}/driver": Symlink("../../../../bus/pci/drivers/vfio-pci"),
        **more,
    }
    return Tree(entries)


@pytest.fixture
def table() -> FactTable:
    return FactTable(pci.facts(tree()))


@pytest.mark.parametrize(
    ("name", "subject", "value"),
    [
        ("function_count", "", 3),
        ("sriov_capable_count", "", 1),
        ("vendor", "0000:81:00.0", "0x8086"),
        ("class_name", "0000:81:00.0", "Ethernet controller"),
        ("is_network", "0000:81:00.0", True),
        ("is_bridge", "0000:80:01.0", True),
        ("is_storage", "0000:81:00.0", False),
        ("numa_node", "0000:81:00.0", 1),
        ("irq", "0000:81:00.0", 44),
        ("driver", "0000:81:00.0", "ixgbe"),
        ("sriov_total_vfs", "0000:81:00.0", 63),
        ("sriov_num_vfs", "0000:81:00.0", 1),
        ("msi_vectors", "0000:81:00.0", 2),
        ("has_reset", "0000:81:00.0", True),
        ("has_reset", "0000:81:10.0", False),
        ("iommu_group", "0000:81:00.0", "17"),
        ("aer_correctable", "0000:81:00.0", 7),
        ("is_vf", "0000:81:10.0", True),
        ("is_vf", "0000:81:00.0", False),
        ("physical_function", "0000:81:10.0", "0000:81:00.0"),
        ("vfio_bound", "0000:81:10.0", True),
    ],
)
def test_facts(table: FactTable, name: str, subject: str, value: object) -> None:
    assert table.value(f"pci.{name}", subject) == value


@pytest.mark.parametrize(
    ("name", "subject", "reason"),
    [
        ("numa_node", "0000:81:10.0", "-1: the firmware does not say"),
        ("irq", "0000:81:10.0", "0: the function has no such interrupt"),
        ("aer_fatal", "0000:81:00.0", "not in what was read"),
        ("physical_function", "0000:81:00.0", "not a virtual function"),
    ],
)
def test_no_value_is_an_absence_with_its_reason(table: FactTable, name: str, subject: str, reason: str) -> None:
    found = table.find(f"pci.{name}", subject)
    assert isinstance(found, Absent) and found.reason == reason


def test_no_reset_anywhere_says_nothing_about_any() -> None:
    entries = {path: entry for path, entry in tree().items() if "reset" not in path}
    assert FactTable(pci.facts(Tree(entries))).value("pci.has_reset", "0000:81:10.0") is None


def test_without_the_bus_nothing_is_counted() -> None:
    assert FactTable(pci.facts(Tree({}))).value("pci.function_count") is None


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (NIC, ("0000:80:01.0", "0000:81:00.0")),
        ("/sys/devices/pci0000:00/0000:00:0e.0/pci10000:e0/10000:e0:06.0", ("10000:e0:06.0",)),
        ("/sys/devices/platform/40000000.pcie/pci0000:00/0000:00:00.0", ("0000:00:00.0",)),
        ("/sys/devices/virtual/net/lo", ()),
    ],
)
def test_chain(path: str, expected: tuple[str, ...]) -> None:
    assert chain(path) == expected


@pytest.mark.parametrize("text", ["0000:00:1f.8", "00:1f.0", "0000:00:1F.0", "x0000:00:1f.0", "0000:00:1f.0 "])
def test_not_an_address(text: str) -> None:
    assert not is_address(text)


def test_owner_of_a_virtio_disk() -> None:
    assert owner("/sys/devices/pci0000:00/0000:00:02.0/virtio1/block/vda") == "0000:00:02.0"
    assert owner("/sys/devices/virtual/block/dm-0") is None


@pytest.mark.skipif(not shutil.which("lspci"), reason="lspci is not installed")
def test_agrees_with_lspci_on_this_machine() -> None:
    """Independent oracle: `lspci -D -n` and `-k`."""
    here = capture(pci.PATTERNS)
    table = FactTable(pci.facts(here))
    lines = subprocess.run(["lspci", "-D", "-n"], capture_output=True, text=True, check=True).stdout.splitlines()
    found = {
        address: f"{table.value('pci.class', address)[2:6]}: "
        f"{table.value('pci.vendor', address)[2:]}:{table.value('pci.device_id', address)[2:]}"
        for address in functions(here)
    }
    assert found == {line.split(" ")[0]: line.split(" ", 1)[1].partition(" (")[0] for line in lines}
    text = subprocess.run(["lspci", "-D", "-k"], capture_output=True, text=True, check=True).stdout
    assert len(table.of("pci.driver")) == text.count("Kernel driver in use")


def test_what_was_not_captured_is_no_answer():
    """A tree of class and vendor files alone says nothing of drivers, virtual functions and links."""
    directory = "/sys/devices/pci0000:00/0000:00:03.0"
    entries = {
        "/sys/bus/pci/devices/0000:00:03.0": Symlink("../../../devices/pci0000:00/0000:00:03.0"),
        f"{directory}/class": b"0x010802\n",
        f"{directory}/vendor": b"0x144d\n",
    }
    table = FactTable(catalogue.facts(Tree(entries)))
    for name in ("vfio_bound", "is_vf", "driver", "physical_function", "has_reset"):
        found = table.find(f"pci.{name}", "0000:00:03.0")
        assert (isinstance(found, Absent) and "not captured" in found.reason) or name == "has_reset", found
    width = table.find("pci.link_width", "0000:00:03.0")
    assert isinstance(width, Absent) and width.reason == "not in what was read"
    assert isinstance(table.find("pci.link_below_max_count"), Absent)
