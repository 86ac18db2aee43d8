"""Memory modules as the kernel's memory controller drivers (EDAC) tell them: which slots are filled, with what, and how
many errors each has had. What the firmware's tables say (SMBIOS type 17) takes root and holds serial numbers: it is not
read.

Source: Documentation/admin-guide/RAS/main.rst of the kernel, "EDAC".
"""

from collections.abc import Iterator

from perfadvisor.facts.reading import reader
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit

CONTROLLERS = "/sys/devices/system/edac/mc"
MIB = 1 << 20
NO_DRIVER = "no memory controller driver (EDAC) shows any"


def _dimm(
    name: str,
    kind: type[int] | type[str],
    meaning: str,
    unit: Unit = Unit.NONE,
    nature: Nature = Nature.IDENTITY,
) -> FactSpec:
    return FactSpec(name=f"dimm.{name}", type=kind, unit=unit, subject="dimm", meaning=meaning, nature=nature)


COUNT = FactSpec(
    name="memory.module_count",
    type=int,
    unit=Unit.COUNT,
    meaning="memory modules that the memory controllers' drivers show",
    nature=Nature.IDENTITY,
)
LABEL = _dimm("label", str, "what the driver or the board calls the slot")
TYPE = _dimm("type", str, "kind of memory, Registered-DDR4")
LOCATION = _dimm("location", str, "place in the memory controller: channel and slot")
SIZE = _dimm("size_bytes", int, "memory of the module", Unit.BYTES)
CORRECTED = _dimm(
    "corrected_errors", int, "errors that ECC corrected since the driver started", Unit.COUNT, Nature.MEASURED
)
UNCORRECTED = _dimm("uncorrected_errors", int, "errors that ECC could not correct", Unit.COUNT, Nature.MEASURED)
CATALOGUE = (COUNT, LABEL, TYPE, LOCATION, SIZE, CORRECTED, UNCORRECTED)
_FILES = {
    LABEL: "dimm_label",
    TYPE: "dimm_mem_type",
    LOCATION: "dimm_location",
    SIZE: "size",
    CORRECTED: "dimm_ce_count",
    UNCORRECTED: "dimm_ue_count",
}
PATTERNS = (CONTROLLERS, *(f"{CONTROLLERS}/mc[0-9]*/dimm[0-9]*/{file}" for file in _FILES.values()))


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """How many modules there are, then each that holds memory; its subject is "mc0/dimm0"."""
    modules = dict(_modules(tree))
    reason = NO_DRIVER if tree.exists(CONTROLLERS) else tree.why_unreadable(CONTROLLERS)
    yield COUNT.given(len(modules) or None, source=f"{CONTROLLERS}/*/dimm*", reason=reason)
    for subject, path in modules.items():
        for spec, file in _FILES.items():
            if spec.type is int:
                scale = MIB if spec is SIZE else 1
                yield reader.integer_fact(spec, tree, f"{path}/{file}", subject=subject, scale=scale)
            else:
                yield reader.text_fact(spec, tree, f"{path}/{file}", subject=subject)


def _modules(tree: Tree) -> Iterator[tuple[str, str]]:
    """(subject, path) of the slots that hold memory, by number: the drivers list empty ones with a size of 0."""
    for controller, path in reader.numbered(tree, CONTROLLERS, "mc"):
        for number, slot in reader.numbered(tree, path, "dimm"):
            if tree.integer(f"{slot}/size"):
                yield f"mc{controller}/dimm{number}", slot
