"""The structure docs/architecture.md promises: imports go one way, pure code stays pure, starting up stays light."""

import ast
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "perfadvisor"

# Lower may not import higher; parts with the same number are neighbours and may not import each other.
LEVELS = {
    "errors": 0,
    "whole": 0,
    "commands": 0,
    "dmabench": 0,
    "extras": 0,
    "specs": 0.5,
    "durations": 1,
    "upgrading": 1,
    "plaintext": 1,
    "formatting": 1.5,
    "model": 1,
    "facts": 2,
    "tools": 2,
    "saved": 2.7,
    "settings": 2.5,
    "evidence": 2.5,
    "analyse": 2,
    "plan": 2,
    "expand": 2,
    "varying": 2.5,
    "sweeping": 2.6,
    "targets": 3,
    "packs": 3,
    "bundle": 3,
    "store": 3,
    "doctor": 4,
    "runner": 4,
    "snapshotting": 3.5,
    "importer": 4,
    "redacting": 4.5,
    "report": 5,
    "gathering": 5,
    "measured": 5.5,
    "judge": 6,
    "gating": 6.5,
    "tuning": 6.7,
    "reading": 6.5,
    "waiving": 6.2,
    "differing": 6.7,
    "fleet": 6.7,
    "api": 7,
    "cli": 7,
    "start": 8,
}
# The same within a part, for its rooms: folders, and modules that lie beside them. "" is the ground floor, the modules
# beside the rooms that have no line of their own.
ROOMS = {
    "facts": {
        "reading": 0,
        "cpu": 1,
        "memory": 1,
        "pci": 1,
        "irq": 2,
        "bounds": 2,
        "cgroup": 2,
        "net": 3,
        "block": 3,
        "machine": 3,
        "guest": 4,
        "trial": 5,
        "container": 5,
        "text": 6,
        "catalogue": 7,
    },
    "targets": {
        "": 0,
        "here": 1,
        "agent": 1,
        "changing": 2,
        "remote": 2,
        "lending": 3,
        "raw": 3,
        "ssh": 3,
        "vm": 4,
        "container": 4,
        "libvirt": 4,
    },
    "analyse": {
        "statistics": 0,
        "results": 1,
        "environments": 1,
        "gate": 1,
        "devices": 1,
        "curves": 1,
        "fleet": 1.5,
        "ceilings": 1,
        "rules": 2,
    },
}
APART = {("analyse", "rules"): "gate"}  # never meet, although one is higher
MOST_MODULES = 20  # of one folder in these parts
MOST_UNFORMATTED = 60  # statements in all
PURE = (
    "errors", "specs", "model", "facts", "tools", "settings", "evidence", "analyse", "plan", "expand", "varying",
    "sweeping",
)  # fmt: skip
WORLD = {
    "subprocess", "os", "shutil", "socket", "tempfile", "time", "pathlib", "urllib", "multiprocessing", "random",
    "io", "glob", "fileinput", "platform", "signal", "threading", "select", "ctypes", "http", "sqlite3", "secrets",
}  # fmt: skip
# Words of the standard library that touch nothing: PurePosixPath, os.path-free helpers and the like go by name.
HARMLESS = {("pathlib", "PurePosixPath"), ("random", "Random")}
# What touches files or clocks without an import that gives it away.
OPENS = {"open", "input", "print", "__import__", "exec"}
READS = {"open", "read_text", "read_bytes", "write_text", "write_bytes", "iterdir", "rglob", "now", "today", "utcnow"}
MAY_PRINT = {"keeper.py": "a program of its own", "progress.py": "says how far a run is, while it runs"}
NAMES_ERRORS = "tools/fio_parse.py"  # os.strerror: the words for an errno that fio printed


def files(*parts: str) -> list[Path]:
    found = [path for part in parts for path in (PACKAGE / part).rglob("*.py")]
    return found + [PACKAGE / f"{part}.py" for part in parts if (PACKAGE / f"{part}.py").is_file()]


def part_of(module: str) -> str | None:
    pieces = module.split(".")
    return pieces[1] if pieces[0] == "perfadvisor" and len(pieces) > 1 else None


def imports(path: Path) -> list[tuple[str, str]]:
    """(module, name) of every import of a file, also those inside functions."""
    found: list[tuple[str, str]] = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [(alias.name, "") for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found += [(node.module, alias.name) for alias in node.names]
    return found


def used_parts(path: Path) -> set[str]:
    modules = [f"{module}.{name}" if module == "perfadvisor" else module for module, name in imports(path)]
    return {part for module in modules if (part := part_of(module)) and part != "__version__"}


@pytest.mark.parametrize("part", sorted(LEVELS))
def test_imports_go_one_way(part: str) -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {used}"
        for path in files(part)
        for used in used_parts(path)
        if used != part and LEVELS[used] >= LEVELS[part]
    ]
    assert wrong == []


