"""Finding the fact a rule means: by following what refers to what, nearest first, into the host where asked."""

from perfadvisor.analyse.rules.lookup import Lookup
from perfadvisor.model.fact import Absent, Fact, FactSpec, FactTable, Nature


def _spec(name: str, kind: str = "", refers_to: str = "") -> FactSpec:
    return FactSpec(name=name, type=str, subject=kind, refers_to=refers_to, nature=Nature.SETTING, meaning="")


CATALOGUE = {
    spec.name: spec
    for spec in (
        _spec("kernel.release"),
        _spec("environment.domain", refers_to="host.vm"),
        _spec("result.block", "result", "block"),
        _spec("result.pci", "result", "pci"),
        _spec("block.pci_address", "block", "pci"),
        _spec("block.vm_disk", "block", "host.vm_disk"),
        _spec("block.model", "block"),
        _spec("pci.driver", "pci"),
        _spec("pci.upstream_port", "pci", "pci"),
        _spec("pci.iommu_group", "pci", "iommu_group"),
        _spec("iommu_group.type", "iommu_group"),
        _spec("vm.vcpus", "vm"),
        _spec("vm_disk.domain", "vm_disk", "vm"),
        _spec("vm_disk.cache", "vm_disk"),
        _spec("nic.driver", "nic"),
    )
}
RESULT = "storage/randread@local"


def table(*facts: tuple[str, str, str]) -> FactTable:
    return FactTable(Fact(name=name, subject=subject, value=value, source="test") for name, subject, value in facts)


MACHINE = table(
    ("kernel.release", "", "6.1"),
    ("environment.domain", "", "web"),
    ("result.block", RESULT, "vda"),
    ("block.pci_address", "vda", "0000:00:02.0"),
    ("block.vm_disk", "vda", "web/vda"),
    ("block.model", "vda", "disk"),
    ("pci.driver", "0000:00:02.0", "virtio-pci"),
    ("pci.driver", "0000:00:01.0", "pcieport"),
    ("pci.upstream_port", "0000:00:02.0", "0000:00:01.0"),
    ("pci.iommu_group", "0000:00:02.0", "7"),
    ("iommu_group.type", "7", "DMA"),
)
HOST = table(
    ("kernel.release", "", "6.12"),
    ("vm.vcpus", "web", "4"),
    ("vm.vcpus", "db", "8"),
    ("vm_disk.domain", "web/vda", "web"),
    ("vm_disk.cache", "web/vda", "none"),
)


def value(name: str, kind: str = "result", subject: str = RESULT, host: FactTable | None = HOST) -> str:
    found = Lookup(MACHINE, CATALOGUE, host).view(kind, subject)(name)
    return str(found.value) if isinstance(found, Fact) else found.reason


def test_the_whole_machine_and_the_subject_itself():
    assert value("kernel.release") == "6.1"
    assert value("block.model", "block", "vda") == "disk"


def test_along_the_path():
    assert value("block.model") == "disk"
    assert value("pci.driver") == "virtio-pci"
    assert value("iommu_group.type") == "DMA"


def test_a_port_above_is_not_taken_for_the_function():
    assert value("pci.driver", "pci", "0000:00:02.0") == "virtio-pci"


def test_into_the_host():
    assert value("host.kernel.release") == "6.12"
    assert value("host.vm_disk.cache") == "none"
    assert value("host.vm.vcpus") == "4"


def test_the_host_of_the_machine_itself():
    assert value("host.vm.vcpus", "", "") == "4"


def test_without_a_host():
    assert value("host.kernel.release", host=None) == "the host's facts were not given"
    assert value("host.vm.vcpus", host=None) == "the host's facts were not given"


def test_no_such_relation():
    assert value("nic.driver") == "no nic belongs to this result"
    assert value("block.model", "", "") == "no block belongs to this machine"


def test_a_relation_that_is_absent_gives_its_reason():
    facts = FactTable(
        [
            Fact(name="result.block", subject=RESULT, value="dm-0", source="test"),
            Absent(name="block.pci_address", subject="dm-0", reason="it is virtual"),
        ]
    )
    found = Lookup(facts, CATALOGUE).view("result", RESULT)("pci.driver")
    assert isinstance(found, Absent)
    assert found.reason == "it is virtual"


def test_a_fact_that_was_not_read_and_one_that_does_not_exist():
    assert value("block.model", "block", "vdb") == "not in what was read"
    assert value("made.up") == "not a fact perfadvisor knows"


def test_circles_end():
    facts = table(("pci.upstream_port", "a", "b"), ("pci.upstream_port", "b", "a"), ("pci.driver", "a", "x"))
    found = Lookup(facts, CATALOGUE).view("pci", "a")("pci.driver")
    assert isinstance(found, Fact)


def test_subjects():
    lookup = Lookup(MACHINE, CATALOGUE)
    assert lookup.subjects("") == ("",)
    assert lookup.subjects("pci") == ("0000:00:01.0", "0000:00:02.0")
    assert lookup.subjects("nic") == ()
