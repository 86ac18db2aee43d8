"""The structure docs/architecture.md promises: imports go one way, pure code stays pure, starting up stays light."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "perfadvisor"

# Lower may not import higher; parts with the same number are neighbours and may not import each other.
LEVELS = {
    "errors": 0,
    "durations": 1,
    "formatting": 1.5,
    "plaintext": 1,
    "model": 1,
    "facts": 2,
    "tools": 2,
    "analyse": 2,
    "plan": 2,
    "expand": 2,
    "targets": 3,
    "dmabench": 3,
    "packs": 3,
    "bundle": 3,
    "store": 3,
    "doctor": 4,
    "runner": 4,
    "snapshotting": 3.5,
    "importer": 4,
    "report": 5,
    "judge": 6,
    "gating": 6.5,
    "reading": 6.5,
    "cli": 7,
}
PURE = ("errors", "model", "facts", "tools", "analyse", "plan", "expand")
WORLD = {"subprocess", "os", "shutil", "socket", "tempfile", "time", "pathlib", "urllib", "multiprocessing", "random"}
# Neighbours that need each other, each with its reason.
ALLOWED = {
    ("bundle", "targets"): "a run's snapshots are stored by the one writer of snapshot files",
    ("dmabench", "targets"): "the compiler is started through the one door to subprocess",
    ("targets", "dmabench"): "containers and far machines are given the program with the other tools",
}
# Words of the standard library that touch nothing: PurePosixPath, os.path-free helpers and the like go by name.
HARMLESS = {("pathlib", "PurePosixPath"), ("random", "Random"), ("pathlib", "Path")}
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
        if used != part and LEVELS[used] >= LEVELS[part] and (part, used) not in ALLOWED
    ]
    assert wrong == []


def test_every_part_has_its_level() -> None:
    parts = {path.stem if path.is_file() else path.name for path in PACKAGE.iterdir()}
    assert parts - {"__init__", "__main__", "py", "__pycache__", "_packs"} <= set(LEVELS)


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


def test_the_command_line_alone_prints() -> None:
    calls = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in PACKAGE.rglob("*.py")
        if "cli" not in path.relative_to(PACKAGE).parts and path.name not in MAY_PRINT
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert calls == []


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["gate", "--help"], ["run", "--help"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    code = (
        "import sys; from perfadvisor.cli import main; sys.argv = ['perfadvisor', *sys.argv[1:]]\n"
        "try: main()\nexcept SystemExit as end: assert not end.code, end.code\n"
        "heavy = {'pandas', 'numpy', 'scipy', 'plotly', 'pyroute2', 'pydantic', 'ruamel', 'rich', 'jinja2',\n"
        "         'sqlalchemy'}\n"
        "print('HEAVY', sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("HEAVY []\n")
