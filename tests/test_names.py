"""A name that does not exist cannot be written: names of facts, counter deltas and tool details are declared, and every
literal that looks like one of them is."""

import ast
import re
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path

import pytest

from perfadvisor.analyse.gate.fingerprint import VERSIONS
from perfadvisor.analyse.results import sources
from perfadvisor.analyse.rules.confidence import MEASURED_ON_HOST
from perfadvisor.facts.text import lscpu
from perfadvisor.model.deltas import DELTAS
from perfadvisor.model.details import DETAILS
from perfadvisor.model.fact import Nature
from perfadvisor.model.result import Output
from perfadvisor.packs.known_facts import known_facts
from perfadvisor.settings.catalogue import SETTINGS
from perfadvisor.tools.catalogue import TOOLS
from perfadvisor.tools.facts_of_output import CATALOGUE as TOOL_FACTS

ROOT = Path(__file__).resolve().parent.parent
FACTS = {**known_facts(), **{spec.name: spec for spec in (*TOOL_FACTS, *lscpu.CATALOGUE)}}
METRICS = {metric for tool in TOOLS.values() for metric in tool.METRICS}
NAMES = frozenset({*FACTS, *DELTAS, *METRICS, *SETTINGS})
FAMILIES = {name.split(".")[0] for name in (*FACTS, *DELTAS)}
# Families that are no fact's own: `host.pci` refers to the parent's subjects.
KINDS = {f"host.{kind}" for kind in FAMILIES}
LOOKS_LIKE = re.compile(r"(?:host\.)?[a-z][a-z0-9_]*(?:\.[a-z0-9_*]+)+")
# The kernel's own names of the same shape: files of control groups, and sysctls by their families.
KERNEL = {
    "cgroup.controllers", "cpu.cfs_period_us", "cpu.cfs_quota_us", "cpu.max", "cpu.stat", "cpu.weight", "memory.high",
    "memory.limit_in_bytes", "memory.max", "memory.current", "memory.stat", "memory.swap.max", "memory.oom.group",
}  # fmt: skip
SYSCTL = re.compile(r"(?:vm|kernel|net|fs)\.[a-z0-9_.*-]+")
PREFIXES = {"memory.hugepage"}  # of several facts, on purpose
MISTAKES = {"block.read_ahead_kib"}  # that the documents show being found
FILE = re.compile(r".*\.(py|md|yaml|yml|json|xml|txt|csv|html|svg|pem|service|conf|rules|link|d|so|c|h|img|qcow2|raw)$")


def literals(path: Path) -> Iterator[tuple[str, int]]:
    """Every text of a module but those that explain it, with `*` where a value is filled in."""
    tree = ast.parse(path.read_text())
    inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inner:
            yield node.value, node.lineno
        elif isinstance(node, ast.JoinedStr):
            yield (
                "".join(str(part.value) if isinstance(part, ast.Constant) else "*" for part in node.values),
                node.lineno,
            )


def modules() -> list[Path]:
    return [path for path in sorted((ROOT / "perfadvisor").rglob("*.py")) if "_packs" not in path.parts]


@cache
def declared(name: str) -> bool:
    plain = name.removeprefix("host.")
    if name in KERNEL | PREFIXES | MISTAKES | KINDS or SYSCTL.fullmatch(name) or FILE.match(name):
        return True
    return plain in NAMES or ("*" in plain and any(fnmatchcase(known, plain) for known in NAMES))


def is_name(text: str) -> bool:
    return bool(LOOKS_LIKE.fullmatch(text)) and text.removeprefix("host.").split(".")[0] in FAMILIES


def test_every_name_in_the_code_is_declared() -> None:
    unknown = [
        f"{path.relative_to(ROOT)}:{line}: {text}"
        for path in modules()
        for text, line in literals(path)
        if is_name(text) and not declared(text)
    ]
    assert unknown == []


def test_no_two_classes_share_a_name() -> None:
    """What one name means must not depend on where it was imported from."""
    places: dict[str, list[str]] = {}
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                places.setdefault(node.name, []).append(str(path.relative_to(ROOT)))
    assert len(places) > 300
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_a_misspelt_name_is_found() -> None:
    assert is_name("cpu.microcod") and not declared("cpu.microcod")
    assert is_name("path.block.*_byte") and not declared("path.block.*_byte")
    assert declared("path.block.*_bytes") and declared("cpu.microcode")


