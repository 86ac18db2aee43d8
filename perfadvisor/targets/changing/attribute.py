"""Writing one attribute of the kernel, below /sys or /proc."""

import contextlib
import os
from pathlib import Path


def write(path: Path, text: str) -> None:
    """Give the attribute this text in one write(2), as sysfs takes it (filesystems/sysfs.rst). OSError where it is not
    there, or the kernel refuses it.

    It is neither made nor emptied before: a process that is killed on the way, or whose write is refused, leaves the
    old value. Where a plain file stands for the attribute, what it held behind the text is cut off; the kernel ignores
    that. A text of nothing is a line of nothing: a write(2) of no bytes does not reach the kernel."""
    data = text.encode() or b"\n"
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    try:
        os.write(descriptor, data)
        with contextlib.suppress(OSError):
            os.ftruncate(descriptor, len(data))
    finally:
        os.close(descriptor)
