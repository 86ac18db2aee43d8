"""The guests of this host: libvirt's definitions, running or not, and every QEMU process there is.

A definition alone (`FILE.xml`) is read by `facts.text.libvirt`; here the same facts come from a machine's tree, where
they can be held against its nodes, cores and devices.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from perfadvisor.errors import InputError
from perfadvisor.facts.guest import device_facts as guest_device_facts
from perfadvisor.facts.guest import facts as guest_facts
from perfadvisor.facts.guest import host as guest_host
from perfadvisor.facts.guest import libvirt as guest_libvirt
from perfadvisor.facts.guest import plugged as guest_plugged
from perfadvisor.facts.guest import process as guest_process
from perfadvisor.facts.guest import qemu as guest_qemu
from perfadvisor.facts.guest import spec as guest_spec
from perfadvisor.facts.guest.host import Host
from perfadvisor.facts.guest.model import Guest
from perfadvisor.facts.guest.process import Memory
from perfadvisor.model.fact import Absent, Fact, FactSpec
from perfadvisor.model.tree import Tree

RUNNING, DEFINED = "/run/libvirt/qemu", "/etc/libvirt/qemu"
_PROCESSES = "/proc/[0-9]*/cmdline of QEMU"
CATALOGUE: tuple[FactSpec, ...] = guest_spec.SPECS
PATTERNS: tuple[str, ...] = (
    f"{RUNNING}/*.xml",
    f"{RUNNING}/*.pid",
    f"{DEFINED}/*.xml",
    *guest_process.PATTERNS,
    *guest_host.PATTERNS,
)

_BY_NAME = guest_spec.BY_NAME


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """The guests' facts, and how many vCPUs they have together."""
    host = guest_host.read(tree)
    found = list(guests(tree))
    for guest, pid in found:
        yield from of_guest(guest, host, guest_process.memory(tree, pid) if pid else None)
    yield from _together([guest for guest, _ in found], host, seen=guest_process.looked(tree))


def of_guest(guest: Guest, host: Host = guest_host.NOWHERE, memory: Memory | None = None) -> Iterator[Fact | Absent]:
    """Every fact of one guest and its devices."""
    yield from guest_facts.facts(guest, host, memory)
    yield from guest_device_facts.facts(guest, host)


def guests(tree: Tree) -> Iterator[tuple[Guest, str | None]]:
    """Every guest once, with the process that runs it. libvirt's own record of a running guest says more than its
    definition, which may have been changed since; a command line counts where libvirt says nothing."""
    processes = {pid: _running(tree, pid, argv) for pid, argv in guest_process.processes(tree).items()}
    pids = {guest.name: pid for pid, guest in processes.items()}
    recorded = list(_recorded(tree, RUNNING, running=True))
    defined = list(_recorded(tree, DEFINED, running=None))
    names: set[str] = set()
    for guest in (*recorded, *defined):
        if guest.name not in names:
            names.add(guest.name)
            pid = tree.text(f"{RUNNING}/{guest.name}.pid") or pids.get(guest.name)
            runs = True if pid else guest.running
            yield replace(guest, running=False if runs is None and guest_process.looked(tree) else runs), pid
    yield from _alone(processes, names)


def _alone(processes: Mapping[str, Guest], names: Iterable[str]) -> Iterator[tuple[Guest, str]]:
    """The guests without a record. Nothing keeps two users from giving theirs one name: two are two."""
    alone = {pid: guest for pid, guest in processes.items() if guest.name not in set(names)}
    often = Counter(guest.name for guest in alone.values())
    for pid, guest in alone.items():
        yield (replace(guest, name=f"{guest.name} ({pid})") if often[guest.name] > 1 else guest), pid


def _running(tree: Tree, pid: str, argv: tuple[str, ...]) -> Guest:
    """As its process was started, with what was plugged in since and the CPUs its threads are kept to."""
    started = guest_qemu.of_argv((*argv, *guest_plugged.argv(tree, pid)), f"/proc/{pid}/cmdline")
    return guest_process.placed(started, tree, pid)


def _recorded(tree: Tree, directory: str, *, running: bool | None) -> Iterator[Guest]:
    for name in tree.names(directory):
        data = tree.read(f"{directory}/{name}") if name.endswith(".xml") else None
        if data is None:
            continue
        try:
            found = guest_libvirt.parse(data, f"{directory}/{name}")
        except InputError:
            continue  # a network's or a damaged definition is not a guest
        yield from (replace(guest, running=running if guest.running is None else guest.running) for guest in found)


def _together(found: list[Guest], host: Host, *, seen: bool) -> Iterator[Fact | Absent]:
    running = [guest for guest in found if guest.running]
    vcpus = sum(guest.vcpus or 0 for guest in running)
    share = vcpus / len(host.online) if host.online and seen else None
    counts = {"guests.running_count": len(running) if seen else None, "guests.vcpu_count": vcpus if seen else None}
    for name, value in (*counts.items(), ("guests.vcpus_per_cpu", share)):
        yield _BY_NAME[name].given(value, source=_PROCESSES, reason="its processes were not read")
