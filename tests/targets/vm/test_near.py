"""The node on which a guest lies, by the function it is to be near, on files that stand for sysfs."""

from pathlib import Path

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.specs.parse import SpecError, read_spec
from perfadvisor.targets.vm.near import Place, place_near
from perfadvisor.targets.vm.options import options_of

NVME = "0000:81:00.0"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name, text in {
        f"sys/bus/pci/devices/{NVME}/numa_node": "1",
        "sys/bus/pci/devices/0000:01:00.0/numa_node": "-1",
        "sys/devices/system/cpu/online": "0-2",
        "sys/devices/system/node/node1/cpulist": "2-3",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(f"{text}\n")
    return tmp_path


def test_the_node_of_the_function_and_its_cpus_that_are_online(root: Path) -> None:
    assert place_near(NVME, 1, root) == Place(node=1, cpus=(2,))


@pytest.mark.parametrize(
    ("address", "vcpus", "said"),
    [
        (NVME, 2, "node 1 has 1 CPUs for 2 virtual CPUs"),
        ("0000:01:00.0", 1, "the NUMA node of this function is not known"),
        ("0000:05:00.0", 1, "the NUMA node of this function is not known"),
    ],
)
def test_what_has_no_place(address: str, vcpus: int, said: str, root: Path) -> None:
    with pytest.raises(MeasureError, match=said):
        place_near(address, vcpus, root)


def test_how_it_is_asked_for() -> None:
    assert options_of(read_spec("vm:numa=near:81:00.0")).near == NVME
    with pytest.raises(SpecError, match=r"leave pin= out"):
        read_spec("vm:numa=near:81:00.0,cpus=1,pin=0")
    with pytest.raises(SpecError, match="near: and a PCI function"):
        read_spec("vm:numa=81:00.0")
