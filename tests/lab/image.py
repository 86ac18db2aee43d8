"""A disk image with the files that are read over and over inside the lab, laid over the slow shared root.

Python's modules, and the programs of which a guest inside the lab consists, with their libraries.
"""

import os
import re
import shutil
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

from perfadvisor.targets.base import Command
from perfadvisor.targets.here.process import run
from perfadvisor.targets.vm import kernel as vm_kernel

REPOSITORY = Path(__file__).resolve().parents[2]
# Large, and not needed to measure and to read.
LEFT_OUT = (
    *("scipy*", "plotly*", "playwright*", "mypy*", "*mypyc*", "ruff*", "hypothesis*", "pandas*", "pip", "sqlalchemy*"),
    *("psycopg*", "test", "site-packages", "dist-packages", "config-*", "idlelib", "ensurepip", "lib2to3"),
    *("_pytest", "sphinx*", "babel*", "docutils", "setuptools"),
)
PROGRAMS = (
    *("fio", "iperf3", "qemu-ga", "qemu-system-x86_64", "udevadm", "kmod", "sh", "bash", "grep", "cat", "timeout"),
    *("ip", "ethtool", "mount", "od", "tr", "readlink", "sleep", "mkdir", "ss", "lsblk", "hostname", "env", "mktemp"),
)
SPARE = 1.3
# Bind mounts for whole directories; what is only part of /usr is merged over it.
MOUNT = """
mkdir -p /run/fast && mount -o ro /dev/disk/by-id/virtio-fast /run/fast
mount -t overlay -o lowerdir=/run/fast/merged/usr:/usr merged /usr
for way in $(cat /run/fast/ways); do mount --bind /run/fast$way $way; done
"""


def image(file: Path) -> None:
    """Make it, unless it is there; a file in it lists the directories that it stands for."""
    if file.exists():
        return
    with tempfile.TemporaryDirectory(prefix="perfadvisor-lab-stage-", dir=file.parent) as name:
        stage = Path(name)
        for way in ways():
            _copy_tree(way, stage / way.relative_to("/"))
        for path in merged():
            _copy_tree(path, stage / "merged" / path.relative_to("/"))
        (stage / "ways").write_text("".join(f"{way}\n" for way in ways()))
        size = int(sum(_used(stage)) * SPARE) >> 20
        argv = ("mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", str(stage), str(file), f"{size + 32}M")
        done = run(Command(argv=argv, timeout_s=120.0))
        assert done.returncode == 0, done.stderr.decode()


def ways() -> tuple[Path, ...]:
    """Directories whose many small files are read at start-up."""
    paths = sysconfig.get_paths()
    ours = (REPOSITORY / name for name in ("perfadvisor", "workloads", "rules", "tests/lab"))
    packages = dict.fromkeys(Path(place) for place in (paths["purelib"], *sys.path) if place.endswith("/site-packages"))
    return (Path(paths["stdlib"]).resolve(), *packages, *ours)


def merged() -> frozenset[Path]:
    """Files and directories below /usr, by the paths they really lie at."""
    found = [
        Path(place) for program in PROGRAMS if (place := shutil.which(program, path=f"{os.defpath}:/usr/sbin:/sbin"))
    ]
    libraries = {library for program in found for library in _libraries(program)}
    modules = Path("/usr/lib/modules") / vm_kernel.choose()
    whole = [Path("/usr/lib/udev"), Path("/usr/lib/modprobe.d"), Path("/usr/share/seabios"), Path("/usr/share/qemu")]
    wanted = [*found, *libraries, *whole, *modules.glob("modules.*")]
    return frozenset(path for one in wanted if one.exists() for path in _with_target(one))


def _libraries(program: Path) -> Iterator[Path]:
    said = run(Command(argv=("ldd", str(program)), timeout_s=20.0)).stdout.decode()
    yield from (Path(path) for path in re.findall(r"(?:=> |^\s+)(/\S+) \(0x", said, flags=re.MULTILINE))


def _with_target(path: Path) -> Iterator[Path]:
    """The link and what it points at; /lib is /usr/lib where the two are merged."""
    place = path.parent.resolve() / path.name
    if place.is_relative_to("/usr"):
        yield place
    if place.resolve().is_relative_to("/usr"):
        yield place.resolve()


def _copy_tree(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir() and not source.is_symlink():
        ignore = shutil.ignore_patterns(*LEFT_OUT)
        shutil.copytree(source, target, ignore=ignore, copy_function=_linked, symlinks=True, dirs_exist_ok=True)
    elif not target.is_symlink() and not target.exists():
        _linked(str(source), str(target))


def _linked(source: str, target: str, *, follow_symlinks: bool = False) -> None:
    try:
        os.link(source, target, follow_symlinks=follow_symlinks)
    except OSError:
        shutil.copy2(source, target, follow_symlinks=False)


def _used(folder: Path) -> Iterator[int]:
    """Bytes on a disk with blocks of 4 KiB."""
    for here, _, names in os.walk(folder):
        yield 4096
        yield from ((Path(here, name).lstat().st_size + 8191) // 4096 * 4096 for name in names)
