"""What follows `docker:` or `podman:` in a spec: an image or a running container, and the limits declared for it.

"IMAGE,cpus=0.5,memory=1g", "@NAME" or nothing, which means the tools image. The limits are named as the engines' own
options are, so nobody has to learn another set of words.
"""

import ipaddress
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches

from perfadvisor.errors import InputError
from perfadvisor.facts.reading import cpulist
from perfadvisor.targets.lending.pci_group import full_address

UNITS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_SIZE = re.compile(r"([0-9]{1,18})([bkmgt]?)b?\Z", re.IGNORECASE)
_RATE = re.compile(r"(/dev/[\w./-]+):([0-9]{1,18}[a-zA-Z]{0,2})\Z")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,62}\Z")
RATES = ("device-read-iops", "device-write-iops", "device-read-bps", "device-write-bps")


@dataclass(frozen=True, kw_only=True)
class Declared:
    """One container as asked for. `attach` is the name of a running one. Limits that are not declared are None or
    empty; `rates` holds (option, device, number a second).

    `vfio` are PCI functions whose groups it gets, `vf` NICs of which each makes a virtual function for it, and
    `address` ("192.0.2.1/24") what the one virtual function gets in there."""

    image: str = ""
    attach: str = ""
    name: str = ""
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
    options: tuple[tuple[str, str], ...] = field(default=())


def parse(rest: str, spec: str) -> Declared:
    """The container meant by what follows the colon. InputError, with the nearest word, for what means nothing."""
    words = [word for word in rest.split(",") if word]
    plain = [word for word in words if "=" not in word]
    if len(plain) > 1:
        raise InputError(f"{spec}: {plain[0]!r} and {plain[1]!r}: one image or container only")
    options = [(key, value) for key, _, value in (word.partition("=") for word in words if "=" in word)]
    target = plain[0] if plain else ""
    if target.startswith("-"):
        raise InputError(f"{spec}: {target!r} is no image's name")
    named = {"attach": target[1:]} if target.startswith("@") else {"image": target}
    if target == "@":
        raise InputError(f"{spec}: the name of the container is missing", "docker:@NAME")
    declared = Declared(**named, options=tuple(options), **_values(options, spec))  # type: ignore[arg-type]
    if declared.attach and [key for key, _ in options if key != "name"]:
        raise InputError(f"{spec}: a running container keeps its limits", "declare limits for an image instead")
    _require_sense(declared, spec)
    return declared


def _require_sense(declared: Declared, spec: str) -> None:
    """A virtual function moves into a network of the container's own, and one address fits one of them."""
    if declared.vf and declared.network == "host":
        raise InputError(f"{spec}: vf= needs a network of the container's own", "leave network=host out")
    if declared.address and len(declared.vf) != 1:
        raise InputError(f"{spec}: address= is that of one virtual function", "give one vf=PF with it")


def _values(options: Sequence[tuple[str, str]], spec: str) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in options:
        if key in RATES:
            found["rates"] = (*_many(found, "rates"), (key, *_rate(key, value, spec)))
        elif key in LISTS:
            attribute, one = LISTS[key]
            found[attribute] = tuple(dict.fromkeys((*_many(found, attribute), one(key, value, spec))))
        elif key in READERS:
            attribute, reader = READERS[key]
            found[attribute] = reader(key, value, spec)
        else:
            near = get_close_matches(key, KEYS, n=1)
            raise InputError(
                f"{spec}: unknown option {key!r}", f"did you mean {near[0]}?" if near else f"known: {', '.join(KEYS)}"
            )
    return found


def _many(found: Mapping[str, object], key: str) -> tuple[object, ...]:
    known = found.get(key, ())
    assert isinstance(known, tuple)
    return known


def _bad(spec: str, key: str, value: str, example: str) -> InputError:
    return InputError(f"{spec}: {key}={value} cannot be read", f"for example {key}={example}")


def _cpus(key: str, value: str, spec: str) -> float:
    try:
        number = float(value)
    except ValueError:
        number = 0.0
    if not 0.01 <= number <= 4096:
        raise _bad(spec, key, value, "0.5")
    return number


def _cpuset(key: str, value: str, spec: str) -> str:
    """As in the kernel's lists; "+" stands for the comma, which separates options here."""
    text = value.replace("+", ",")
    if not cpulist.parse(text):
        raise _bad(spec, key, value, "0-3+8")
    return text


def _bytes(key: str, value: str, spec: str) -> int:
    match = _SIZE.match(value)
    if not match or int(match[1]) == 0:
        raise _bad(spec, key, value, "2g")
    return int(match[1]) * UNITS[match[2].lower()]


def _flag(key: str, value: str, spec: str) -> bool:
    if value not in ("true", "false"):
        raise _bad(spec, key, value, "true")
    return value == "true"


def _word(key: str, value: str, spec: str) -> str:
    if not _NAME.match(value):
        raise _bad(spec, key, value, "none" if key == "network" else "limited")
    return value


def _seccomp(key: str, value: str, spec: str) -> str:
    if value != "unconfined" and not value.startswith("/"):
        raise _bad(spec, key, value, "unconfined")
    return value


def _rate(key: str, value: str, spec: str) -> tuple[str, int]:
    match = _RATE.match(value)
    if not match:
        raise _bad(spec, key, value, "/dev/nvme0n1:5000")
    return match[1], _bytes(key, match[2], spec)


def _device(key: str, value: str, spec: str) -> str:
    if not value.startswith("/dev/"):
        raise _bad(spec, key, value, "/dev/nvme0n1")
    return value


def _function(key: str, value: str, spec: str) -> str:
    try:
        return full_address(value)
    except InputError as error:
        raise _bad(spec, key, value, "0000:01:00.0") from error


def _address(key: str, value: str, spec: str) -> str:
    try:
        return str(ipaddress.ip_interface(value))
    except ValueError as error:
        raise _bad(spec, key, value, "192.0.2.1/24") from error


READERS: dict[str, tuple[str, Callable[[str, str, str], object]]] = {
    "name": ("name", _word),
    "cpus": ("cpus", _cpus),
    "cpuset": ("cpuset", _cpuset),
    "memory": ("memory_bytes", _bytes),
    "network": ("network", _word),
    "privileged": ("privileged", _flag),
    "seccomp": ("seccomp", _seccomp),
    "address": ("address", _address),
}
LISTS: dict[str, tuple[str, Callable[[str, str, str], str]]] = {
    "device": ("devices", _device),
    "vfio": ("vfio", _function),
    "vf": ("vf", _function),
}
KEYS = (*READERS, *LISTS, *RATES)


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
