"""What started: the kernel with its options, firmware, and the drivers of PCI devices, by name."""

import hashlib
import re
from collections.abc import Iterator

from perfadvisor.model.tree import Tree
from perfadvisor.targets.here import process
from perfadvisor.targets.here.capture import capture

MACHINE_ID = "/etc/machine-id"
MODULES = "/sys/bus/pci/drivers/*/module"
FIXED = {
    "/proc/sys/kernel/osrelease": "kernel",
    "/proc/sys/kernel/version": "kernel build",
    "/proc/cmdline": "kernel options",
    "/sys/class/dmi/id/bios_version": "firmware",
    "/sys/class/dmi/id/bios_date": "firmware date",
}
CPUS, NICS = "/proc/cpuinfo", "$ ethtool -i {device_nic}"
PATTERNS = (*FIXED, CPUS, NICS, f"{MODULES}/version", f"{MODULES}/srcversion", "/sys/class/nvme/*/firmware_rev")
_MODULE = re.compile(r"/sys/module/([^/]+)/((?:src)?version)")
_NVME = re.compile(r"/sys/.*/nvme/(nvme\d+)/firmware_rev")
_OF_NIC = {"driver", "version", "firmware-version"}  # ethtool(8), -i; its bus address is not a version


def identity() -> str:
    """What stands for this machine, "" where it has no id: machine-id(5) asks for a keyed hash of it."""
    text = capture((MACHINE_ID,)).text(MACHINE_ID)
    return hashlib.sha256(f"perfadvisor boots {text}".encode()).hexdigest()[:16] if text else ""


def read() -> dict[str, str]:
    """Of this machine as it runs now."""
    return started(capture(PATTERNS, run=process.run))


def started(tree: Tree) -> dict[str, str]:
    """Of a tree; what was not read is left out."""
    found = {name: text for path, name in FIXED.items() if (text := tree.text(path))}
    microcode = re.search(r"^microcode\s*:\s*(\S+)", tree.text(CPUS) or "", re.MULTILINE)
    if microcode:
        found["microcode"] = microcode[1]
    for source, _ in tree.items():
        found.update(_of(source, tree.text(source) or ""))
    return {name: text.strip() for name, text in found.items()}


def _of(source: str, text: str) -> Iterator[tuple[str, str]]:
    if module := _MODULE.fullmatch(source):
        yield f"driver {module[1]} {module[2]}", text
    elif nvme := _NVME.fullmatch(source):
        yield f"firmware of {nvme[1]}", text
    elif source.startswith("$ ethtool -i "):
        nic = source.split()[-1]
        for line in text.splitlines():
            name, _, value = line.partition(":")
            if name in _OF_NIC and value.strip():
                yield f"{nic} {name}", value
