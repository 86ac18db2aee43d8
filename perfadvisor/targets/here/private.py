"""Places that only this user and root can write to: what lies there may be believed, run and obeyed.

A journal is a list of commands for `restore`, and a built program is run: both must be this user's own, also where the
temporary directory is shared, or root kept another user's $HOME.
"""

import os
import stat
from functools import cache
from pathlib import Path

_UNMAPPED = 65534  # how a user namespace shows whoever has no number in it (user_namespaces(7)); elsewhere `nobody`
_UID_MAP = Path("/proc/self/uid_map")


def made(folder: Path) -> Path | None:
    """The directory without links, made if need be; None where it cannot be, or others could put something into it, or
    its name is relative ("~/x" of a user without a home)."""
    if not folder.is_absolute():
        return None
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.resolve(strict=True)
        return found if found.is_dir() and is_private(found) and os.access(found, os.W_OK | os.X_OK) else None
    except (OSError, RuntimeError):  # RuntimeError: links in a circle
        return None


def is_private(path: Path) -> bool:
    """Whether `path`, absolute and without links, belongs to this user and no other can write or replace it."""
    return path.lstat().st_uid == os.geteuid() and may_be_obeyed(path)


def may_be_obeyed(path: Path) -> bool:
    """Whether only this user and root can write or replace the file `path`, absolute and without links."""
    own = path.lstat()
    if own.st_uid not in (0, os.geteuid()) or _others_write(own) or stat.S_ISLNK(own.st_mode):
        return False
    return all(_cannot_be_swapped(parent.lstat()) for parent in path.parents)


def _cannot_be_swapped(parent: os.stat_result) -> bool:
    """In a sticky directory everybody may add names, but not take away another's (inode(7))."""
    known = parent.st_uid in (0, os.geteuid()) or (parent.st_uid == _UNMAPPED and _root_is_unmapped())
    return known and (bool(parent.st_mode & stat.S_ISVTX) or not _others_write(parent))


@cache
def _root_is_unmapped() -> bool:
    """Whether this is a user namespace in which neither root outside nor anybody else is number 65534 by a mapping:
    then root's own directories show that number. A line of the map: first number inside, first outside, how many."""
    try:
        lines = [tuple(map(int, line.split())) for line in _UID_MAP.read_text().splitlines()]
    except (OSError, ValueError):
        return False
    root_has_one = any(outside == 0 and count > 0 for _, outside, count in lines)
    taken = any(inside <= _UNMAPPED < inside + count for inside, _, count in lines)
    return bool(lines) and not root_has_one and not taken


def _others_write(status: os.stat_result) -> bool:
    """A group of the same number as the user is the user's own, by the custom of most distributions."""
    group = status.st_mode & stat.S_IWGRP and status.st_gid != status.st_uid
    return bool(status.st_mode & stat.S_IWOTH or group)
