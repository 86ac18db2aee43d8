"""Compile dmabench on first use with the system's compiler, and keep the program for the next time.

The file's name holds a hash of the sources, the machine and the compiler, so a changed one is built anew, and a program
that is there is right. It is written beside and renamed into place: two processes at once both succeed.
"""

import hashlib
import os
import platform
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from perfadvisor.errors import MeasureError
from perfadvisor.targets.base import Command, Completed
from perfadvisor.targets.here import private
from perfadvisor.targets.here.process import run
from perfadvisor.tools.catalogue import TOOLS

COMPILERS = ("cc", "gcc", "clang")
FLAGS = ("-std=c11", "-O2", "-Wall", "-Wextra", "-pthread")
HINT = "on Debian and Ubuntu: apt install gcc libc6-dev"
_SOURCES = Path(__file__).resolve().parents[2] / "dmabench"
_TIMEOUT_S = 120.0


def program(cache: Path | None = None) -> Path:
    """The path of dmabench, compiled now if it was not before. `cache` is the directory to keep it in.

    Raises MeasureError where there is no working compiler, or no place that programs may be run from."""
    folder = cache or _own_folder()
    stem = f"dmabench-{_hash(*(path.read_bytes() for path in _inputs()), platform.machine().encode())}"
    compiler = find_compiler()
    if compiler is None:
        return _any_built(folder, stem)
    target = folder / f"{stem}-{_identity(compiler)}"
    if not os.access(target, os.X_OK):
        _build(compiler, target)
    return target


def own_program(tool: str) -> str:
    """The path of a tool that perfadvisor brings itself, built now if need be; "" for those that are installed.

    MeasureError where it cannot be built."""
    return str(program()) if TOOLS[tool].PROGRAM.built else ""


def cache_folder() -> Path:
    """Where built programs are kept: below $XDG_CACHE_HOME, by default ~/.cache (XDG Base Directory Specification)."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    root = given if given.startswith("/") else os.path.expanduser("~/.cache")  # noqa: PTH111 (never raises)
    return Path(root) / "perfadvisor"


def _own_folder() -> Path:
    """Where no other user can put a program for us to run: root may have been given another user's home."""
    for folder in (cache_folder(), Path(tempfile.gettempdir()) / f"perfadvisor-{os.geteuid()}" / "cache"):
        own = private.made(folder)
        if own:
            return own
    hint = "point XDG_CACHE_HOME to a directory that no other user can write to"
    raise MeasureError(f"dmabench cannot be kept in {cache_folder()}", hint)


def find_compiler() -> str | None:
    """The path of the C compiler, None where there is none."""
    return next((path for path in map(shutil.which, COMPILERS) if path), None)


def sources() -> tuple[Path, ...]:
    """The C files that make up the program."""
    return tuple(sorted(_SOURCES.glob("*.c")))


def compile_to(compiler: str, target: Path, flags: Sequence[str]) -> Completed:
    """One call of the compiler over all sources."""
    argv = (compiler, *flags, "-o", str(target), *map(str, sources()))
    return run(Command(argv=argv, timeout_s=_TIMEOUT_S))


def _inputs() -> tuple[Path, ...]:
    return tuple(sorted([*_SOURCES.glob("*.c"), *_SOURCES.glob("*.h")]))


def _hash(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(hashlib.sha256(part).digest() for part in parts)).hexdigest()[:16]


def _identity(compiler: str) -> str:
    """Changes when the compiler is upgraded; costs no process."""
    real = Path(compiler).resolve()
    status = real.stat()
    return _hash(str(real).encode(), str((status.st_size, status.st_mtime_ns)).encode(), " ".join(FLAGS).encode())


def _any_built(folder: Path, stem: str) -> Path:
    found = next((path for path in sorted(folder.glob(f"{stem}-*")) if os.access(path, os.X_OK)), None)
    if found is None:
        raise MeasureError("dmabench cannot be built: there is no C compiler", HINT)
    return found


def _build(compiler: str, target: Path) -> None:
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".building-", dir=target.parent) as scratch:
            made = Path(scratch) / "dmabench"
            _compile(compiler, made)
            _try(made)
            made.replace(target)
    except OSError as error:
        hint = "point XDG_CACHE_HOME to a writable directory"
        raise MeasureError(f"dmabench cannot be kept in {target.parent}: {error.strerror}", hint) from None


def _compile(compiler: str, made: Path) -> None:
    """Static, so that the same file runs in containers and guests; not everywhere is there a static C library."""
    if compile_to(compiler, made, (*FLAGS, "-static")).returncode == 0:
        return
    done = compile_to(compiler, made, FLAGS)
    if done.returncode:
        lines = done.stderr.decode("utf-8", "replace").splitlines()
        said = next((line for line in lines if "error:" in line), f"exit code {done.returncode}")
        raise MeasureError(f"dmabench cannot be compiled: {said}", HINT)


def _try(made: Path) -> None:
    """It may not start: on a file system mounted noexec for one."""
    try:
        started = run(Command(argv=(str(made), "--version"), timeout_s=_TIMEOUT_S)).returncode == 0
    except MeasureError:
        started = False
    if not started:
        hint = "point XDG_CACHE_HOME to a directory that allows running programs"
        raise MeasureError(f"dmabench was compiled but does not start from {made.parent.parent}", hint)
