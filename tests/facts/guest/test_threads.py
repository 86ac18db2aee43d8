"""A QEMU's threads by name and place, guests of one name, and what was plugged in since the start."""

import pytest

from perfadvisor.facts.guest import guest, plugged
from perfadvisor.facts.reading import qemu_threads as threads
from perfadvisor.model.fact import FactTable
from perfadvisor.model.tree import Tree

NAMES = {"CPU 0/KVM": "first", "CPU 1/KVM": "second", "IO disk-thread": "io"}


def process(pid: str, name: str, **allowed: str) -> dict[str, bytes]:
    """A QEMU with a main thread, two vCPUs and an I/O thread; `allowed` are CPUs by the thread's name."""
    names = {pid: "qemu-system-x86", f"{pid}1": "CPU 0/KVM", f"{pid}2": "CPU 1/KVM", f"{pid}3": "IO disk-thread"}
    found = {f"/proc/{pid}/cmdline": f"qemu-system-x86_64\0-name\0guest={name}\0-smp\0002\0".encode()}
    for thread, comm in names.items():
        cpus = allowed.get(NAMES.get(comm, ""), "0-3")
        found[f"/proc/{pid}/task/{thread}/comm"] = f"{comm}\n".encode()
        found[f"/proc/{pid}/task/{thread}/status"] = f"Name:\t{comm}\nCpus_allowed_list:\t{cpus}\n".encode()
    return found


def read(*processes: dict[str, bytes]) -> FactTable:
    entries = {"/proc/1/comm": b"init\n", "/sys/devices/system/cpu/online": b"0-3\n"}
    for one in processes:
        entries |= one
    return FactTable(guest.facts(Tree(entries)))


def test_pins_are_those_that_the_threads_have() -> None:
    """A command line cannot pin: whoever did it did it with the threads."""
    host = read(process("70", "free"), process("80", "kept", first="2", second="3"))
    assert host.value("vm.vcpupin_count", "free") == 0
    assert host.value("vm.vcpupin_count", "kept") == 2
    assert host.value("vm.pinned_cpus", "kept") == "2-3"
    assert host.value("vm.emulator_shared_cpus", "kept") == 2, "the emulator may run on both of them"


def test_two_guests_of_one_name_are_two() -> None:
    host = read(process("70", "test"), process("80", "test"))
    assert host.subjects("vm") == ("test (70)", "test (80)")
    assert host.value("guests.running_count") == 2


def test_threads_in_a_guests_own_readings_are_marked() -> None:
    tree = Tree({f"host:{source}": data for source, data in process("70", "x").items()})
    found = {thread.id: (thread.vcpu, thread.serves_io) for thread in threads.of(tree, "70", side="host:")}
    assert found == {"70": (None, False), "701": (0, False), "702": (1, False), "703": (None, True)}


@pytest.mark.parametrize("damaged", [b"", b"{", b"[1]", b"[[1]]", b'{"a": 1}', b"[" * 10_000])
def test_damage_is_nothing_plugged(damaged: bytes) -> None:
    assert plugged.argv(Tree({plugged.source("70"): damaged}), "70") == ()


def test_what_is_plugged_reads_as_if_it_had_been_there_from_the_start() -> None:
    words = (("device", {"driver": "vfio-pci", "host": "0000:81:00.0", plugged.PLACE: "0000:02:00.0"}),)
    host = read({**process("70", "x"), plugged.source("70"): plugged.written(words)})
    assert host.of("vm_hostdev.guest_address") == {"x/0000:81:00.0": "0000:02:00.0"}


def test_io_threads_are_where_they_are_kept() -> None:
    """One that nothing keeps anywhere may run on every CPU, those of the vCPUs included."""
    both = {"first": "2", "second": "3"}
    apart = process("80", "apart", **both, io="0-1")
    for one in (apart, free := process("70", "free", **both)):
        (cmdline,) = [source for source in one if source.endswith("cmdline")]
        one[cmdline] += b"-object\0iothread,id=disk-thread\0"
    host = read(free, apart)
    assert host.value("vm.iothread_shared_cpus", "free") == 2
    assert host.value("vm.iothread_shared_cpus", "apart") == 0
