"""QEMU's configuration files (`-readconfig`), as LXD and Incus write one for each guest: options as sections."""

import re
from collections.abc import Iterator
from dataclasses import replace

from perfadvisor.errors import InputError
from perfadvisor.facts.guest import guest
from perfadvisor.facts.guest import qemu as guest_qemu
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact

SOURCE = "-readconfig"
_SECTION = re.compile(r"\[(?P<option>[a-z][\w-]*)(?: +\"(?P<id>[^\"\]]*)\")?\]")
_VALUE = re.compile(r"(?P<key>[\w.-]+) *= *\"(?P<value>[^\"]*)\"")
_OPTION = {"memory": "m", "smp-opts": "smp", "chardev": "chardev"}
_LXD = ("/var/snap/lxd", "/var/lib/lxd", "/run/lxd", "/var/log/lxd", "/run/incus", "/var/lib/incus", "lxd_", "incus_")
_MOST_LINES = 20_000
# Whoever writes such a file writes these; where they are missing, it was cut off.
_SAID_BY = {
    "m": ("vm.memory_bytes", "vm.current_memory_bytes"),
    "smp": ("vm.vcpus", "vm.vcpus_current", "vm_disk.queues", "vm.threads_per_core"),
    "machine": ("vm.machine", "vm.hypervisor", "vm.emulated"),
}


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """The guest that the file sets up. InputError where no section is complete."""
    text = decoded(data)
    argv = list(_argv(text.splitlines()[:_MOST_LINES]))
    if not argv:
        raise InputError(f"{source}: no section with a value", "expected what qemu -readconfig takes")
    found = guest_qemu.of_argv(["qemu-system", *argv, *_memory(argv)], source)
    owner = "lxd" if any(mark in text for mark in _LXD) else found.owner
    name = found.name if '"guest"' in text or "[name]" in text else "guest"
    unsaid = {name for option, names in _SAID_BY.items() if f"-{option}" not in argv for name in names}
    whole = replace(found, name=name, running=None, owner=owner)
    yield from (fact for fact in guest.of_guest(whole) if fact.name not in unsaid)


def _memory(argv: list[str]) -> tuple[str, ...]:
    """A memory that nothing refers to is the machine's: other programs name it on the command line."""
    names = [
        match[1] for one in argv if "qom-type=memory-backend" in one and (match := re.search(r"\bid=([^,]+)", one))
    ]
    alone = len(names) == 1 and "-numa" not in argv and not any("memory-backend=" in one for one in argv)
    return ("-machine", f"memory-backend={names[0]}") if alone else ()


def _argv(lines: list[str]) -> Iterator[str]:
    """Each section as the option it stands for: `[device "x"]` with values is `-device driver=...,id=x`."""
    option, values = "", list[str]()
    for line in [*lines, "[end]"]:
        text = line.strip()
        if section := _SECTION.fullmatch(text):
            if option and values:
                yield from (f"-{option}", ",".join(values))
            option = _OPTION.get(section["option"], section["option"])
            values = [f"id={section['id']}"] if section["id"] else []
        elif value := _VALUE.fullmatch(text):
            values.append(f"{value['key']}={value['value'].replace(',', ',,')}")
