"""Plugging and pulling, and how a guest is started, with a monitor of our own."""

import shlex
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.facts.guest import guest
from perfadvisor.facts.guest import plugged as guest_plugged
from perfadvisor.model.fact import FactTable
from perfadvisor.model.tree import Tree
from perfadvisor.specs.parse import read_spec
from perfadvisor.targets.opening import Opening
from perfadvisor.targets.vm import boot as vm_boot
from perfadvisor.targets.vm import hands as vm_hands
from perfadvisor.targets.vm import plug as vm_plug
from perfadvisor.targets.vm.fixed import identity_of
from perfadvisor.targets.vm.network import Cable
from perfadvisor.targets.vm.options import VmOptions, options_of

PORTS = [
    {"bus": 0, "slot": 4, "function": 0, "qdev_id": "slot0", "pci_bridge": {"bus": {}, "devices": [
        {"bus": 1, "slot": 0, "function": 0, "qdev_id": "disk"}]}},
    {"bus": 0, "slot": 5, "function": 0, "qdev_id": "slot1", "pci_bridge": {"bus": {}, "devices": [
        {"bus": 10, "slot": 0, "function": 0, "qdev_id": "pci-0000-81-00-0"}]}},
]  # fmt: skip


class Monitor:
    """Remembers what it is asked. A device goes `slowly` where the guest needs to be asked more than once."""

    def __init__(self, devices: set[str], slowly: int = 1) -> None:
        self.devices, self.slowly = devices, slowly
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def ask(self, name: str, arguments: dict[str, Any] | None = None, timeout_s: float = 10.0) -> Any:
        given = arguments or {}
        self.asked.append((name, given))
        if name == "qom-list":
            return [{"name": device} for device in sorted(self.devices)]
        if name == "query-pci":
            return [{"devices": PORTS}]
        if name == "device_del":
            self.slowly -= 1
            if self.slowly <= 0:
                self.devices.discard(given["id"])
        return None

    def of(self, name: str) -> dict[str, Any]:
        return next(given for asked, given in self.asked if asked == name)


def plugged(options: VmOptions, file: Path, writable: bool = False) -> Monitor:
    monitor = Monitor(set())
    vm_plug.plug_disk(monitor, 0, file, writable, options, "S1")  # type: ignore[arg-type]
    return monitor


def test_a_disk_passes_the_page_cache_by_and_has_its_own_thread(tmp_path: Path) -> None:
    file = tmp_path / "data"
    file.touch()
    monitor = plugged(options_of(read_spec("vm:cpus=3")), file)
    node, device = monitor.of("blockdev-add"), monitor.of("device_add")
    assert node["read-only"] is True
    assert node["file"] == {
        "driver": "file",
        "filename": str(file),
        "aio": "native",
        "cache": {"direct": True, "no-flush": False},
        "locking": "off",
    }
    assert (device["iothread"], device["num-queues"], device["bus"]) == ("disk-thread", 3, "slot0")


def test_what_was_asked_for_is_what_it_gets(tmp_path: Path) -> None:
    file = tmp_path / "data"
    file.touch()
    monitor = plugged(options_of(read_spec("vm:iothread=off,queues=1,cache=writeback,aio=native")), file, writable=True)
    node, device = monitor.of("blockdev-add"), monitor.of("device_add")
    assert node["read-only"] is False
    assert node["cache"]["direct"] is False
    assert node["file"]["aio"] == "threads", "native asynchronous I/O needs the page cache passed by"
    assert "iothread" not in device
    assert device["num-queues"] == 1


def test_a_guest_that_did_not_hear_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vm_plug, "AGAIN_S", 0.0)
    monitor = Monitor({"disk", "other"}, slowly=3)
    vm_plug.pull(monitor, "disk")  # type: ignore[arg-type]
    assert monitor.devices == {"other"}


def test_a_guest_that_does_not_let_go_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vm_plug, "PULL_S", 0.2)
    with pytest.raises(MeasureError, match="does not let go of disk"):
        vm_plug.pull(Monitor({"disk"}, slowly=1000), "disk")  # type: ignore[arg-type]


def test_what_is_not_plugged_in_needs_no_pulling() -> None:
    monitor = Monitor(set())
    vm_plug.pull(monitor, "disk")  # type: ignore[arg-type]
    assert [name for name, _ in monitor.asked] == ["qom-list"]


