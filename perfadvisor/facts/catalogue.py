"""Every fact perfadvisor knows, and reading them all from one tree.

To add a subsystem: write its module with PATTERNS, CATALOGUE and facts(tree), and add it to MODULES.
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import perfadvisor.facts as package
from perfadvisor.model.fact import Absent, Fact, FactSpec, FactTable
from perfadvisor.model.tree import Tree


def _modules() -> Iterator[ModuleType]:
    for info in iter_modules(package.__path__):
        if info.name != "catalogue" and not info.ispkg:
            module = import_module(f"{package.__name__}.{info.name}")
            if hasattr(module, "CATALOGUE"):
                yield module


MODULES = tuple(_modules())
CATALOGUE: dict[str, FactSpec] = {spec.name: spec for module in MODULES for spec in module.CATALOGUE}
PATTERNS: tuple[str, ...] = tuple(dict.fromkeys(p for module in MODULES for p in getattr(module, "PATTERNS", ())))


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """Every fact and every recorded absence in the tree, subsystem by subsystem."""
    for module in MODULES:
        if hasattr(module, "facts"):
            yield from module.facts(tree)


def read(tree: Tree) -> FactTable:
    """The facts of the tree as a table."""
    return FactTable(facts(tree))
