"""Trees that others made: a directory, a tar or a ttar of a `/sys` and `/proc`, whatever stands before them.

Seen prefixes: `sys`, `./sys`, `<name>/sys`, `<name>/fsroot/sys` (hwloc, sosreport, must-gather, Performance Co-Pilot).
"""

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

from perfadvisor.errors import InputError
from perfadvisor.evidence.prompts import PROGRAMS
from perfadvisor.model.tree import Directory, Entry, Symlink, Tree, Unreadable
from perfadvisor.saved.archive import (
    MAX_MEMBER_BYTES,
    MAX_MEMBERS,
    MAX_TOTAL_BYTES,
    members,
    read_all,
    safe_name,
    too_large,
)


class NoMachineError(InputError):
    """There are files, but no copy of a machine's own."""


ROOTS = ("sys", "proc")
_MOST_NAMED = 5
_COLLECTED = frozenset({"sos_commands", "insights_commands"})
FALLBACK_ROOTS = ("var", "etc", "run")  # a collection without /sys: container state, configuration files


def foreign_tree(path: Path) -> Tree:
    """The tree in a directory or archive; InputError where there is no `sys` or `proc` in it."""
    if path.is_dir():
        entries = dict(walked(path))
    elif path.suffix == ".ttar":
        entries = dict(parse_ttar(read_all(path).decode("utf-8", "surrogateescape"), path.name))
    else:
        entries = dict(members(path))
    return rooted(entries, str(path))


def rooted(entries: dict[str, Entry], name: str) -> Tree:
    """The tree below the shallowest `sys` or `proc`. InputError where there is none, or several machines'."""
    found = each_rooted(entries, name)
    if len(found) > 1:
        listed = ", ".join(prefix.rstrip("/") or "." for prefix in list(found)[:_MOST_NAMED])
        raise InputError(f"{name}: {len(found)} machines in it: {listed}", "unpack it and point to one of them")
    return next(iter(found.values()))


def each_rooted(entries: dict[str, Entry], name: str) -> dict[str, Tree]:
    """Prefix -> the tree below each of the shallowest `sys` or `proc`, without that prefix; saved command outputs get
    `$ ` names. An archive of several hosts holds several. NoMachineError where there is none."""
    prefixes = _prefixes(entries, ROOTS) or _prefixes(entries, FALLBACK_ROOTS)
    if not prefixes:
        hint = "expected a copy of /sys and /proc, or a perfadvisor snapshot"
        raise NoMachineError(f"{name}: no sys or proc directory in it", hint)
    return {prefix: _below(entries, prefix) for prefix in prefixes}


def _below(entries: dict[str, Entry], prefix: str) -> Tree:
    below = {source[len(prefix) :]: entry for source, entry in entries.items() if source.startswith(prefix)}
    tree: dict[str, Entry] = {"/" + source: entry for source, entry in below.items() if source}
    tree.update(_saved_commands(below))
    return Tree(tree)


def _prefixes(entries: dict[str, Entry], roots: tuple[str, ...]) -> list[str]:
    """What stands before the shallowest of these directories; several where an archive holds several machines."""
    found: set[tuple[int, str]] = set()
    for source in entries:
        parts = source.split("/")
        for depth, part in enumerate(parts):
            if part in roots and (depth < len(parts) - 1 or isinstance(entries[source], Directory)):
                found.add((depth, "".join(part + "/" for part in parts[:depth])))
                break
    return sorted(prefix for depth, prefix in found if depth == min(found)[0])


def _saved_commands(entries: dict[str, Entry]) -> Iterator[tuple[str, Entry]]:
    """The outputs of commands in a collection. sosreport keeps
    `ethtool -c eth0` as `sos_commands/networking/ethtool_-c_eth0`, and `ethtool eth0` likewise."""
    for source, entry in entries.items():
        match = re.fullmatch(r"(?:.*/)?ethtool_(?:(-[a-zA-Z]) ?_?)?([^/_ -][^/ ]*)", source)
        if match and isinstance(entry, bytes):
            yield " ".join(filter(None, ("$ ethtool", match[1], match[2]))), entry
        elif isinstance(entry, bytes) and (command := _saved_by(source)):
            yield f"$ {command}", entry


def _saved_by(source: str) -> str:
    """The command in the name that a collection (sosreport, insights) gives an output: `.../pci/lspci_-nnvv`."""
    folder, _, name = source.rpartition("/")
    words = name.removesuffix(".txt").split("_")
    saved = not _COLLECTED.isdisjoint(folder.split("/"))
    return " ".join(words) if saved and words[0] in PROGRAMS - {"ethtool"} else ""


def walked(top: Path) -> Iterator[tuple[str, Entry]]:
    """Every file below a directory, links as links. InputError for this machine itself."""
    if top.resolve() == Path("/"):
        raise InputError(f"{top} is this machine itself", "use --env local")
    count = 0
    left = MAX_TOTAL_BYTES
    for folder, names, files in os.walk(top):
        relative = os.path.relpath(folder, top)
        yield ("" if relative == "." else relative), Directory()
        for name in sorted(files + [name for name in names if (Path(folder) / name).is_symlink()]):
            count += 1
            if count > MAX_MEMBERS:
                raise InputError(f"{top}: more than {MAX_MEMBERS} files", "point to the copy of /sys and /proc only")
            entry = _read(Path(folder) / name)
            left -= len(entry) if isinstance(entry, bytes) else 0
            if left < 0:
                raise too_large(str(top))
            yield os.path.normpath(f"{relative}/{name}"), entry


def _read(path: Path) -> Entry:
    try:
        status = path.lstat()
        if stat.S_ISLNK(status.st_mode):
            return Symlink(str(path.readlink()))
        if not stat.S_ISREG(status.st_mode):
            return Unreadable("not a regular file")
        if status.st_size > MAX_MEMBER_BYTES:
            return Unreadable("larger than any /sys or /proc file")
        return path.read_bytes()
    except OSError as error:
        return Unreadable(error.strerror or str(error))


def parse_ttar(text: str, name: str) -> Iterator[tuple[str, Entry]]:
    """The entries of a ttar text archive (github.com/ideaship/ttar): `NULLBYTE` and `EOF` marks as its format says."""
    lines = iter(text.split("\n"))
    for line in lines:
        key, _, value = line.partition(": ")
        if key == "Directory":
            yield safe_name(value, name), Directory()
        elif key == "Path":
            yield safe_name(value, name), _ttar_entry(lines, name)


def _ttar_entry(lines: Iterator[str], name: str) -> Entry:
    key, _, value = next(lines, "").partition(": ")
    if key == "SymlinkTo":
        return Symlink(value)
    if key != "Lines" or not re.fullmatch(r"[0-9]{1,9}", value):
        raise InputError(f"{name}: not a ttar archive: expected 'Lines: N', found {key[:40]!r}")
    body = [line for line, _ in zip(lines, range(int(value)), strict=False)]
    text = "".join(line + "\n" for line in body)
    if text.endswith("EOF\n"):
        text = text[: -len("EOF\n")]
    text = re.sub(r"(?<!\\)NULLBYTE", "\0", text).replace("\\NULLBYTE", "NULLBYTE")
    return re.sub(r"(?<!\\)EOF", "", text).replace("\\EOF", "EOF").encode("utf-8", "surrogateescape")
