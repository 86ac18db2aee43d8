"""Which processes of this machine are QEMUs, by the kernel's short name of each."""

import os
from collections.abc import Iterator
from pathlib import Path

MOST = 1024  # guests of one host


def qemu_processes(root: str = "/") -> tuple[str, ...]:
    """Their process ids. Reads one 16-byte file a process: 4,000 processes take some 40 ms."""
    return tuple(pid for pid, _ in zip(_found(Path(root) / "proc"), range(MOST), strict=False))


def _found(proc: Path) -> Iterator[str]:
    try:
        names = sorted(name for name in os.listdir(proc) if name.isdecimal())  # noqa: PTH208 (names, thousands)
    except OSError:
        return
    for name in names:
        try:
            comm = (proc / name / "comm").read_bytes()
        except OSError:
            continue  # it has ended meanwhile
        if comm.startswith((b"qemu", b"kvm\n")):
            yield name
