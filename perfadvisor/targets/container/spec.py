"""What was declared for one container, and the options of `docker run` and `podman run` for it."""

from dataclasses import dataclass, field

from perfadvisor.facts.reading import cpulist
from perfadvisor.specs.kinds import container as table
from perfadvisor.specs.spec import Spec

RATES = tuple(option.name for option in table.RATES)
LIMITS = frozenset({table.CPU_QUOTA.name, table.CPUSET.name, table.MEMORY.name, *RATES})


@dataclass(frozen=True, kw_only=True)
class Declared:
    """One container as asked for. `attach` is the name of a running one. Limits that are not declared are None or
    empty; `rates` holds (option, device, number a second), and `limits` names those that are declared.

    `vfio` are PCI functions whose groups it gets, `vf` NICs of which each makes a virtual function for it, and
    `address` ("192.0.2.1/24") what the one virtual function gets in there."""

    image: str = ""
    attach: str = ""
    cpus: float | None = None
    cpuset: str = ""
    memory_bytes: int | None = None
    network: str = ""
    privileged: bool = False
    seccomp: str = ""
    devices: tuple[str, ...] = ()
    vfio: tuple[str, ...] = ()
    vf: tuple[str, ...] = ()
    address: str = ""
    rates: tuple[tuple[str, str, int], ...] = ()
    limits: frozenset[str] = field(default=frozenset())


def declared_by(spec: Spec) -> Declared:
    """The container that this spec asks for."""
    return Declared(
        image=spec.get(table.IMAGE) or "",
        attach=spec.get(table.CONTAINER) or "",
        cpus=spec.get(table.CPU_QUOTA),
        cpuset=cpulist.format(spec.get(table.CPUSET) or ()),
        memory_bytes=spec.get(table.MEMORY),
        network=spec.get(table.NETWORK) or "",
        privileged=bool(spec.get(table.PRIVILEGED)),
        seccomp=spec.get(table.SECCOMP) or "",
        devices=spec.all_of(table.DEVICES),
        vfio=spec.all_of(table.VFIO),
        vf=spec.all_of(table.VF),
        address=spec.get(table.ADDRESS) or "",
        rates=tuple((option.name, *rate) for option in table.RATES for rate in spec.all_of(option)),
        limits=LIMITS & spec.values.keys(),
    )


def arguments(declared: Declared) -> tuple[str, ...]:
    """The options of `docker run` and `podman run` for the declared limits."""
    found = [f"--network={declared.network or 'none'}"]
    if declared.cpus is not None:
        found.append(f"--cpus={declared.cpus:g}")
    if declared.cpuset:
        found.append(f"--cpuset-cpus={declared.cpuset}")
    if declared.memory_bytes is not None:
        found.append(f"--memory={declared.memory_bytes}b")
    if declared.privileged:
        found.append("--privileged")
    if declared.seccomp:
        found.append(f"--security-opt=seccomp={declared.seccomp}")
    found += [f"--device={device}" for device in declared.devices]
    found += [f"--{option}={device}:{number}" for option, device, number in declared.rates]
    return tuple(found)
