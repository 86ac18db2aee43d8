"""A disk image with the Python modules that perfadvisor needs, laid over the slow shared root inside the lab."""

import os
import shutil
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path

from perfadvisor.targets.base import Command
from perfadvisor.targets.process import run

REPOSITORY = Path(__file__).resolve().parents[2]
# Large, and not needed to measure and to read.
LEFT_OUT = (
    *("scipy*", "plotly*", "playwright*", "mypy*", "*mypyc*", "ruff*", "hypothesis*", "pandas*", "pip", "sqlalchemy*"),
    *("psycopg*", "numpy*", "test", "site-packages", "dist-packages", "config-*", "idlelib", "ensurepip", "lib2to3"),
    *("_pytest", "sphinx*", "babel*", "docutils", "setuptools"),
)
SPARE = 1.3


def image(file: Path) -> None:
    """Make it, unless it is there; a file in it lists the directories that it stands for."""
    if file.exists():
        return
    with tempfile.TemporaryDirectory(prefix="perfadvisor-lab-stage-", dir=file.parent) as name:
        stage = Path(name)
        for way in ways():
            shutil.copytree(
                way, stage / way.relative_to("/"), ignore=shutil.ignore_patterns(*LEFT_OUT), copy_function=_linked,
                symlinks=True,
            )  # fmt: skip
        (stage / "ways").write_text("".join(f"{way}\n" for way in ways()))
        size = int(sum(_used(stage)) * SPARE) >> 20
        argv = ("mke2fs", "-q", "-t", "ext4", "-O", "^has_journal", "-d", str(stage), str(file), f"{size + 32}M")
        done = run(Command(argv=argv, timeout_s=120.0))
        assert done.returncode == 0, done.stderr.decode()


def ways() -> tuple[Path, ...]:
    """Directories whose many small files are read at start-up."""
    paths = sysconfig.get_paths()
    ours = (REPOSITORY / name for name in ("perfadvisor", "workloads", "rules", "tests/lab"))
    return (Path(paths["stdlib"]).resolve(), Path(paths["purelib"]), *ours)


def _linked(source: str, target: str) -> None:
    try:
        os.link(source, target, follow_symlinks=False)
    except OSError:
        shutil.copy2(source, target)


def _used(folder: Path) -> Iterator[int]:
    """Bytes on a disk with blocks of 4 KiB."""
    for here, _, names in os.walk(folder):
        yield 4096
        yield from ((Path(here, name).lstat().st_size + 8191) // 4096 * 4096 for name in names)
