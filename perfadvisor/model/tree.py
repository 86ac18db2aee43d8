"""A `Tree`: everything that was read from one machine, as source name -> bytes, link, or why it could not be read.

A live host, a container, a guest and a colleague's archive all become a Tree: every parser works on all of them.
A source is an absolute path (`/sys/devices/system/node/online`), a command line (`$ ethtool -S eth0`) or a netlink
request (`netlink:ethtool/coalesce/eth0`, canonical JSON bytes).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from posixpath import join, normpath
from typing import TypeVar

from perfadvisor.model.absence import NOT_READ, Cause, of_error

_NOT_NAMES = frozenset({"", ".", ".."})  # as the last part of a path
_EXIT_CODE = re.compile(r"exit code ([0-9]{1,3}):")  # as targets/here/capture.py words it
MAX_LINKS = 40  # as MAXSYMLINKS in the kernel's include/linux/namei.h
LOOP = "Too many levels of symbolic links"  # ELOOP, as strerror(3) words it


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The source exists but could not be read; `reason` is for people: "Permission denied"."""

    reason: str


@dataclass(frozen=True, slots=True)
class Symlink:
    """A symbolic link, with the target exactly as the link holds it (absolute or relative)."""

    target: str


@dataclass(frozen=True, slots=True)
class Directory:
    """A directory; only needed where it is empty, because a file below implies it."""


Entry = bytes | Symlink | Directory | Unreadable
T = TypeVar("T")


