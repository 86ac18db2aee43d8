"""cloud-hypervisor's command line, as people type it and as ps prints it."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from perfadvisor.facts.guest.model import Guest
from perfadvisor.facts.reading import reader, sizes
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.facts.text.guests import microvm
from perfadvisor.model.fact import Absent, Fact

SOURCE = "$ ps -o args= -p PID"
_SIZES = ("size", "hugepage_size")
_KEYS = {"boot": "boot_vcpus", "max": "max_vcpus"}
_SEVERAL = {"disk": "disks", "net": "net", "device": "devices", "fs": "fs"}


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """The guest as far as the options describe it; nothing of text that cannot be split into words."""
    guest = _guest(decoded(data), source)
    yield from microvm.of_guest(guest) if guest else ()


def _guest(text: str, source: str) -> Guest | None:
    try:
        words = shlex.split(text.replace("\\\n", " "))
    except ValueError:
        return None
    given: dict[str, Any] = {}
    option = ""
    for word in words:
        if word.startswith("--"):
            option = word.removeprefix("--")
        elif option in _SEVERAL:
            given.setdefault(_SEVERAL[option], []).append(_values(word))
        elif option in ("cpus", "memory"):
            given[option] = _values(word)
    if not given:
        return None
    cpus = given.get("cpus", {})
    cpus.setdefault("max_vcpus", cpus.get("boot_vcpus"))
    return microvm.cloud_hypervisor(given, source)


def _values(word: str) -> Mapping[str, Any]:
    pairs = (part.partition("=") for part in word.split(","))
    return {_KEYS.get(key, key): _value(key, value) for key, _, value in pairs}


def _value(key: str, value: str) -> object:
    if value in ("on", "off"):
        return value == "on"
    if key in _SIZES:
        return sizes.qemu(value, default="B")
    number = reader.number(value)
    return value if number is None or key in ("path", "tap", "mac") else number
