"""`virsh vcpupin`, `vcpuinfo` and `domstats`: where a guest's vCPUs may run, and what it has now."""

import re
from collections.abc import Iterator

from perfadvisor.facts.guest.spec import BY_NAME
from perfadvisor.facts.reading import cpulist, reader
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact, Scalar

_PIN = re.compile(r"\s*([0-9]{1,5}):?\s+([0-9,^-]{1,500})\s*")
_AFFINITY = re.compile(r"CPU Affinity:\s+([y-]{1,8192})\s*")
_DOMAIN = re.compile(r"Domain:? '(.{1,200})'\s*")
_STATE_RUNNING = "1"
_KIB = 1024
UNNAMED = "guest"

Facts = Iterator[Fact | Absent]


def guest(command: str) -> str:
    """The guest that a command line of virsh names: its last word; "" where there is none."""
    named = [word for word in command.split("|")[0].split() if not word.startswith("-")]
    named = named[named.index("virsh") + 1 :] if "virsh" in named else []
    return named[-1] if len(named) > 1 else ""


def affinities(data: bytes, *, source: str = "$ virsh vcpuinfo", subject: str = "") -> Facts:
    """`vcpuinfo`: a vCPU that may run on every CPU of the host ("yyyy") is not pinned."""
    masks = [match[1] for line in _lines(data) if (match := _AFFINITY.fullmatch(line))]
    pins = [frozenset(place for place, sign in enumerate(mask) if sign == "y") for mask in masks]
    pinned = [cpus for cpus, mask in zip(pins, masks, strict=True) if "-" in mask]
    yield from _pinned(len(masks), pinned, source, subject or UNNAMED)


def pins(data: bytes, *, source: str = "$ virsh vcpupin", subject: str = "") -> Facts:
    """`vcpupin`: a vCPU without a pin is listed with every CPU of the host. The widest list that begins with CPU 0 may
    be that, or a pin, so where it occurs nothing is stated of pins."""
    sets = [frozenset(cpulist.parse(match[2])) for line in _lines(data) if (match := _PIN.fullmatch(line))]
    free = [cpus for cpus in sets if len(cpus) > 1 and cpus == frozenset(range(max(cpus) + 1))]
    yield from _pinned(len(sets), None if free else sets, source, subject or UNNAMED)


def _pinned(count: int, pinned: list[frozenset[int]] | None, source: str, subject: str) -> Facts:
    cpus = frozenset[int]().union(*pinned or ())
    values: dict[str, Scalar | None] = {
        "vm.vcpus": count or None,
        "vm.vcpupin_count": len(pinned) if count and pinned is not None else None,
        "vm.pinned_cpus": cpulist.format(sorted(cpus)) or None,
        "vm.pinned_cpu_count": len(cpus) or None,
    }
    for name, value in values.items():
        reason = "no vCPU is pinned, or a list may be that of all CPUs" if count else "no vCPU is listed"
        yield BY_NAME[name].given(value, source=source, subject=subject, reason=reason)


def stats(data: bytes, *, source: str = "$ virsh domstats") -> Facts:
    """`domstats`: vCPUs and memory, now and at most, of every guest in it."""
    guests: dict[str, dict[str, str]] = {}
    name = ""
    for line in _lines(data):
        if match := _DOMAIN.fullmatch(line.strip()):
            name = match[1]
            guests[name] = {}
        elif name:
            key, _, text = line.strip().partition("=")
            guests[name].setdefault(key, text)
    for name, told in guests.items():
        state = told.get("state.state")
        values: dict[str, Scalar | None] = {
            "vm.running": None if state is None else state == _STATE_RUNNING,
            "vm.vcpus": reader.number(told.get("vcpu.maximum")),
            "vm.vcpus_current": reader.number(told.get("vcpu.current")),
            "vm.memory_bytes": _bytes(told.get("balloon.maximum")),
            "vm.current_memory_bytes": _bytes(told.get("balloon.current")),
        }
        for key, value in values.items():
            yield BY_NAME[key].given(value, source=source, subject=name, reason="not among these statistics")


def info(data: bytes, *, source: str = "$ virsh dominfo") -> Facts:
    """`dominfo`: vCPUs and memory of one guest."""
    told = reader.fields("\n".join(_lines(data)))
    most, used = (told.get(f"{which} memory", "").removesuffix(" KiB") for which in ("Max", "Used"))
    values: dict[str, Scalar | None] = {
        "vm.running": told["State"] == "running" if told.get("State") else None,
        "vm.vcpus": reader.number(told.get("CPU(s)")),
        "vm.memory_bytes": _bytes(most),
        "vm.current_memory_bytes": _bytes(used),
    }
    for key, value in values.items():
        yield BY_NAME[key].given(value, source=source, subject=told.get("Name") or UNNAMED, reason="not printed")


def _bytes(kib: str | None) -> int | None:
    size = reader.number(kib)
    return None if size is None or size < 0 else size * _KIB


def _lines(data: bytes) -> list[str]:
    return decoded(data).splitlines()