class Tree:
    """An immutable picture of sources. Paths are looked up through the links inside it, never on this machine."""

    def __init__(self, entries: Mapping[str, Entry]) -> None:
        self._entries = dict(entries)
        self._below: dict[str, set[str]] = {}
        self._resolved: dict[str, str] = {}
        self._kept: dict[Callable[[Tree], object], object] = {}
        self._requests: list[str] = []  # sources that are not paths: a few among many thousands
        for source in self._entries:
            above, _, name = source.rpartition("/")
            if above in self._below:  # most paths: a directory of sysfs has many files
                self._below[above].add(name)
            elif source.startswith("/"):
                self._index(source)
            else:
                self._requests.append(source)

    def _index(self, path: str) -> None:
        """Enter the path below its directory, and that below its own, up to one that is known already."""
        while path != "/":
            above, _, name = path.rpartition("/")
            parent = above.rstrip("/") or "/"
            known = self._below.get(parent)
            if known is not None:
                known.add(name)
                return
            self._below[parent] = {name}
            path = parent

    def __len__(self) -> int:
        return len(self._entries)

    def items(self) -> Iterator[tuple[str, Entry]]:
        """Every source with what was read, sorted by source."""
        return iter(sorted(self._entries.items()))

    def realpath(self, path: str) -> str:
        """The path with every link inside the tree followed; a link that leaves the tree or loops is left as it is."""
        parent, _, name = path.rpartition("/")
        if name in _NOT_NAMES:
            parent, _, name = normpath(path).rpartition("/")
        directory = self._directory(parent)
        here = _joined(directory, name)
        return self._resolve(directory, [name]) if isinstance(self._entries.get(here), Symlink) else here

    def _directory(self, path: str) -> str:
        """The real path, remembered: a directory of sysfs is asked for many of its files, each of them only once."""
        known = self._resolved.get(path)
        if known is None:
            above, _, name = path.rpartition("/")
            start = None if name in _NOT_NAMES else self._resolved.get(above)
            todo = normpath(path).split("/") if start is None else [name]
            known = self._resolved[path] = self._resolve(start or "/", todo)
        return known

    def _resolve(self, done: str, todo: list[str]) -> str:
        asked, budget = "/".join((done, *todo)), MAX_LINKS
        while todo:
            name = todo.pop(0)
            if name in ("", "."):
                continue
            if name == "..":
                done = done.rpartition("/")[0] or "/"
                continue
            here = _joined(done, name)
            entry = self._entries.get(here)
            if isinstance(entry, Symlink):
                if not budget:
                    return "/" + normpath(asked).lstrip("/")
                budget -= 1
                self._follow(here)
                todo = entry.target.strip("/").split("/") + todo
                done = "/" if entry.target.startswith("/") else done
            else:
                done = here
        return done

    def _follow(self, link: str) -> None:
        """Called with each link that leads on; for who watches what is asked."""

    def entry(self, source: str) -> Entry | None:
        """What was read from `source`, links followed for paths; None where the tree never held it."""
        if not source.startswith("/"):
            return self._entries.get(source)
        above, _, name = source.rpartition("/")
        directory = self._resolved.get(above) or self._directory(above)
        path = source if directory == above else _joined(directory, name)
        found = self._entries.get(path)
        if name in _NOT_NAMES or isinstance(found, Symlink):
            path = self.realpath(source)
            found = self._entries.get(path)
            if isinstance(found, Symlink):
                return Unreadable(LOOP)
        if found is None:
            return Directory() if path in self._below else None
        return found

    def exists(self, source: str) -> bool:
        """Whether the source is in the tree, readable or not."""
        return self.entry(source) is not None

    def is_directory(self, path: str) -> bool:
        """Whether the path is a directory in the tree."""
        return isinstance(self.entry(path), Directory)

    def read(self, source: str) -> bytes | None:
        """The bytes of the source, or None where it is absent, unreadable or a directory."""
        found = self.entry(source)
        return found if isinstance(found, bytes) else None

    def text(self, source: str) -> str | None:
        """The source as text without surrounding white space and NUL bytes; undecodable bytes become U+FFFD."""
        found = self.entry(source)
        return text_of(found) if isinstance(found, bytes) else None

    def integer(self, source: str) -> int | None:
        """The source as a whole number (decimal, or hexadecimal with 0x), None where it is absent or no number."""
        text = self.text(source)
        try:
            return None if text is None else int(text, 16 if text.lower().startswith("0x") else 10)
        except ValueError:
            return None

    def names(self, directory: str) -> tuple[str, ...]:
        """The sorted names directly below a directory, links followed; empty where there is none."""
        return tuple(sorted(self._below.get(self.realpath(directory), ())))

    def sources(self, start: str) -> tuple[str, ...]:
        """The sorted sources that start with this text."""
        among = self._entries if start.startswith("/") else self._requests
        return tuple(sorted(source for source in among if source.startswith(start)))

    def commands(self, program: str) -> tuple[str, ...]:
        """The sorted sources that are outputs of this program: `$ ethtool -c eth0`, ... of "ethtool"."""
        return self.sources(f"$ {program} ")

    def once(self, read: "Callable[[Tree], T]") -> T:
        """What this function reads from the tree, read on the first call and kept: several subsystems ask for it."""
        if read not in self._kept:
            self._kept[read] = read(self)
        return self._kept[read]  # type: ignore[return-value]

    def part(self, read: "Callable[..., Iterable[T]]", *about: str) -> "Iterable[T]":
        """What this function reads from the tree about a subject. It is asked for in this way where much is read of
        which little moves, so that a tree that knows another one like it can give what was read there."""
        return read(self, *about)

    def link(self, path: str) -> str | None:
        """Where the link at `path` itself points, as a resolved absolute path; None where it is not a link."""
        parent, entry = self._itself(path)
        if not isinstance(entry, Symlink):
            return None
        target = entry.target if entry.target.startswith("/") else join(parent, entry.target)
        return self.realpath(target)

    def link_name(self, path: str) -> str | None:
        """The last part of a link's target: the driver of `.../driver`, the group of `.../iommu_group`."""
        _, entry = self._itself(path)
        return entry.target.rstrip("/").rsplit("/", 1)[-1] if isinstance(entry, Symlink) else None

    def _itself(self, path: str) -> tuple[str, Entry | None]:
        """The real directory of a path, and what lies there by its name: the link itself, not what it points to."""
        above, _, name = path.rpartition("/")
        parent = self._directory(above)
        return parent, self._entries.get(_joined(parent, name))

    def why_unreadable(self, source: str) -> Cause:
        """The reason a source gave no bytes: words for a report, which carry the reason as a value."""
        return why(self.entry(source))

    def exit_code(self, source: str) -> int | None:
        """What a command exited with where it gave no output; None where it was not run, or gave some."""
        found = self.entry(source)
        match = _EXIT_CODE.match(found.reason) if isinstance(found, Unreadable) else None
        return int(match[1]) if match else None

    def unreadable(self) -> Iterator[tuple[str, str]]:
        """Every source that existed but could not be read, with the reason."""
        return ((source, entry.reason) for source, entry in self.items() if isinstance(entry, Unreadable))

    def merged(self, others: Iterable["Tree"]) -> "Tree":
        """A new tree with the entries of the others laid over this one's."""
        entries = dict(self._entries)
        for other in others:
            entries.update(other._entries)
        return Tree(entries)


def text_of(data: bytes) -> str:
    """Bytes as text without surrounding white space and NUL bytes; undecodable bytes become U+FFFD."""
    return data.decode("utf-8", "replace").strip(" \t\r\n\0")


def why(found: Entry | None) -> Cause:
    """Why an entry gives no bytes."""
    return of_error(found.reason) if isinstance(found, Unreadable) else NOT_READ


def _joined(directory: str, name: str) -> str:
    return f"{directory}/{name}" if directory != "/" else f"/{name}"
