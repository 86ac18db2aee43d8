"""The host's own tools as one archive: fio, iperf3, dmabench and a shell, with the libraries they link to.

A container made from it, or a far machine it is sent to, runs the very same programs as this one, and no image has to
be fetched from anywhere.
"""

import hashlib
import io
import os
import re
import shutil
import tarfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.targets.base import Command
from perfadvisor.targets.here.dmabench_build import own_program
from perfadvisor.targets.here.process import run
from perfadvisor.tools.catalogue import TOOLS

READERS = ("ethtool",)  # what reading a machine uses beside the applets
# What reading a machine through a shell needs, and `ip` to ask for a route.
APPLETS = (
    "sh",
    "cat",
    "dd",
    "env",
    "grep",
    "head",
    "id",
    "ip",
    "kill",
    "ls",
    "mkdir",
    "od",
    "pgrep",
    "printf",
    "ps",
    "readlink",
    "rm",
    "sleep",
    "timeout",
    "tr",
    "uname",
)
_LIBRARY = re.compile(r"(?:=> )?(/\S+) \(0x[0-9a-f]+\)")
_SEARCH = os.pathsep.join(("/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"))


def programs() -> dict[str, Path]:
    """Name -> file of every tool that is here. MeasureError where there is no busybox to be the shell."""
    named = (tool.PROGRAM.name for tool in TOOLS.values() if not tool.PROGRAM.built)
    wanted = [name for name in named if name not in APPLETS]
    found = {name: path for name in (*wanted, *READERS) if (path := find(name))}
    shell = find("busybox")
    if shell is None:
        raise MeasureError("a tools image needs busybox", "on Debian and Ubuntu: apt install busybox-static")
    built = {tool.PROGRAM.name: Path(own_program(id)) for id, tool in TOOLS.items() if tool.PROGRAM.built}
    return {"busybox": shell, **found, **built}


def find(name: str) -> Path | None:
    """The file of an installed program, links followed."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + os.pathsep + _SEARCH)
    return Path(path).resolve() if path else None


def libraries(program: Path) -> tuple[str, ...]:
    """The libraries it is linked to, under the names it looks for them; none for a static one."""
    done = run(Command(argv=("ldd", str(program)), timeout_s=20.0))
    return tuple(sorted(set(_LIBRARY.findall(done.stdout.decode("utf-8", "replace")))))


def contents(wanted: Mapping[str, Path]) -> dict[str, Path]:
    """Name in the archive -> file here, for the programs and all their libraries."""
    found = {f"bin/{name}": path for name, path in wanted.items()}
    for path in wanted.values():
        found.update((library.lstrip("/"), Path(library).resolve()) for library in libraries(path))
    return dict(sorted(found.items()))


def digest(files: Mapping[str, Path]) -> str:
    """A hash of everything in the archive: the same tools always get the same image."""
    whole = hashlib.sha256(" ".join(APPLETS).encode())
    for name, path in files.items():
        whole.update(f"{name} {_content(path, path.stat().st_mtime_ns)}\n".encode())
    return whole.hexdigest()[:16]


@cache
def _content(path: Path, _changed: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(files: Mapping[str, Path], archive: Path, *, shell: bool = True) -> None:
    """The tar archive, without anything that changes from one time to the next. `shell` adds busybox under the names
    of its applets, and the directories an image needs."""
    with tarfile.open(archive, "w") as tar:
        for name, path in files.items():
            _add(tar, name, path)
        if shell:
            _links(tar, (name for name in APPLETS if f"bin/{name}" not in files))
            for directory in ("tmp", "etc", "proc", "sys", "dev", "run"):
                _entry(tar, directory, tarfile.DIRTYPE, 0o1777 if directory == "tmp" else 0o755)
            _text(tar, "etc/passwd", "root:x:0:0:root:/:/bin/sh\n")


def _add(tar: tarfile.TarFile, name: str, path: Path) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = path.stat().st_size, 0o755
    with path.open("rb") as file:
        tar.addfile(entry, file)


def _links(tar: tarfile.TarFile, names: Iterable[str]) -> None:
    for name in names:
        entry = tarfile.TarInfo(f"bin/{name}")
        entry.type, entry.linkname = tarfile.SYMTYPE, "busybox"
        tar.addfile(entry)


def _entry(tar: tarfile.TarFile, name: str, kind: bytes, mode: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = kind, mode
    tar.addfile(entry)


def _text(tar: tarfile.TarFile, name: str, text: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(text), 0o644
    tar.addfile(entry, io.BytesIO(text.encode()))
