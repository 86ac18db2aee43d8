"""What kind of machine this is: bare metal, a virtual machine (with or without assigned hardware), or a container."""

from collections.abc import Iterator

from perfadvisor.facts.machine import container, hypervisor, passthrough
from perfadvisor.model.fact import Absent, Fact, FactSpec, Nature
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import EnvironmentKind

KIND = FactSpec(
    name="environment.kind",
    type=str,
    meaning="bare-metal, container, vm, passthrough-vm or unknown; innermost first",
    nature=Nature.IDENTITY,
)
HYPERVISOR = FactSpec(
    name="environment.hypervisor",
    type=str,
    meaning='hypervisor below, "none", or "other" where it is not named',
    nature=Nature.IDENTITY,
)
ENGINE = FactSpec(
    name="environment.container_engine",
    type=str,
    meaning='engine of the container, "none", or "other" where not named',
    nature=Nature.IDENTITY,
)
ASSIGNED = FactSpec(
    name="environment.assigned_function_count",
    type=int,
    unit=Unit.COUNT,
    meaning="PCI functions of this virtual machine that look like assigned hardware",
    nature=Nature.IDENTITY,
)

CATALOGUE: tuple[FactSpec, ...] = (KIND, HYPERVISOR, ENGINE, ASSIGNED)
PATTERNS: tuple[str, ...] = (*hypervisor.PATTERNS, *container.PATTERNS, *passthrough.PATTERNS)

_NOTHING = "nothing in what was read tells"


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """The environment facts of this tree."""
    below, engine = hypervisor.find(tree), container.find(tree)
    is_vm = below is not None and below.name != hypervisor.NONE and not hypervisor.is_privileged_domain(tree)
    assigned = passthrough.assigned(tree) if is_vm else ()
    yield _kind(below, engine, is_vm=is_vm, has_hardware=bool(assigned))
    yield _seen(HYPERVISOR, below)
    yield _seen(ENGINE, engine)
    if is_vm:
        count = None if assigned is None else len(assigned)
        reason = "what would tell of some function (subsystem_vendor, modalias, config) was not captured"
        yield ASSIGNED.given(count, source="/sys/bus/pci/devices", reason=reason)
    else:
        yield ASSIGNED.absent("not known to be a virtual machine")


def _kind(
    below: hypervisor.Seen | None, engine: hypervisor.Seen | None, *, is_vm: bool, has_hardware: bool
) -> Fact | Absent:
    if engine and engine.name != hypervisor.NONE:
        return KIND.fact(EnvironmentKind.CONTAINER.value, source=engine.source)
    if below is None:
        return KIND.fact(EnvironmentKind.UNKNOWN.value, source=_NOTHING)
    kind = EnvironmentKind.VM if is_vm else EnvironmentKind.BARE_METAL
    if is_vm and has_hardware:
        kind = EnvironmentKind.PASSTHROUGH_VM
    return KIND.fact(kind.value, source=below.source)


def _seen(spec: FactSpec, seen: hypervisor.Seen | None) -> Fact | Absent:
    if seen is None:
        return spec.absent(_NOTHING)
    return spec.fact(seen.name, source=seen.source)
