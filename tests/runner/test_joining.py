"""Host and guest meet in one view, whatever was plugged in after the host was read."""

from types import SimpleNamespace
from typing import Any

from perfadvisor.analyse.environments.guest_join import joined as facts_joined
from perfadvisor.facts import catalogue
from perfadvisor.facts.guest import plugged
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.tree import Symlink, Tree
from perfadvisor.packs.known_facts import known_facts
from perfadvisor.runner.joining import as_host, joined

DISK = ("device", {"driver": "virtio-blk-pci", "id": "disk", "drive": "disk", "serial": "perfadvisor-0a"})
BLOCK = ("blockdev", {"driver": "raw", "node-name": "disk", "file": {"driver": "file", "filename": "/srv/data"}})
FUNCTION = ("device", {"driver": "vfio-pci", "host": "0000:81:00.0", "id": "f", plugged.PLACE: "0000:02:00.0"})
UUID = "6c1e5ab0-0000-4000-8000-000000000001"


def snapshot(name: str, entries: dict[str, Any], parent: Snapshot | None = None) -> Snapshot:
    return Snapshot(environment=name, taken=1.0, tree=Tree(entries), clock_source="tsc", version="0", parent=parent)


def site(before: Snapshot, defined: dict[str, Any], *, here: bool = False) -> Any:
    environment = SimpleNamespace(spec=SimpleNamespace(is_here=here))
    return SimpleNamespace(
        before=before, environment=environment, target=SimpleNamespace(defined=lambda: Tree(defined))
    )


def sites() -> tuple[Any, Any]:
    host = snapshot("local", {"/proc/1/comm": b"init\n"})
    defined = {
        "/proc/70/cmdline": f"qemu-system-x86_64\0-name\0guest=vm\0-uuid\0{UUID}\0".encode(),
        plugged.source("70"): plugged.written((BLOCK, DISK, FUNCTION)),
    }
    inside = {
        "/sys/class/dmi/id/product_uuid": UUID.encode(),
        "/sys/block/vda": Symlink("../devices/pci0000:00/0000:01:00.0/vda"),
        "/sys/devices/pci0000:00/0000:01:00.0/vda/serial": b"perfadvisor-0a\n",
        "/sys/devices/pci0000:00/0000:01:00.0/vda/size": b"2048\n",
        "/sys/bus/pci/devices/0000:02:00.0": Symlink("../../../devices/pci0000:00/0000:02:00.0"),
        "/sys/devices/pci0000:00/0000:02:00.0/class": b"0x010802\n",
    }
    return site(host, {}, here=True), site(snapshot("vm", inside, host), defined)


def test_the_guest_leads_to_its_host() -> None:
    local, guest = joined(sites())
    assert guest.parent is not None
    for host in (local, guest.parent):
        found = facts_joined(catalogue.read(guest.tree), catalogue.read(host.tree), known_facts())
        assert {(fact.name, fact.subject): fact.value for fact in found} == {
            ("environment.domain", ""): "vm",
            ("block.vm_disk", "vda"): "vm/disk",
            ("pci.host_address", "0000:02:00.0"): "0000:81:00.0",
        }


def test_a_later_reading_of_the_host_knows_the_same() -> None:
    """Else a guest's disks would seem to have gone away during the run."""
    both = sites()
    local, _ = joined(both)
    later = as_host(snapshot("local", {"/proc/1/comm": b"init\n"}), both[0], both)
    assert catalogue.read(later.tree).of("vm_disk.source") == catalogue.read(local.tree).of("vm_disk.source") != {}
    assert as_host(both[1].before, both[1], both) is both[1].before


def test_without_guests_nothing_is_written_twice() -> None:
    assert list(joined(sites()[:1])) == []
