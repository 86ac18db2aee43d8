"""Outputs that say what a file of the machine holds: they are read as that file."""

from collections.abc import Mapping


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def sysctl_files(text: str) -> Mapping[str, bytes]:
    """`sysctl -a` and sysctl.d: path -> value. A dot in an interface's name is a slash there (sysctl.d(5)); the later
    of equal names counts."""
    found: dict[str, bytes] = {}
    for line in text.splitlines():
        name, equals, value = line.partition("=")
        path = name.strip().lstrip("-").translate(str.maketrans("./", "/."))
        if equals and path and ".." not in path:
            found[f"/proc/sys/{path}"] = _bytes(value.strip() + "\n")
    return found


def uname_files(text: str) -> Mapping[str, bytes]:
    """`uname -a`: the second word is the host's name, the third the release."""
    _, host, release = text.split()[:3]
    return {"/proc/sys/kernel/hostname": _bytes(host + "\n"), "/proc/sys/kernel/osrelease": _bytes(release + "\n")}


def named_files(text: str) -> Mapping[str, bytes]:
    """`grep . /sys/...`: each line has a file's path before its content."""
    found: dict[str, bytes] = {}
    for line in text.splitlines():
        path, colon, value = line.partition(":")
        if colon and path.startswith(("/sys/", "/proc/")) and ".." not in path:
            found[path] = found.get(path, b"") + _bytes(value + "\n")
    return found