def test_every_part_has_its_level() -> None:
    parts = {path.stem if path.is_file() else path.name for path in PACKAGE.iterdir()}
    assert parts - {"__init__", "__main__", "py", "__pycache__", "_packs"} <= set(LEVELS)


def room_of(part: str, pieces: tuple[str, ...]) -> str:
    """The room of a module, given as its path below the part: ("pci", "link") is in "pci"."""
    return pieces[0] if pieces and pieces[0] in ROOMS[part] else ""


def used_rooms(part: str, path: Path) -> set[str]:
    modules = (f"{module}.{name}".split(".") for module, name in imports(path))
    return {room_of(part, tuple(pieces[2:])) for pieces in modules if pieces[:2] == ["perfadvisor", part]}


@pytest.mark.parametrize("part", ROOMS)
def test_imports_between_rooms_go_one_way(part: str) -> None:
    levels = ROOMS[part]
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {used or 'the ground floor'}"
        for path in files(part)
        if (room := room_of(part, path.relative_to(PACKAGE / part).with_suffix("").parts)) in levels
        for used in used_rooms(part, path)
        if used != room and (levels.get(used, 0) >= levels[room] or APART.get((part, room)) == used)
    ]
    assert wrong == []


@pytest.mark.parametrize("part", ROOMS)
def test_every_room_has_its_level(part: str) -> None:
    places = [path.relative_to(PACKAGE / part) for path in files(part)]
    rooms = {place.parts[0] for place in places if len(place.parts) > 1}
    beside = {place.stem for place in places if len(place.parts) == 1} - {"__init__"} - set(ROOMS[part])
    assert rooms <= set(ROOMS[part])
    assert not beside or "" in ROOMS[part], f"in no room: {beside}"


@pytest.mark.parametrize("part", ROOMS)
def test_no_folder_is_too_full(part: str) -> None:
    folders = Counter(path.parent for path in files(part) if path.name != "__init__.py")
    assert {str(folder.relative_to(PACKAGE)): n for folder, n in folders.items() if n > MOST_MODULES} == {}


@pytest.mark.parametrize("part", PURE)
def test_pure_parts_touch_nothing(part: str) -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)} imports {module} {name}".rstrip()
        for path in files(part)
        for module, name in imports(path)
        if module.split(".")[0] in WORLD and (module, name) not in HARMLESS
        if (str(path.relative_to(PACKAGE)), module) != (NAMES_ERRORS, "os")
    ]
    assert wrong == []


@pytest.mark.parametrize("part", PURE)
def test_pure_parts_open_no_file_and_ask_no_clock(part: str) -> None:
    wrong = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in files(part)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        if (isinstance(node.func, ast.Name) and node.func.id in OPENS)
        or (isinstance(node.func, ast.Attribute) and node.func.attr in READS)
    ]
    assert wrong == []


def test_the_command_line_alone_prints() -> None:
    calls = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in PACKAGE.rglob("*.py")
        if "cli" not in path.relative_to(PACKAGE).parts and path.name not in MAY_PRINT
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert calls == []


HEAVY = {"pandas", "numpy", "scipy", "plotly", "pyroute2", "pydantic", "ruamel", "rich", "jinja2", "sqlalchemy"}
# Of the standard library: what click does without, and `--help` too. Only pathlib and what it imports take 7 % of it.
UNNEEDED = {"pathlib", "urllib", "ipaddress", "select", "subprocess", "dataclasses", "json", "tempfile", "logging"}


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["gate", "--help"], ["run", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    imported = {name.split(".")[0] for name in imported_by(arguments)}
    assert imported & (HEAVY | UNNEEDED) == set()
    assert "click" in imported


def test_advice_on_a_run_imports_no_readers_of_saved_outputs_nor_of_waivers() -> None:
    """They take a fifth of the command's time."""
    run = PACKAGE.parent / "tests" / "data" / "earlier" / "run-1"
    assert not {"perfadvisor.evidence.kinds", "perfadvisor.packs.waivers", "pandas", "plotly"} & (
        imported_by(["advise", str(run)])
    )


def imported_by(arguments: list[str]) -> set[str]:
    """The modules that this command imports."""
    code = (
        "import sys; before = set(sys.modules)\n"
        "from perfadvisor.start import main; sys.argv = ['perfadvisor', *sys.argv[1:]]\n"
        "try: main()\nexcept SystemExit as end: assert not end.code, end.code\n"
        "print('IMPORTED', *(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return set(done.stdout.rpartition("IMPORTED ")[2].split())


def test_the_formatter_has_few_exceptions() -> None:
    """`fmt: skip` is for tables that are clearer by hand."""
    root = PACKAGE.parent
    paths = [path for part in ("perfadvisor", "tests", "benchmarks") for path in (root / part).rglob("*.py")]
    assert sum(path.read_text().count("  # fmt: skip\n") for path in paths) <= MOST_UNFORMATTED
