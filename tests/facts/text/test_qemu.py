"""QEMU command lines in files: as the kernel keeps them, as ps prints them, as libvirt logs them, and noise."""

import shlex

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perfadvisor.facts.text import qemu
from perfadvisor.model.fact import FactTable
from tests.recognised import recognise


@pytest.fixture
def argv(data):
    return (data / "guests" / "qemu-planned.cmdline").read_bytes().decode().rstrip("\0").split("\0")


def kernel(argv):
    return "\0".join(argv) + "\0"


def ps(argv):
    return "UID PID PPID C STIME TTY TIME CMD\nqemu 4711 1 5 10:00 ? 00:01:02 /usr/bin/" + " ".join(argv) + "\n"


def log(argv):
    start = "2026-01-01 10:00:00.000+0000: starting up libvirt version: 10.0.0\nLC_ALL=C \\\nHOME=/var/lib/x \\\n"
    return start + "/usr/bin/" + " \\\n".join(map(shlex.quote, argv)) + "\nchar device redirected to /dev/pts/1\n"


@pytest.mark.parametrize("written", [kernel, ps, log])
def test_every_way_it_is_kept(argv, written):
    text = written(argv).encode()
    kind = recognise(text)
    assert kind is not None and kind.name == "QEMU command line"
    found = FactTable(kind.facts(text))
    assert found.subjects("vm") == ("planned",)
    assert (found.value("vm.vcpus", "planned"), found.value("vm.memory_bytes", "planned")) == (4, 512 << 20)
    assert found.value("vm_disk.queues", "planned/disk0") == 4
    assert found.value("vm_disk.io", "planned/disk0") == "native"
    assert found.value("vm_disk.iothreads", "planned/d1") == "io2"


def test_the_last_start_in_a_log_counts():
    starts = (b"qemu-system-x86_64 -name a -m 1G", b"shutting down", b"qemu-system-x86_64 -name a -m 2G")
    text = b"\n".join([*starts, b"/usr/bin/kvm -name b -m 3G"])
    found = FactTable(qemu.facts(text))
    assert {name: found.value("vm.memory_bytes", name) for name in found.subjects("vm")} == {"a": 2 << 30, "b": 3 << 30}


@given(st.binary(max_size=200))
@settings(max_examples=100, deadline=None)
def test_any_bytes_behind_it(noise):
    list(qemu.facts(b"qemu-system-x86_64 -m 1G " + noise))


def test_a_command_line_of_a_script_is_not_known_to_run():
    line = "qemu-system-x86_64 -name a -m 1G -smp 2 -drive file=x,if=virtio"
    assert FactTable(qemu.facts(line.encode())).value("vm.running", "a") is True
    assert FactTable(qemu.facts(line.replace(" -", " \\\n  -").encode())).value("vm.running", "a") is None
