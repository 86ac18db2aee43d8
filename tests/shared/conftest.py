"""Our readings of real machines' files, compared leaf by leaf with what an independent reading says.

`machines/expected/*.json` holds, per input file, what a correct reading gives. A module `test_expected_<family>.py` is
tables and one test; everything else is here:

    EXPECTATIONS = ("fio__*",)                  # which expectation files are this module's, as globs on their names

    LEAVES = (                                  # the first row whose pattern matches a leaf says how to compare it
        ("cpu/online", "cpu.online"),                                               # pattern, fact name
        ("numa/nodes/*/mem_total_kb", "node.memory_total_bytes", "{0}", to_kib),    # + subject, + conversion of ours
        ("cpu/packages", lambda reading, keys, expected: ...),                      # or: what our reading says, freely
    )
    UNCOMPARED = (("cpu/packages_note", "prose"),)        # pattern, why such leaves are not compared
    DISAGREED = {("sysfs__a.json", "cpu/online"): "why"}  # single leaves that cannot be met

    def read(path): ...                         # raw input file -> the reading: a FactTable, or anything for callables

    def test_agrees(expectation, differences):
        assert differences(expectation, read(expectation.path)) == []

A leaf is a scalar, a list of scalars or an empty container; its path is the keys joined by "/", and members of a list
of objects are keyed by their `addr`, `name`, `irq` or `path`. A pattern matches part by part, `*` is one part, and
what the stars matched is `keys` (and fills "{0}", "{1}" of the subject). A fact that is absent is None. Floats may
differ by one part in a billion. A leaf that no row names counts as not compared, so the share tells what was forgotten.
`test_share_compared.py` counts the leaves of every module collected, prints the figures, and asserts the share.
"""

import json
import math
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

MACHINES = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "machines"
MISSING = "the inputs of real machines (shared/data beside the checkout) are not here"
KEYS = ("addr", "name", "irq", "path")


@dataclass(frozen=True)
class Leaf:
    """One value of an expectation, with its place: ("numa", "nodes", "0", "cpulist")."""

    parts: tuple[str, ...]
    value: Any

    @property
    def path(self) -> str:
        return "/".join(self.parts)


@dataclass(frozen=True)
class Expectation:
    """What a correct reading of the file at `path` gives."""

    name: str
    path: Path
    expect: dict[str, Any]

    @property
    def leaves(self) -> list[Leaf]:
        return [Leaf(parts, value) for parts, value in _walk(self.expect, ())]


def _walk(node: Any, parts: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(node, dict) and node:
        for key, value in node.items():
            yield from _walk(value, (*parts, str(key)))
    elif isinstance(node, list) and any(isinstance(member, dict) for member in node):
        for place, member in enumerate(node):
            key = next((str(member[name]) for name in KEYS if name in member), str(place))
            yield from _walk(member, (*parts, key))
    else:
        yield parts, node


def load(path: Path) -> Expectation:
    """The expectation a JSON file holds."""
    held = json.loads(path.read_text())
    return Expectation(path.name, MACHINES / held["file"], held["expect"])


def files(module: Any) -> list[Path]:
    """The expectation files that belong to a test module."""
    return [path for glob in module.EXPECTATIONS for path in sorted((MACHINES / "expected").glob(glob))]


def matched(pattern: str, leaf: Leaf) -> tuple[str, ...] | None:
    """What the stars of the pattern stand for in this leaf's path; None where it does not match."""
    wanted = pattern.split("/")
    pairs = list(zip(wanted, leaf.parts, strict=False))
    if len(wanted) != len(leaf.parts) or not all(fnmatchcase(part, want) for want, part in pairs):
        return None
    return tuple(part for want, part in pairs if want == "*")


def why_not_compared(module: Any, name: str, leaf: Leaf) -> str:
    """The reason this leaf is not compared, "" where it is."""
    disagreed = getattr(module, "DISAGREED", {}).get((name, leaf.path))
    if disagreed:
        return disagreed
    reason = next((why for pattern, why in getattr(module, "UNCOMPARED", ()) if matched(pattern, leaf) is not None), "")
    if reason:
        return reason
    return "" if any(matched(row[0], leaf) is not None for row in module.LEAVES) else "no row names it"


def ours(module: Any, reading: Any, leaf: Leaf) -> Any:
    """What our reading says of this leaf, in the expectation's own form."""
    row, keys = next((row, keys) for row in module.LEAVES if (keys := matched(row[0], leaf)) is not None)
    if callable(row[1]):
        return row[1](reading, keys, leaf.value)
    value = reading.value(row[1], row[2].format(*keys) if len(row) > 2 else "")
    return row[3](value) if len(row) > 3 and value is not None else value


def same(mine: Any, expected: Any) -> bool:
    """Equal, also in kind: True is not 1, and absent (None) is neither 0 nor ""."""
    if isinstance(mine, list | tuple) and isinstance(expected, list):
        return len(mine) == len(expected) and all(map(same, mine, expected))
    if isinstance(mine, bool) or isinstance(expected, bool):
        return mine is expected
    if isinstance(mine, float) or isinstance(expected, float):
        numbers = isinstance(mine, int | float) and isinstance(expected, int | float)
        return numbers and math.isclose(mine, expected, rel_tol=1e-9)
    return type(mine) is type(expected) and mine == expected


@pytest.fixture
def differences(request: pytest.FixtureRequest) -> Callable[[Expectation, Any], list[str]]:
    """Call with (expectation, reading): the leaves where our reading says something else, one line each."""

    def compare(expectation: Expectation, reading: Any) -> list[str]:
        found = []
        for leaf in expectation.leaves:
            if why_not_compared(request.module, expectation.name, leaf):
                continue
            mine = ours(request.module, reading, leaf)
            if not same(mine, leaf.value):
                found.append(f"{leaf.path}: expected {leaf.value!r}, we read {mine!r}")
        return found

    return compare


@pytest.fixture
def uncompared(request: pytest.FixtureRequest) -> tuple[int, Counter[str]]:
    """(leaves compared, why the others are not) over every module with expectations that this run collected."""
    modules = {item.module for item in request.session.items if hasattr(item.module, "EXPECTATIONS")}
    compared, reasons = 0, Counter[str]()
    for module in modules:
        for expectation in map(load, files(module)):
            for leaf in expectation.leaves:
                why = why_not_compared(module, expectation.name, leaf)
                compared += not why
                reasons[why] += bool(why)
    return compared, +reasons


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test per expectation file, under its name."""
    if "expectation" in metafunc.fixturenames:
        cases = [pytest.param(load(path), id=path.name.removesuffix(".json")) for path in files(metafunc.module)]
        absent = [pytest.param(None, marks=pytest.mark.skip(reason=MISSING), id="absent")]
        metafunc.parametrize("expectation", cases or absent)
