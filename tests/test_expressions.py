"""Every regular expression of the package on long runs of one sign: none takes time with the cube of the input."""

import ast
import importlib
import pkgutil
import re
import time
from collections.abc import Iterator
from pathlib import Path

import perfadvisor

ROOT = Path(perfadvisor.__file__).parent
CALLS = {"compile", "search", "match", "fullmatch", "findall", "finditer", "sub", "split"}
SIGNS = ("9", "9.", "a", " ", "-", "\n")
RUNS = [(sign * 1000)[:1000] for sign in SIGNS]
LIMIT_S = 0.5  # of CPU time: the cube of 1,000 takes seconds, the square some hundredths


def expressions() -> dict[str, re.Pattern[str] | re.Pattern[bytes]]:
    """Those that modules hold, and those written out where they are used."""
    found: dict[str, re.Pattern[str] | re.Pattern[bytes]] = {}
    for module in pkgutil.walk_packages(perfadvisor.__path__, "perfadvisor."):
        if module.name.endswith("__main__") or ".migrations" in module.name:
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if isinstance(value, re.Pattern):
                found[f"{module.name}.{name}"] = value
    for path in ROOT.rglob("*.py"):
        found |= {f"{path.name}:{line}": re.compile(text) for line, text in _written(path)}
    return found


def _written(path: Path) -> Iterator[tuple[int, str | bytes]]:
    for node in ast.walk(ast.parse(path.read_text())):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and isinstance(node.func.value, ast.Name)
            and node.func.value.id == "re"
            and node.func.attr in CALLS
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            yield node.lineno, node.args[0].value


def test_no_expression_takes_time_with_the_cube_of_its_input() -> None:
    found = expressions()
    assert len(found) > 200
    slow = {}
    for name, pattern in found.items():
        for run in RUNS:
            text = run if isinstance(pattern.pattern, str) else run.encode()
            started = time.process_time()
            pattern.search(text)
            if (spent := time.process_time() - started) > LIMIT_S:
                slow[name] = f"{run[:4]!r}: {spent:.1f} s"
    assert slow == {}
