"""Plugging devices into a running guest and pulling them out again, by QEMU's monitor."""

import stat
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from perfadvisor.errors import MeasureError
from perfadvisor.facts.guest.plugged import Word
from perfadvisor.targets.agent.json_socket import JsonSocket
from perfadvisor.targets.vm.options import CACHES, VmOptions

PULL_S = 60.0  # the guest has to let go; an emulated one takes a few seconds
AGAIN_S = 5.0  # a guest that was busy with something else may miss the first asking
DISK = "disk"
Words = tuple[Word, ...]


def plug_disk(monitor: JsonSocket, slot: int, file: Path, writable: bool, options: VmOptions, serial: str) -> Words:
    """A virtio disk backed by this file or block device, with this serial number; what QEMU was asked for."""
    raw_device = stat.S_ISBLK(file.stat().st_mode)
    cache = {"direct": CACHES[options.cache], "no-flush": False}
    below = {"driver": "host_device" if raw_device else "file", "filename": str(file), "cache": cache}
    if not raw_device:  # a test file is ours, and each of several guests has it behind its disk, in turns
        below["locking"] = "off"
    # io=native needs the page cache passed by (QEMU block/file-posix.c, "aio=native was specified, but ...")
    below["aio"] = options.aio if CACHES[options.cache] or options.aio != "native" else "threads"
    node: dict[str, Any] = {"driver": "raw", "node-name": DISK, "read-only": not writable, "file": below}
    node["cache"] = cache
    monitor.ask("blockdev-add", node, timeout_s=30.0)
    device: dict[str, Any] = {"driver": "virtio-blk-pci", "id": DISK, "drive": DISK, "bus": f"slot{slot}"}
    queues = options.queues or options.cpus
    thread = {"iothread": "disk-thread"} if options.iothread else {}
    device |= {**thread, "num-queues": queues, "serial": serial}
    monitor.ask("device_add", device, timeout_s=60.0)
    return ("blockdev", node), ("device", device)


def pull_disk(monitor: JsonSocket) -> None:
    """Take the virtio disk out and let go of its file."""
    pull(monitor, DISK)
    deadline = time.monotonic() + AGAIN_S
    while True:
        try:
            monitor.ask("blockdev-del", {"node-name": DISK}, timeout_s=30.0)
            return
        except MeasureError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def plug_function(monitor: JsonSocket, slot: int, address: str) -> Words:
    """A PCI function of the host that vfio-pci holds; what QEMU was asked for. MeasureError with QEMU's reason."""
    device = {"driver": "vfio-pci", "host": address, "id": name_of(address), "bus": f"slot{slot}"}
    monitor.ask("device_add", device, timeout_s=120.0)
    return (("device", device),)


def places(monitor: JsonSocket) -> dict[str, str]:
    """Device's name -> its PCI address in the guest, of everything on its buses now."""
    found: dict[str, str] = {}
    for root in monitor.ask("query-pci", timeout_s=30.0):
        _find_places(root["devices"], found)
    return found


def _find_places(devices: Iterable[Mapping[str, Any]], found: dict[str, str]) -> None:
    for device in devices:
        address = f"0000:{device['bus']:02x}:{device['slot']:02x}.{device['function']}"
        if name := device.get("qdev_id"):
            found[name] = address
        _find_places(device.get("pci_bridge", {}).get("devices", ()), found)


def name_of(address: str) -> str:
    """QEMU's name for a function."""
    return "pci-" + address.replace(":", "-").replace(".", "-")


def pull(monitor: JsonSocket, name: str) -> None:
    """Have the guest let go of a device. MeasureError where it does not."""
    deadline, asked = time.monotonic() + PULL_S, 0.0
    while name in plugged(monitor):
        now = time.monotonic()
        if now > deadline:
            raise MeasureError(f"the guest does not let go of {name}", "end the guest")
        if now - asked > AGAIN_S:
            asked = now
            try:
                monitor.ask("device_del", {"id": name}, timeout_s=30.0)
            except MeasureError as error:
                if "already in the process" not in error.message and "not found" not in error.message:
                    raise
        time.sleep(0.1)


def plugged(monitor: JsonSocket) -> set[str]:
    """The names of the devices in the guest."""
    return {entry["name"] for entry in monitor.ask("qom-list", {"path": "/machine/peripheral"}, timeout_s=30.0)}
