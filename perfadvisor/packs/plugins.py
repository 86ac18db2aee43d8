"""Tools that other packages bring: an entry point of the group `perfadvisor.tools`, whose name is the tool's.

Whoever installs a package runs its code anyway. Still, plug-ins are imported only where a workload of the user's own
may name one, so that a broken one stops nothing else.
"""

import inspect
from collections.abc import Iterator
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from perfadvisor.errors import InputError
from perfadvisor.tools.catalogue import TOOLS, Tool

GROUP = "perfadvisor.tools"
WANTED = tuple(name for name in vars(Tool) if not name.startswith("_"))


@cache
def add() -> tuple[str, ...]:
    """Make every tool of an installed package known; returns their names. InputError for one that cannot be used."""
    found = {entry.name: _loaded(entry) for entry in entry_points(group=GROUP)}
    TOOLS.update(found)
    return tuple(found)


def files() -> Iterator[Path]:
    """The files of those tools: what is kept of workloads rests on them."""
    for name in add():
        yield Path(inspect.getfile(inspect.getmodule(TOOLS[name]) or type(TOOLS[name])))


def _loaded(entry: EntryPoint) -> Tool:
    brought = f"the tool {entry.name!r} of {entry.dist.name if entry.dist else 'an unknown package'}"
    if entry.name in TOOLS:
        raise InputError(f"{brought} has the name of a tool that is there", "give the entry point another name")
    try:
        tool: Tool = entry.load()
    except Exception as error:  # whatever an import may raise
        raise InputError(f"{brought} cannot be imported: {error}", f"see {entry.value}") from error
    if missing := [name for name in WANTED if not hasattr(tool, name)]:
        raise InputError(
            f"{brought} has no {missing[0]}", "import what it has no need of from perfadvisor.tools.defaults"
        )
    return tool
