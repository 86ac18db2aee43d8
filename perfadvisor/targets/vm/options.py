"""The shape of a guest, and what is passed through to it."""

from dataclasses import dataclass

from perfadvisor.specs.kinds import vm as table
from perfadvisor.specs.spec import Spec

CACHES = {"none": True, "writeback": False}  # whether the host's page cache is passed by


@dataclass(frozen=True, kw_only=True)
class VmOptions:
    """`cpus` is their number, `memory_bytes` the guest's memory, `huge_page_bytes` the pages behind it (0: ordinary).

    `queues` of the virtio disk (0: one for each CPU), `iothread` whether the disk has a thread of its own, `cache` and
    `aio` as QEMU has them. `pin` lists host CPUs for the vCPUs, one each, () for none. `vfio` are functions passed
    through and `vf` physical ones that each make a virtual one for the guest; `address` ("192.0.2.2/24") is what a
    network interface among them gets in there, or the virtio NIC where `macvtap` names the interface of this machine
    on whose wire it is. `near` is the function on whose node the guest lies, "" for none."""

    cpus: int = table.DEFAULT_CPUS
    memory_bytes: int = table.DEFAULT_MEMORY_BYTES
    huge_page_bytes: int = 0
    queues: int = 0
    iothread: bool = True
    cache: str = table.CACHES[0]
    aio: str = table.AIO[0]
    pin: tuple[int, ...] = ()
    vfio: tuple[str, ...] = ()
    vf: tuple[str, ...] = ()
    address: str = ""
    macvtap: str = ""
    near: str = ""

    @property
    def passthrough(self) -> bool:
        """Whether a device of this machine goes into the guest."""
        return bool(self.vfio or self.vf)


def options_of(spec: Spec) -> VmOptions:
    """The guest that this spec asks for."""
    return VmOptions(
        cpus=spec.get(table.VCPUS) or table.DEFAULT_CPUS,
        memory_bytes=spec.get(table.MEMORY) or table.DEFAULT_MEMORY_BYTES,
        huge_page_bytes=spec.get(table.HUGE_PAGES) or 0,
        queues=spec.get(table.QUEUES) or 0,
        iothread=spec.get(table.IOTHREAD) is not False,
        cache=spec.get(table.CACHE) or table.CACHES[0],
        aio=spec.get(table.ASYNC_IO) or table.AIO[0],
        pin=spec.get(table.PIN) or (),
        vfio=spec.all_of(table.VFIO),
        vf=spec.all_of(table.VF),
        address=spec.get(table.ADDRESS) or "",
        macvtap=spec.get(table.MACVTAP) or "",
        near=_address((spec.get(table.NEAR) or "").removeprefix("near:")),
    )


def _address(text: str) -> str:
    """A PCI address with its domain."""
    lower = text.lower()
    return f"0000:{lower}" if lower.count(":") == 1 else lower
