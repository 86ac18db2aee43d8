"""An NVMe virtual function needs queues and interrupts of its own before its controller starts: they are moved to it by
Virtualization Management commands to the physical one (NVM Express base specification 2.0c, section 5.28).
"""

import fcntl
import os
import struct
from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.targets.lending.pci_group import Function
from perfadvisor.targets.lending.pci_refusals import refusals

ADMIN_COMMAND = 0xC0484E41  # _IOWR('N', 0x41, struct nvme_admin_cmd), include/uapi/linux/nvme_ioctl.h
# opcode flags reserved nsid cdw2 cdw3 metadata address metadata_length data_length cdw10..cdw15 timeout_ms result
LAYOUT = "=BBHIIIQQIIIIIIIIII"
VIRTUALIZATION_MANAGEMENT = 0x1C
KEEP, OFFLINE, ASSIGN, ONLINE = 1, 7, 8, 9
RESET = 0x4E44  # _IO('N', 0x44)
TOO_MANY = 0x121  # command specific status 21h: Invalid Number of Controller Resources
STATUS = 0x7FF  # without "do not retry" and its neighbours
QUEUES, INTERRUPTS = 0, 1
EACH = 2  # one for administration and one for I/O
PRIMARY, FIRST_SECONDARY = 0, 1  # as the subsystems that make virtual functions number them


def give_resources(physical: Function) -> None:
    """Queues and interrupts for its first virtual function, and switch that on. MeasureError where it refuses.

    A controller that keeps all of them for itself gives up the movable ones, which takes a reset of it."""
    node = Path("/dev") / next(entry.name for entry in sorted(physical.folder.glob("nvme/nvme*")))
    busy = [reason for reason in refusals(physical) if "virtual functions" not in reason]
    descriptor = os.open(node, os.O_RDWR | os.O_CLOEXEC)
    try:
        if _assign(descriptor) == TOO_MANY:
            _require_idle(physical, busy)
            for kind in (QUEUES, INTERRUPTS):
                _require(_manage(descriptor, KEEP, controller=PRIMARY, kind=kind, count=0))
            fcntl.ioctl(descriptor, RESET)
            _require(_assign(descriptor))
        _require(_manage(descriptor, ONLINE))
    except OSError as error:
        raise MeasureError(f"{node}: {error.strerror}", "see nvme list-secondary") from error
    finally:
        os.close(descriptor)


def _assign(descriptor: int) -> int:
    """The first status that is none of success."""
    _manage(descriptor, OFFLINE)
    queues = _manage(descriptor, ASSIGN, kind=QUEUES, count=EACH)
    if queues:
        return queues
    # A function may be allowed a single interrupt: both queues share it then.
    return _manage(descriptor, ASSIGN, kind=INTERRUPTS, count=EACH) and _manage(
        descriptor, ASSIGN, kind=INTERRUPTS, count=1
    )


def _require_idle(physical: Function, busy: list[str]) -> None:
    if busy:
        said = "; ".join(busy)
        raise MeasureError(f"{physical.address} cannot be reset to share its queues: {said}", "free it first")


def _require(status: int) -> None:
    if status:
        raise MeasureError(f"the NVMe controller refused to set up a virtual function: status {status:#x}")


def _manage(descriptor: int, action: int, controller: int = FIRST_SECONDARY, kind: int = 0, count: int = 0) -> int:
    """The command's status, 0 for success."""
    first = action | kind << 8 | controller << 16
    command = struct.pack(LAYOUT, VIRTUALIZATION_MANAGEMENT, 0, 0, 0, 0, 0, 0, 0, 0, 0, first, count, 0, 0, 0, 0, 0, 0)
    status: int = fcntl.ioctl(descriptor, ADMIN_COMMAND, bytearray(command))
    return status & STATUS
