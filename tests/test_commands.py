"""Commands are printed as they can be typed where the program was started."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from perfadvisor.commands import COMMANDS, as_typed

SAID = "finish it with: perfadvisor run --resume out/1; perfadvisor never did"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """The program as an environment of Python holds it: a file that its own interpreter runs."""
    file = tmp_path / "bin" / "perfadvisor"
    file.parent.mkdir()
    file.write_text(f"#!{sys.executable}\nfrom perfadvisor.start import main\nmain()\n")
    file.chmod(0o755)
    return file


def test_a_program_that_is_found_by_its_name_is_called_by_it(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(program.parent))
    monkeypatch.setattr(sys, "argv", [str(program), "run"])
    assert as_typed(SAID) == SAID


@pytest.mark.parametrize("path", ["", "/nowhere"])
def test_where_the_name_is_not_found_the_path_stands(program: Path, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", path)
    monkeypatch.setattr(sys, "argv", [str(program), "run"])
    assert as_typed(SAID) == f"finish it with: {program} run --resume out/1; perfadvisor never did"


def test_another_program_of_that_name_is_not_meant(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "perfadvisor"
    other.write_bytes(program.read_bytes())
    other.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "argv", [str(program)])
    assert as_typed("perfadvisor doctor") == f"{program} doctor"


@pytest.mark.parametrize(
    ("started", "typed"),
    [
        ("/usr/lib/perfadvisor/__main__.py", f"{sys.executable} -m perfadvisor doctor"),
        ("perfadvisor.pyz", f"{sys.executable} perfadvisor.pyz doctor"),
        ("./perfadvisor.pyz", "./perfadvisor.pyz doctor"),
        ("/my files/perfadvisor", "'/my files/perfadvisor' doctor"),
        ("/usr/bin/jupyter", "perfadvisor doctor"),
    ],
)
def test_however_it_was_started(started: str, typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", [started])
    monkeypatch.setenv("PATH", "")
    assert as_typed("perfadvisor doctor") == typed


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_known_and_no_path_is_changed(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["/x/perfadvisor"])
    monkeypatch.setenv("PATH", "")
    assert as_typed(f"perfadvisor {command}") == f"/x/perfadvisor {command}"
    assert as_typed(f"/y/perfadvisor {command}") == f"/y/perfadvisor {command}"


@pytest.mark.parametrize(
    "arguments", ["rules show nosuch", "advise nosuch", "run nosuch/*", "run --nosuch", "environments show nosuch"]
)
def test_the_next_step_can_be_pasted(program: Path, arguments: str) -> None:
    done = subprocess.run(
        ["bin/perfadvisor", *arguments.split()],
        cwd=program.parent.parent,
        env=os.environ | {"PATH": "/usr/bin:/bin", "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
    )
    hint = done.stderr.partition("  next: ")[2]
    assert done.returncode == 2
    assert "perfadvisor" not in hint.replace("bin/perfadvisor ", "")
