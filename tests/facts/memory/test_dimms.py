"""Memory modules from the files of the memory controllers' drivers."""

from perfadvisor.facts.memory import dimms
from perfadvisor.model.fact import Absent, FactTable
from perfadvisor.model.tree import Tree

MC = "/sys/devices/system/edac/mc"


def slot(number: int, size: str, controller: int = 0) -> dict[str, bytes]:
    texts = {
        "dimm_label": f"CPU_SrcID#0_MC#{controller}_Chan#{number}_DIMM#0",
        "dimm_mem_type": "Registered-DDR4",
        "dimm_location": f"channel {number} slot 0",
        "size": size,
        "dimm_ce_count": "3",
        "dimm_ue_count": "0",
    }
    return {f"{MC}/mc{controller}/dimm{number}/{name}": f"{text}\n".encode() for name, text in texts.items()}


def read(files: dict[str, bytes]) -> FactTable:
    return FactTable(dimms.facts(Tree(files)))


def test_modules_by_controller_with_size_kind_and_errors() -> None:
    table = read({**slot(0, "32768"), **slot(1, "32768", controller=1)})
    assert table.value("memory.module_count") == 2
    assert table.subjects("dimm") == ("mc0/dimm0", "mc1/dimm1")
    assert table.value("dimm.size_bytes", "mc0/dimm0") == 32 << 30
    assert table.value("dimm.type", "mc0/dimm0") == "Registered-DDR4"
    assert table.value("dimm.location", "mc1/dimm1") == "channel 1 slot 0"
    assert table.value("dimm.label", "mc0/dimm0") == "CPU_SrcID#0_MC#0_Chan#0_DIMM#0"
    assert [table.value(f"dimm.{name}", "mc0/dimm0") for name in ("corrected_errors", "uncorrected_errors")] == [3, 0]


def test_an_empty_slot_is_no_module() -> None:
    table = read({**slot(0, "16384"), **slot(1, "0")})
    assert table.value("memory.module_count") == 1 and table.subjects("dimm") == ("mc0/dimm0",)


def test_no_driver_is_no_answer_and_not_zero() -> None:
    for files, why in (({}, "not in what was read"), ({f"{MC}/power/x": b""}, dimms.NO_DRIVER)):
        found = read(files).find("memory.module_count")
        assert isinstance(found, Absent) and why in found.reason
