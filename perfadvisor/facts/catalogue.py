"""Every fact perfadvisor knows, and reading them all from one tree.

To add a subsystem: write its module with PATTERNS, CATALOGUE and facts(tree), in the room it belongs to. It is found
there.
"""

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from itertools import chain
from pkgutil import walk_packages
from types import ModuleType

import perfadvisor.facts as package
from perfadvisor.facts import bounds
from perfadvisor.model.fact import Absent, Fact, FactSpec, FactTable
from perfadvisor.model.tree import Tree

_NOT_OF_A_TREE = (__name__, f"{package.__name__}.text.")  # saved outputs of commands are read one by one


def _modules() -> Iterator[ModuleType]:
    for info in walk_packages(package.__path__, f"{package.__name__}."):
        if not info.ispkg and not info.name.startswith(_NOT_OF_A_TREE):
            module = import_module(info.name)
            if hasattr(module, "CATALOGUE"):
                yield module


MODULES = tuple(_modules())
CATALOGUE: dict[str, FactSpec] = {spec.name: spec for module in MODULES for spec in module.CATALOGUE}
PATTERNS: tuple[str, ...] = tuple(dict.fromkeys(p for module in MODULES for p in getattr(module, "PATTERNS", ())))

Read = Callable[[Tree], Iterable[Fact | Absent]]
READERS: tuple[Read, ...] = tuple(module.facts for module in MODULES if hasattr(module, "facts"))


def facts(tree: Tree) -> Iterator[Fact | Absent]:
    """Every fact and every recorded absence in the tree, subsystem by subsystem."""
    return chain.from_iterable(map(tree.part, READERS))


def read(tree: Tree) -> FactTable:
    """The facts of the tree as a table. InputError where it has more subjects than any machine (facts.bounds)."""
    bounds.check(tree)
    return FactTable(facts(tree))
