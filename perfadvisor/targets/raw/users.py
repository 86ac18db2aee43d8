"""Who uses a block device: open descriptors and mappings of every process, and users inside the kernel.

An exclusive open is refused only where another program claimed the device (open(2), O_EXCL). QEMU, databases and NVMe
targets do not claim it, so they have to be seen, which needs the right to read every process (CAP_SYS_PTRACE in the
first user namespace, proc(5)) and the first PID namespace, which alone shows all processes.
"""

import os
import stat
from collections.abc import Iterator, Set
from pathlib import Path

PROC, SYS = Path("/proc"), Path("/sys")
CAP_SYS_PTRACE = 19  # include/uapi/linux/capability.h
# Fixed inode numbers of the first namespaces (include/linux/proc_ns.h: PROC_PID_INIT_INO, PROC_USER_INIT_INO)
FIRST_NAMESPACES = {"pid": 0xEFFFFFFC, "user": 0xEFFFFFFD}
# Files that name the device or file that a part of the kernel uses without claiming it.
KERNEL_USERS = {
    "an NVMe target": "kernel/config/nvmet/subsystems/*/namespaces/*/device_path",
    "a SCSI target": "kernel/config/target/core/*/*/udev_path",
    "a USB gadget": "kernel/config/usb_gadget/*/functions/mass_storage.*/lun.*/file",
    "a loop device": "block/loop*/loop/backing_file",
}


def blindness(proc: Path) -> str:
    """Why not every user of a device could be seen from here; "" where each could."""
    for name, first in FIRST_NAMESPACES.items():
        try:
            number = (proc / "self" / "ns" / name).stat().st_ino
        except OSError as error:
            return f"the {name.upper() if name == 'pid' else name} namespace is unknown ({error.strerror})"
        if number != first:
            kind = "PID" if name == "pid" else name
            return f"this is not the host's first {kind} namespace"
    if not _capabilities(proc) >> CAP_SYS_PTRACE & 1:
        return "this user lacks CAP_SYS_PTRACE"
    return ""


def users(numbers: Set[int], proc: Path) -> Iterator[str]:
    """Every process that has one of these devices open or mapped, in words; and each one that cannot be looked at."""
    for process in sorted(proc.glob("[0-9]*"), key=lambda path: int(path.name)):
        try:
            if _has_open(process, numbers) or _has_mapped(process, numbers):
                yield f"in use by process {process.name} ({_text(process / 'comm')})"
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
        except OSError as error:
            yield f"process {process.name} could be using it, and cannot be looked at: {error.strerror}"


def kernel_users(numbers: Set[int], sys: Path = SYS) -> Iterator[str]:
    """Parts of the kernel that use one of these devices by its path."""
    for what, pattern in KERNEL_USERS.items():
        for file in sorted(sys.glob(pattern)):
            path = _text(file)
            if path.startswith("/") and _number(Path(path)) in numbers:
                yield f"in use by {what} ({file.relative_to(sys)})"


def claim(node: str) -> Iterator[str]:
    """Nothing where the device can be opened exclusively for writing; the reason otherwise."""
    try:
        os.close(os.open(node, os.O_RDWR | os.O_EXCL | os.O_CLOEXEC))
    except OSError as error:
        yield f"cannot be opened exclusively: {error.strerror}"


def _has_open(process: Path, numbers: Set[int]) -> bool:
    return any(_is_one(descriptor, numbers) for descriptor in (process / "fd").iterdir())


def _is_one(descriptor: Path, numbers: Set[int]) -> bool:
    try:
        return _number(descriptor) in numbers
    except PermissionError:
        if _lies_on_fuse(descriptor):  # which shows its files to their owner alone, and has no devices of its own
            return False
        raise


def _lies_on_fuse(descriptor: Path) -> bool:
    """Whether the kernel reports it of the mount that the descriptor belongs to (proc(5): fdinfo, mountinfo)."""
    process = descriptor.parent.parent
    words = (process / "fdinfo" / descriptor.name).read_text().split()
    mount = words[words.index("mnt_id:") + 1] if "mnt_id:" in words else ""
    lines = (line.split() for line in (process / "mountinfo").read_text().splitlines())
    return any(line[0] == mount and line[line.index("-") + 1].startswith("fuse") for line in lines)


def _has_mapped(process: Path, numbers: Set[int]) -> bool:
    """A mapping stays when its descriptor is closed."""
    return any(_number(mapping) in numbers for mapping in (process / "map_files").iterdir())


def _number(path: Path) -> int | None:
    """The device behind a path, None where it is not a block device or is gone."""
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_rdev if stat.S_ISBLK(status.st_mode) else None


def _capabilities(proc: Path) -> int:
    lines = (proc / "self" / "status").read_text().splitlines()
    return int(next((line.split()[1] for line in lines if line.startswith("CapEff:")), "0"), 16)


def _text(path: Path) -> str:
    try:
        return " ".join(path.read_text(errors="replace").split())
    except OSError:
        return ""
