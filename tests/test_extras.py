"""Hints about optional packages name what pyproject.toml declares, and a command that works where perfadvisor runs."""

import sys
import tomllib
import zipfile
from pathlib import Path

from perfadvisor.extras import EXTRAS, how_to_add

ROOT = Path(__file__).resolve().parent.parent


def test_the_table_is_that_of_the_project_file() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert {name: tuple(packages) for name, packages in declared.items()} == EXTRAS


def test_the_hint_names_this_python_and_the_packages() -> None:
    assert how_to_add("postgres") == f"{sys.executable} -m pip install 'psycopg[binary]>=3.1'"


def test_no_hint_asks_a_registry_for_perfadvisor() -> None:
    sources = [*(ROOT / "perfadvisor").rglob("*.py"), *(ROOT / "docs").rglob("*.md"), ROOT / "README.md"]
    wrong = [str(path) for path in sources if path.name != "extras.py" and "perfadvisor[" in path.read_text()]
    assert wrong == []


def test_pipx_keeps_its_own_environments(monkeypatch) -> None:
    monkeypatch.setattr(sys, "prefix", "/home/me/.local/share/pipx/venvs/perfadvisor")
    assert how_to_add("vm") == "pipx inject perfadvisor 'virtme-ng>=1.30'"


def test_the_single_file_looks_elsewhere(monkeypatch, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "perfadvisor.pyz", "w") as file:
        file.writestr("x", "")
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "perfadvisor.pyz")])
    assert "--target" in how_to_add("parquet") and "PYTHONPATH" in how_to_add("parquet")
