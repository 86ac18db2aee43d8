"""Taking a snapshot: the machine's state, and its own load over a window where one is asked for."""

import os
import re
import time
from contextlib import nullcontext
from pathlib import Path

from perfadvisor import __version__
from perfadvisor.facts import catalogue
from perfadvisor.facts.trial import own_load
from perfadvisor.formatting import count_of
from perfadvisor.model.snapshot import Snapshot, Window
from perfadvisor.model.tree import Tree
from perfadvisor.targets.base import Target
from perfadvisor.targets.here.gauges import GaugeReader, Watched
from perfadvisor.targets.here.local import LocalTarget

CLOCK_SOURCE = "/sys/devices/system/clocksource/clocksource0/current_clocksource"


def take(target: Target, window_s: float = 0.0, parent: Snapshot | None = None) -> Snapshot:
    """Read the machine once; with a window, read its counters before and after it and its gauges meanwhile."""
    tree = target.tree(catalogue.PATTERNS)
    taken = time.time()
    return Snapshot(
        environment=target.name,
        taken=taken,
        tree=tree,
        clock_source=tree.text(CLOCK_SOURCE) or "",
        version=__version__,
        parent=parent,
        window=watch(target, tree, window_s) if window_s > 0 else None,
    )


def host_of(target: Target) -> Snapshot | None:
    """This machine's own snapshot, where the target runs on it."""
    return take(LocalTarget()) if target.parent == "local" else None


def watch(target: Target, machine: Tree, window_s: float) -> Window:
    """The machine's own load for `window_s` seconds. Gauges are read on this machine only: elsewhere nothing of
    perfadvisor runs while the load does."""
    patterns = own_load.patterns(machine)
    reader = GaugeReader(Watched()) if target.spec.is_here else None
    before, began = target.tree(patterns), time.monotonic()
    with reader or nullcontext():
        time.sleep(window_s)
    seconds, after = time.monotonic() - began, target.tree(patterns)
    return Window(seconds=seconds, before=before, after=after, gauges=reader.rows if reader else ())


def contents(snapshot: Snapshot) -> list[str]:
    """What the archive will carry, one line per kind of source with its number and size: /proc, /sys, each program
    asked, and process command lines and guest definitions on lines of their own."""
    sizes: dict[str, list[int]] = {}
    for source, entry in snapshot.tree.items():
        size = len(entry) if isinstance(entry, bytes) else 0
        sizes.setdefault(_kind(source), []).append(size)
    lines = [
        f"  {kind}: {count_of(len(found), 'source')}, {sum(found):,} bytes" for kind, found in sorted(sizes.items())
    ]
    return lines + (["  and the snapshot of its host"] if snapshot.parent else [])


def _kind(source: str) -> str:
    if re.fullmatch(r"/proc/[0-9]+/cmdline", source):
        return "command lines of guests' processes (secrets hidden)"
    if source.startswith(("/etc/", "/run/")):
        return f"{source.rsplit('/', 1)[0]} (secrets hidden)"
    if source.startswith("$ "):
        return f"output of {source.split()[1]}"
    return "/" + source.split("/")[1] if source.startswith("/") else source.split("/")[0]


def describe(snapshot: Snapshot, output: Path) -> str:
    """A few lines for the terminal: what was read, and what root would add."""
    denied = [source for source, reason in snapshot.tree.unreadable() if "denied" in reason or "permitted" in reason]
    lines = [f"{output}: {len(snapshot.tree)} sources, {output.stat().st_size / 1e6:.1f} MB"]
    if snapshot.window:
        lines.append(f"  with the machine's own load over {snapshot.window.seconds:.0f} s")
    if denied:
        told = "unreadable even as root" if os.geteuid() == 0 else "unreadable for this user; root would add them"
        lines.append(f"  {len(denied)} sources ({denied[0]}, ...) are {told}")
    return "\n".join(lines)