def documents() -> list[Path]:
    return [*sorted((ROOT / "docs").glob("*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]


def test_every_name_in_the_documents_is_declared() -> None:
    unknown = [
        f"{path.relative_to(ROOT)}: {text}"
        for path in documents()
        for text in re.findall(r"`([^`\n]+)`", path.read_text())
        if is_name(text) and not declared(text)
    ]
    assert unknown == []


def reads_of(attribute: str, helpers: tuple[str, ...]) -> Iterator[tuple[Path, str, int]]:
    """Keys that are read as `X.attribute.get("key")`, `X.attribute["key"]` or by one of the helpers of sources.py."""
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            key: ast.expr | None = None
            if (
                isinstance(node, ast.Subscript)
                and isinstance(node.value, ast.Attribute)
                and node.value.attr == attribute
            ):
                key = node.slice
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
                if isinstance(node.func.value, ast.Attribute) and node.func.value.attr == attribute and node.args:
                    key = node.args[0]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and path.name == "sources.py":
                key = node.args[-1] if node.func.id in helpers else None
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield path, key.value, node.lineno


@pytest.mark.parametrize(
    ("attribute", "table", "helpers"),
    [("details", DETAILS, ("_number",)), ("deltas", DELTAS, ("_drop",))],
    ids=["details", "deltas"],
)
def test_every_detail_and_delta_that_is_read_is_declared(
    attribute: str, table: dict[str, object], helpers: tuple[str, ...]
) -> None:
    read = list(reads_of(attribute, helpers))
    assert len(read) >= 8
    assert [f"{path.name}:{line}: {key}" for path, key, line in read if key not in table] == []


def test_results_are_made_of_declared_names() -> None:
    assert set(sources.DETAILS.values()) <= set(DETAILS)
    assert set(sources.DELTAS.values()) <= set(DELTAS)
    known = METRICS | {metric for group in sources.SAMPLES.values() for metric in group if metric.startswith("mixed.")}
    assert {metric for group in sources.SAMPLES.values() for metric in group} <= known
    facts = {*sources.DETAILS, *sources.DELTAS, *sources.SAMPLES, *sources.DERIVED}
    assert {f"result.{name}" for name in facts} <= set(FACTS)


Parse = Callable[[bytes], Output]


@pytest.mark.parametrize("tool", [name for name, tool in TOOLS.items() if tool.METRICS])
def test_what_a_tool_gives_is_declared(tool: str) -> None:
    outputs = [TOOLS[tool].parse(path.read_bytes()) for path in sorted((ROOT / "tests" / "data" / tool).iterdir())]
    assert {key for output in outputs for key in output.details} <= set(DETAILS)
    metrics = {sample.metric for output in outputs for sample in output.samples}
    several = {metric for metric in metrics if re.fullmatch(r"(map|unmap|pin|unpin)\.[a-z0-9]+\.\d+", metric)}
    assert len(metrics) >= 5 and metrics - several <= set(TOOLS[tool].METRICS)


def test_versions_are_identities_and_rates_of_the_host_are_measured() -> None:
    assert {FACTS[name].nature for name in VERSIONS} == {Nature.IDENTITY}
    assert {FACTS[name].nature for name in MEASURED_ON_HOST} == {Nature.MEASURED}


def test_no_code_decides_by_the_words_of_a_reason() -> None:
    """Reasons of absence and of doubt are compared as values; their words are for people."""
    decided = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        for asked in (
            [node.left, *node.comparators]
            if isinstance(node, ast.Compare)
            else [node.func.value]
            if isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr in ("startswith", "endswith", "find", "lower", "casefold")
            else []
        )
        if isinstance(asked, ast.Attribute) and asked.attr == "reason" and not _is_of_an_enumeration(node)
    ]
    assert decided == []


def _is_of_an_enumeration(node: ast.AST) -> bool:
    """`one.reason is Reason.INVALID_RUNS`."""
    sides = [node.left, *node.comparators] if isinstance(node, ast.Compare) else []
    return any(
        isinstance(side, ast.Attribute) and isinstance(side.value, ast.Name) and side.value.id.endswith("Reason")
        for side in sides
    )


def test_every_doubt_has_a_declared_reason() -> None:
    """A reason is a member of DoubtReason, so that nothing depends on how it is worded."""
    calls = [
        (path, keyword.value)
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Doubt"
        for keyword in node.keywords
        if keyword.arg == "reason"
    ]
    assert len(calls) >= 5
    assert [str(path) for path, value in calls if isinstance(value, ast.Constant | ast.JoinedStr)] == []
