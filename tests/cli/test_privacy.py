"""What commands write is the user's alone, also where the umask lets others read."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from perfadvisor.cli.output import write_text
from perfadvisor.errors import InputError
from perfadvisor.store.database import Database

FIO = Path(__file__).parent.parent / "data" / "fio" / "randread-qd32.json"


@pytest.fixture
def open_umask():
    before = os.umask(0o022)
    yield
    os.umask(before)


def perfadvisor(*arguments: object, folder: Path) -> str:
    argv = [sys.executable, "-m", "perfadvisor", *map(str, arguments)]
    done = subprocess.run(argv, cwd=folder, capture_output=True, text=True, umask=0o022)
    assert done.returncode in (0, 3), done.stderr
    return done.stdout + done.stderr


def readable_by_others(folder: Path) -> list[str]:
    found = [path for path in folder.rglob("*") if not path.is_symlink()]
    assert found
    return [
        f"{path.relative_to(folder)} {path.stat().st_mode & 0o777:o}" for path in found if path.stat().st_mode & 0o077
    ]


@pytest.mark.commands
def test_nothing_that_commands_write_can_be_read_by_others(tmp_path: Path) -> None:
    perfadvisor("import", FIO, "-o", "run", folder=tmp_path)
    listed = perfadvisor("snapshot", "-o", "host.tar.gz", folder=tmp_path)
    perfadvisor("report", "run", "-o", "page.html", folder=tmp_path)
    for ending in ("csv", "json"):
        perfadvisor("export", "run", "-o", f"figures.{ending}", folder=tmp_path)
    perfadvisor("history", "ingest", "run", "--db", "history.sqlite", folder=tmp_path)
    gate = ("gate", "--baseline", "figures.csv", "--candidate", "figures.csv")
    perfadvisor("export", "run", "--for-gate", "-o", "figures.csv", folder=tmp_path)
    perfadvisor(*gate, "--junit", "a.xml", "--markdown", "a.md", "--json", "a.json", folder=tmp_path)
    assert len(list(tmp_path.iterdir())) == 9
    assert readable_by_others(tmp_path) == []
    assert "The archive carries:" in listed


@pytest.mark.commands
def test_a_snapshot_can_be_listed_without_being_written(tmp_path: Path) -> None:
    said = perfadvisor("snapshot", "--list", "-o", "host.tar.gz", folder=tmp_path)
    assert "/proc/meminfo\n" in said
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path: Path, open_umask) -> None:
    file = tmp_path / "page.html"
    write_text(file, "one")
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)
    write_text(file, "two")
    assert (file.read_text(), file.stat().st_mode & 0o777) == ("two", 0o644)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_planted_link_is_not_followed_by_the_temporary_file(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    canary.write_text("alive")
    (tmp_path / f".page.html.{os.getpid()}").symlink_to(canary)
    write_text(tmp_path / "page.html", "page")
    assert canary.read_text() == "alive"


def test_a_history_that_cannot_be_filled_leaves_no_file(tmp_path: Path) -> None:
    place = tmp_path / "history.sqlite"
    with pytest.raises(InputError), Database(str(place)).writing():
        raise InputError("broken input")
    assert not place.exists()


@pytest.mark.parametrize("parent", ["missing/deeper", "file/deeper"])
def test_an_error_names_the_file_asked_for_and_no_temporary_one(tmp_path: Path, parent: str) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError) as caught:
        write_text(tmp_path / parent / "page.html", "text")
    assert str(tmp_path / parent / "page.html") in str(caught.value)
    assert "/.page.html" not in str(caught.value)
