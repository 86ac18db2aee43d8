"""Every option of `vm:` as the running QEMU itself tells of it, which never runs an instruction of the guest.

What takes a device that this machine need not have (`vfio`, `vf`, `macvtap`, `address`) is asked of a running guest in
the lab (tests/lab/ask_steps.py).
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perfadvisor.specs.kinds.vm import VM
from perfadvisor.targets.changing import journal
from perfadvisor.targets.changing.huge_pages import Need, reserve
from perfadvisor.targets.vm import boot as vm_boot
from perfadvisor.targets.vm.near import Place
from perfadvisor.targets.vm.network import cable
from tests.targets.vm.stopped import QEMU, stopped, told

pytestmark = pytest.mark.tools
DISK, MEMORY = "/machine/peripheral/disk", "/objects/memory"
ELSEWHERE = {"vfio", "vf", "address", "macvtap", "name"}
Guest = vm_boot.RunningGuest


@pytest.fixture(autouse=True)
def installed() -> None:
    if shutil.which(QEMU) is None:
        pytest.skip(f"{QEMU} is not installed")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").write_bytes(bytes(1 << 20))
    return tmp_path


def vcpus(guest: Guest) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = guest.monitor.ask("query-cpus-fast")
    return found


def memory(guest: Guest) -> dict[str, Any]:
    (found,) = [one for one in guest.monitor.ask("query-memdev") if one["id"] == "memory"]
    return dict(found)


def cache(guest: Guest) -> tuple[bool, bool]:
    """(past the host's page cache, flushes left out) of the disk."""
    (found,) = [one for one in guest.monitor.ask("query-named-block-nodes") if one.get("node-name") == "disk"]
    return found["cache"]["direct"], found["cache"]["no-flush"]


def engine(guest: Guest) -> str:
    """How it reads the disk, which QEMU's monitor does not tell: what the kernel has made for it."""
    links = {str(file.readlink()) for file in Path(f"/proc/{guest.pid}/fd").iterdir()}
    if "anon_inode:[io_uring]" in links:
        return "io_uring"
    return "native" if "/[aio]" in Path(f"/proc/{guest.pid}/maps").read_text() else "threads"


def disk_thread(guest: Guest) -> bool:
    """Whether the disk has the thread of its own that there is."""
    assert [one["id"] for one in guest.monitor.ask("query-iothreads")] == ["disk-thread"]
    return bool(told(guest, DISK, "iothread"))


ASKED: tuple[tuple[str, str, Callable[[Guest], object], object], ...] = (
    ("cpus", "vm:cpus=3", lambda guest: len(vcpus(guest)), 3),
    ("memory", "vm:memory=96M", lambda guest: guest.monitor.ask("query-memory-size-summary")["base-memory"], 96 << 20),
    ("queues", "vm:cpus=2", lambda guest: told(guest, DISK, "num-queues"), 2),
    ("queues", "vm:cpus=2,queues=1", lambda guest: told(guest, DISK, "num-queues"), 1),
    ("iothread", "vm", disk_thread, True),
    ("iothread", "vm:iothread=off", disk_thread, False),
    ("cache", "vm", cache, (True, False)),
    ("cache", "vm:cache=writeback", cache, (False, False)),
    ("aio", "vm", engine, "native"),
    ("aio", "vm:aio=threads", engine, "threads"),
    ("aio", "vm:aio=io_uring", engine, "io_uring"),
)


@pytest.mark.parametrize(("option", "spec", "ask", "wanted"), ASKED, ids=[spec for _, spec, _, _ in ASKED])
def test_qemu_says_what_was_asked_for(
    option: str, spec: str, ask: Callable[[Guest], object], wanted: object, folder: Path
) -> None:
    del option
    if spec.endswith("io_uring") and not uring(folder):
        pytest.skip("QEMU or this kernel has no io_uring")
    with stopped(folder, spec) as guest:
        assert ask(guest) == wanted


def uring(folder: Path) -> bool:
    """Whether a QEMU here can use it at all."""
    with stopped(folder, "vm:aio=threads,cpus=1") as guest:
        node = {"driver": "file", "filename": str(folder / "data"), "node-name": "try", "aio": "io_uring"}
        node["locking"] = "off"
        try:
            guest.monitor.ask("blockdev-add", node)
        except Exception as error:
            assert "io_uring" in str(error), error
            return False
    return True


def test_pinned_vcpus_run_where_they_were_put(folder: Path) -> None:
    with stopped(folder, "vm:cpus=1,pin=1") as guest:
        vm_boot.pin(guest, (min(os.sched_getaffinity(0)),))
        (thread,) = [one["thread-id"] for one in vcpus(guest)]
        assert os.sched_getaffinity(thread) == {min(os.sched_getaffinity(0))}
        assert told(guest, vcpus(guest)[0]["qom-path"], "realized") is True


def test_huge_pages_and_the_node_of_a_device(folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("huge pages are reserved by root")
    place = Place(node=0, cpus=tuple(sorted(os.sched_getaffinity(0)))[:1])
    with journal.begin() as book:
        reserve(Need(page_bytes=2 << 20, count=32), book)
        with stopped(folder, "vm:hugepages=2M,memory=64M", place=place) as guest:
            said = memory(guest)
            assert (said["size"], said["host-nodes"], said["policy"], said["share"]) == (64 << 20, [0], "bind", True)
            assert (told(guest, MEMORY, "hugetlb"), told(guest, MEMORY, "hugetlbsize")) == (True, 2 << 20)
            vm_boot.keep_on(guest, place.cpus)
            tasks = [int(one.name) for one in Path(f"/proc/{guest.pid}/task").iterdir()]
            assert {frozenset(os.sched_getaffinity(one)) for one in tasks} == {frozenset(place.cpus)}
    with stopped(folder, "vm:memory=64M") as guest:
        assert "memory" not in {one["id"] for one in guest.monitor.ask("query-memdev")}, "ordinary pages, anywhere"


def test_its_nic_and_whether_the_kernel_moves_the_packets(folder: Path) -> None:
    made = cable(1)
    if not made.tap:
        pytest.skip("taps take root and /dev/net/tun")
    with stopped(folder, "vm:cpus=1", nic=made.qemu()) as guest:
        said = guest.monitor.ask("human-monitor-command", {"command-line": "info network"})
        assert f"ifname={made.tap}" in said
        assert told(guest, f"{_nic(guest)}", "mac") == made.mac


def _nic(guest: Guest) -> str:
    """The path of the only virtio NIC: one without a name is numbered."""
    found = guest.monitor.ask("qom-list", {"path": "/machine/peripheral-anon"})
    return next(f"/machine/peripheral-anon/{one['name']}" for one in found if one["type"] == "child<virtio-net-pci>")


def test_no_option_is_left_out() -> None:
    asked = {option for option, _, _, _ in ASKED} | {"pin", "hugepages", "numa"}
    assert asked | ELSEWHERE == set(VM.by_name)