def words(text: str, tmp_path: Path, *, kvm: bool, nic: str = "") -> str:
    spec = read_spec(f"vm:{text}")
    recipe = vm_boot.Recipe(
        options=options_of(spec), kvm=kvm, directory=tmp_path, nic=nic, identity=identity_of(spec.name)
    )
    return " ".join(vm_boot._qemu(recipe))


def test_huge_pages_are_behind_the_guest_where_asked_for(tmp_path: Path) -> None:
    assert "hugetlb" not in words("", tmp_path, kvm=True)
    assert "hugetlb=on,hugetlbsize=2097152" in words("hugepages=2M,memory=1G", tmp_path, kvm=True)


def test_a_console_is_shown_without_its_control_codes() -> None:
    lines = b"\x1b[2Jfirst\r\n" + b"\n".join(b"line %d\x00" % n for n in range(30)) + b"\xff"
    shown = vm_boot.tail(lines)
    assert len(shown.splitlines()) == vm_boot.TAIL_LINES
    assert shown.isprintable() or "\n" in shown
    assert "\x1b" not in shown


def test_a_cable_without_root_is_the_user_network() -> None:
    words = Cable(tap="", mac="m", host="10.0.2.2", guest="10.0.2.15", prefix=24).qemu()
    assert "-netdev user,id=cable" in words
    assert "tap" in Cable(tap="pa1.0", mac="m", host="h", guest="g", prefix=30).qemu()


def test_a_placeholder_needs_no_direct_io(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The guest gets its disk all the same; what is measured later is opened as it was asked for."""
    monkeypatch.setattr(vm_hands, "takes_direct_io", lambda _: False)
    (tmp_path / "guest").mkdir()
    for name in ("guest/placeholder", "data"):
        (tmp_path / name).touch()
    fixed = SimpleNamespace(
        options=options_of(read_spec("vm")),
        disk=tmp_path / "guest/placeholder",
        directory=tmp_path / "guest",
        opening=Opening(),
        disk_blocked=False,
        identity=identity_of("vm"),
    )
    hands, first = vm_hands.Hands(fixed), Monitor(set())  # type: ignore[arg-type]
    assert hands.plug_disk(first)  # type: ignore[arg-type]
    assert first.of("blockdev-add")["cache"]["direct"] is False
    second = Monitor(set())
    hands.show(second, tmp_path / "data", writable=True)  # type: ignore[arg-type]
    assert second.of("blockdev-add")["cache"]["direct"] is True


def test_two_guests_are_two() -> None:
    one, other = identity_of("vm"), identity_of("vm:cpus=4")
    assert len({one.name, one.uuid, one.serial, other.name, other.uuid, other.serial}) == 6
    assert len(one.serial) <= 20, "what a virtio disk can show"


def test_the_host_knows_what_was_plugged_in(tmp_path: Path) -> None:
    """A guest's disk and functions come after its start, so its command line does not name them."""
    file = tmp_path / "data"
    file.touch()
    fixed = SimpleNamespace(
        options=options_of(read_spec("vm:cpus=4,vfio=0000:81:00.0")),
        disk=file,
        directory=tmp_path / "guest",
        opening=Opening(),
        disk_blocked=False,
        identity=identity_of("vm:cpus=4"),
        book=SimpleNamespace(last=0),
    )
    hands, monitor = vm_hands.Hands(fixed), Monitor(set())  # type: ignore[arg-type]
    hands.plug_disk(monitor)  # type: ignore[arg-type]
    hands.lent = ("0000:81:00.0",)
    hands.lend(monitor)  # type: ignore[arg-type]
    started = words("cpus=4,vfio=0000:81:00.0", tmp_path, kvm=True)
    tree = Tree(
        {
            "/proc/1/comm": b"init",
            "/proc/77/cmdline": "\0".join(("qemu-system-x86_64", "-enable-kvm", *shlex.split(started))).encode(),
            guest_plugged.source("77"): guest_plugged.written(hands.words(monitor)),  # type: ignore[arg-type]
        }
    )
    host = FactTable(guest.facts(tree))
    name = "vm:cpus=4,vfio=0000:81:00.0"
    assert host.subjects("vm") == (name,)
    assert host.value("vm_disk.source", f"{name}/disk") == str(file)
    assert host.value("vm_disk.cache", f"{name}/disk") == "none"
    assert host.value("vm_disk.iothreads_mapped", f"{name}/disk") == 1
    assert host.value("vm_disk.guest_address", f"{name}/disk") == "0000:01:00.0"
    assert host.value("vm_hostdev.guest_address", f"{name}/0000:81:00.0") == "0000:0a:00.0"
    assert host.value("vm.hostdev_count", name) == 1
