"""What is never opened while a machine is read: files that act on the device, block, or hold the device's own memory.

Reading `/sys` looks harmless and is not: `rom` and `vpd` talk to the hardware for seconds, `resource0` maps registers,
`trace_pipe` blocks and eats what it gives, and configuration space wakes a device that is asleep
(drivers/pci/access.c and pci-sysfs.c, pci_config_pm_runtime_get).
"""

import re
import stat
from fnmatch import translate

_NAMES = (
    "resource[0-9]*",
    "rom",
    "vpd",
    "eeprom",
    "reset",
    "reset_subordinate",
    "remove",
    "delete",
    "rescan",
    "dev_rescan",
    "bus_rescan",
    "scan",
    "rescan_controller",
    "reset_controller",
    "delete_controller",
    "new_id",
    "remove_id",
    "bind",
    "unbind",
    "drivers_probe",
    "trace_pipe",
    "trace_pipe_raw",
    "sysrq-trigger",
    "kmsg",
    "kcore",
    "kpage*",
    "mem",
    "clear_refs",
    "pagemap",
)
_FORBIDDEN = re.compile("|".join(translate(name) for name in _NAMES))

WAKES_DEVICE = frozenset(
    {
        "config",
        "current_link_speed",
        "current_link_width",
        "secondary_bus_number",
        "subordinate_bus_number",
    }
)
"""Attributes of a PCI function that the kernel answers from configuration space, waking the device where it sleeps."""


def why_not_opened(path: str, mode: int) -> str:
    """The reason why a file is left alone, from its name and its type (`st_mode`); empty where it may be read."""
    if not stat.S_ISREG(mode):
        return "not a regular file"
    if _FORBIDDEN.match(path.rsplit("/", 1)[-1]):
        return "never read: reading or opening it can act on the device"
    return ""
