"""Read the files a path pattern means, one component at a time, keeping every symbolic link met on the way.

Links are kept as links and files under the path they really lie at, so that the tree can be walked as the machine's own
`/sys` is. Nothing is ever written, no device, FIFO or socket is opened.
"""

# ruff: noqa: PTH115, PTH208 (text paths: thousands are read within a second)
import errno
import os
import re
import stat
from fnmatch import translate
from posixpath import dirname, join

from perfadvisor.model.tree import MAX_LINKS, Directory, Entry, Symlink, Unreadable
from perfadvisor.targets.here.forbidden import WAKES_DEVICE, why_not_opened

MAX_FILE_BYTES = 16 << 20  # /proc/interrupts of 1152 CPUs is 3 MiB
_CHUNK = 1 << 16
_SLEEPS = "not read: the device is suspended and reading would wake it"
_GONE = (errno.ENOENT, errno.ENOTDIR, errno.ENODEV, errno.ESRCH)

Part = str | re.Pattern[str]


class Walk:
    """One reading of one file system root. `entries` grows with every pattern given to `read`."""

    def __init__(self, root: str = "/") -> None:
        self.entries: dict[str, Entry] = {}
        self._root = "" if root == "/" else root.rstrip("/")
        self._modes: dict[str, int] = {}
        self._names: dict[str, tuple[str, ...]] = {}

    @property
    def root(self) -> str:
        """The directory that stands for "/"."""
        return self._root or "/"

    def read(self, pattern: str) -> None:
        """Read every file that an absolute path with `*`, `?` and `[...]` in it names."""
        parts = [part for part in pattern.split("/") if part not in ("", ".")]
        self._visit("/", tuple(map(_compiled, parts)), MAX_LINKS)

    def _visit(self, here: str, parts: tuple[Part, ...], links: int) -> None:
        if not parts:
            self.entries.setdefault(here, Directory())
            return
        first, rest = parts[0], parts[1:]
        if first == "..":
            self._visit(dirname(here), rest, links)
        elif isinstance(first, str):
            self._step(join(here, first), rest, links)
        else:
            for name in filter(first.match, self._list(here)):
                self._step(join(here, name), rest, links)

    def _step(self, path: str, rest: tuple[Part, ...], links: int) -> None:
        mode = self._mode(path)
        if stat.S_ISLNK(mode):
            self._follow(path, rest, links)
        elif stat.S_ISDIR(mode):
            self._visit(path, rest, links)
        elif mode and not rest and path not in self.entries:
            self._keep(path, mode)

    def _follow(self, path: str, rest: tuple[Part, ...], links: int) -> None:
        """Keep the link and go on behind it, also where it is the end: /proc/mounts is a link to a file."""
        target = self._link(path)
        if target is not None and links:
            parts = tuple(part for part in target.split("/") if part not in ("", "."))
            self._visit("/" if target.startswith("/") else dirname(path), parts + rest, links - 1)

    def _link(self, path: str) -> str | None:
        known = self.entries.get(path)
        if isinstance(known, Symlink):
            return known.target
        try:
            target = os.readlink(self._root + path)
        except OSError as error:
            self._fail(path, error)
            return None
        self.entries[path] = Symlink(target)
        return target

    def _mode(self, path: str) -> int:
        """The file type without following a link; 0 where there is nothing."""
        known = self._modes.get(path)
        if known is None:
            try:
                known = os.lstat(self._root + path).st_mode
            except OSError as error:
                self._fail(path, error)
                known = 0
            self._modes[path] = known
        return known

    def _list(self, directory: str) -> tuple[str, ...]:
        known = self._names.get(directory)
        if known is None:
            try:
                known = tuple(sorted(os.listdir(self._root + directory)))
            except OSError as error:
                self._fail(directory, error)
                known = ()
            self._names[directory] = known
        return known

    def _fail(self, path: str, error: OSError) -> None:
        if error.errno not in _GONE:
            self.entries.setdefault(path, Unreadable(_reason(error)))

    def _keep(self, path: str, mode: int) -> None:
        reason = why_not_opened(path, mode) or self._why_asleep(path)
        if reason:
            self.entries[path] = Unreadable(reason)
            return
        try:
            self.entries[path] = read_file(self._root + path)
        except OSError as error:
            self._fail(path, error)

    def _why_asleep(self, path: str) -> str:
        parent, name = path.rsplit("/", 1)
        if name not in WAKES_DEVICE:
            return ""
        status = f"{parent}/power/runtime_status"
        self._step(status, (), 0)
        return _SLEEPS if self.entries.get(status) in (b"suspended\n", b"suspending\n") else ""


def read_file(path: str, limit: int = MAX_FILE_BYTES) -> bytes | Unreadable:
    """The bytes of a regular file, whatever size it claims; `OSError` as the system gives it."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return Unreadable("not a regular file")
        return _read_all(descriptor, limit)
    finally:
        os.close(descriptor)


def _read_all(descriptor: int, limit: int) -> bytes | Unreadable:
    chunks, size = [], 0
    while chunk := os.read(descriptor, _CHUNK):
        chunks.append(chunk)
        size += len(chunk)
        if size > limit:
            return Unreadable(f"larger than {limit >> 20} MiB")
    return b"".join(chunks)


def _compiled(part: str) -> Part:
    return re.compile(translate(part)) if any(mark in part for mark in "*?[") else part


def _reason(error: OSError) -> str:
    return error.strerror or str(error)
