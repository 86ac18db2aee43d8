"""Outputs of an interface that do not name it, as `ethtool -S`: people paste them below one that does."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from perfadvisor.evidence import commands
from perfadvisor.evidence.parts import OutputPart
from perfadvisor.facts.net import ethtool
from perfadvisor.facts.text.net import ifconfig, ip_link


def named(parts: Iterable[OutputPart]) -> Iterator[OutputPart]:
    """The parts of one file. Nameless outputs are of the interface that outputs of the same machine name before them,
    where it is one."""
    seen: dict[str, set[str]] = {}
    for part in parts:
        names = _names(part)
        before = seen.setdefault(part.host, set())
        before |= names
        alone = next(iter(before)) if len(before) == 1 else ""
        nameless = part.kind is not None and part.kind.name == "ethtool" and not names and alone
        yield replace(part, command=f"ethtool {alone}") if nameless else part


def _names(part: OutputPart) -> set[str]:
    """The interfaces that the part names in its command or its own lines, loopback left out."""
    if part.kind is None or part.kind.name not in ("ethtool", "ifconfig", "ip link"):
        return set()
    found = {commands.interface(part.command)}
    for line in part.lines:
        match = ip_link.HEAD.fullmatch(line.text)
        found |= {match["name"] if match else "", ifconfig.interface(line.text), ethtool.interface(line.text)}
    return found - {"", "lo"}
