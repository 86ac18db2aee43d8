"""What follows `vm:` in an environment's spec: the shape of the guest, and what is passed through to it."""

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass, field, fields

from perfadvisor.errors import InputError
from perfadvisor.targets.lending.pci_group import full_address

SIZES = {"M": 1 << 20, "G": 1 << 30}
CACHES = {"none": True, "writeback": False}  # whether the host's page cache is passed by
AIO = ("native", "io_uring", "threads")


@dataclass(frozen=True, kw_only=True)
class VmOptions:
    """`cpus` is their number, `memory_bytes` the guest's memory, `huge_page_bytes` the pages behind it (0: ordinary).

    `queues` of the virtio disk (0: one for each CPU), `iothread` whether the disk has a thread of its own, `cache` and
    `aio` as QEMU has them. `pin` lists host CPUs for the vCPUs, one each, () for none. `vfio` are functions passed
    through and `vf` physical ones that each make a virtual one for the guest; `address` ("192.0.2.2/24") is what a
    network interface among them gets in there."""

    cpus: int = 2
    memory_bytes: int = 1 << 30
    huge_page_bytes: int = 0
    queues: int = 0
    iothread: bool = True
    cache: str = "none"
    aio: str = "native"
    pin: tuple[int, ...] = ()
    vfio: tuple[str, ...] = ()
    vf: tuple[str, ...] = ()
    address: str = ""

    @property
    def passthrough(self) -> bool:
        """Whether a device of this machine goes into the guest."""
        return bool(self.vfio or self.vf)


@dataclass
class _Words:
    """The options by name while they are read."""

    given: dict[str, object] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=lambda: {"vfio": [], "vf": []})


def parse(text: str) -> VmOptions:
    """The options in "vfio=0000:01:00.0,cpus=4,memory=2G". InputError, with what there is, for anything else."""
    words = _Words()
    for word in filter(None, text.split(",")):
        name, equals, value = word.partition("=")
        if not equals or name not in READERS:
            raise InputError(f"vm:{text}: {word!r} is no option of a guest", f"known are: {', '.join(READERS)}")
        if name in words.lists:
            words.lists[name].append(full_address(value))
        else:
            words.given[FIELDS.get(name, name)] = READERS[name](name, value)
    known = {one.name for one in fields(VmOptions)}
    assert words.given.keys() <= known, "every reader fills a field"
    addresses = {name: tuple(dict.fromkeys(found)) for name, found in words.lists.items()}
    return VmOptions(**words.given, **addresses)  # type: ignore[arg-type]


def _number(name: str, value: str) -> int:
    if not value.isascii() or not value.isdecimal() or not 1 <= int(value) <= 1024:
        raise InputError(f"{name}={value}: a number from 1 to 1024 is expected")
    return int(value)


def _size(name: str, value: str) -> int:
    match = re.fullmatch(r"([0-9]{1,6})([MG])", value)
    if not match:
        raise InputError(f"{name}={value}: a size is expected", "as in 512M or 2G")
    return int(match[1]) * SIZES[match[2]]


def _switch(name: str, value: str) -> bool:
    return _one_of(name, value, ("on", "off")) == "on"


def _one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    if value not in known:
        raise InputError(f"{name}={value}: one of {', '.join(known)} is expected")
    return value


def _address(name: str, value: str) -> str:
    try:
        found = ipaddress.ip_interface(value)
    except ValueError:
        found = None
    if found is None or "/" not in value or "%" in value:
        raise InputError(f"{name}={value}: an address with its network is expected", "as in 192.0.2.2/24")
    return found.with_prefixlen


def _cpus(name: str, value: str) -> tuple[int, ...]:
    """CPU numbers with "+" or ranges between them, since commas part the options: "0-3", "0+2"."""
    found: list[int] = []
    for part in value.split("+"):
        match = re.fullmatch(r"([0-9]{1,5})(?:-([0-9]{1,5}))?", part)
        if not match:
            raise InputError(f"{name}={value}: host CPUs are expected", "as in 0-3 or 0+2")
        found += range(int(match[1]), int(match[2] or match[1]) + 1)
    return tuple(found)


FIELDS = {"memory": "memory_bytes", "hugepages": "huge_page_bytes"}
READERS: dict[str, Callable[[str, str], object]] = {
    "cpus": _number,
    "memory": _size,
    "hugepages": _size,
    "queues": _number,
    "iothread": _switch,
    "cache": lambda name, value: _one_of(name, value, tuple(CACHES)),
    "aio": lambda name, value: _one_of(name, value, AIO),
    "pin": _cpus,
    "address": _address,
    "vfio": lambda _name, value: full_address(value),
    "vf": lambda _name, value: full_address(value),
}
