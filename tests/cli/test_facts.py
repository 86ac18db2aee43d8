"""`perfadvisor facts` on trees, snapshots and files, through the real entry point."""

import json
import subprocess
import sys
from pathlib import Path

import pytest


def facts(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "perfadvisor", "facts", *arguments], capture_output=True, text=True)


def tree(folder: Path) -> Path:
    (folder / "sys/devices/system/node/node0").mkdir(parents=True)
    (folder / "sys/devices/system/node/online").write_text("0\n")
    (folder / "sys/devices/system/node/node0/cpulist").write_text("0-3\n")
    return folder


def test_json_has_the_published_shape(tmp_path: Path) -> None:
    done = facts(str(tree(tmp_path)), "--format", "json")
    told = json.loads(done.stdout)
    assert set(told) == {"facts", "unreadable"}
    found = {(fact["name"], fact["subject"]): fact for fact in told["facts"]}
    assert found["node.cpu_count", "0"]["value"] == 4
    assert found["numa.node_count", ""]["source"].startswith("/sys/devices/system/node")
    assert all(set(fact) == {"name", "subject", "value", "unit", "source"} for fact in told["facts"])


def test_absent_facts_are_listed_when_asked(tmp_path: Path) -> None:
    told = json.loads(facts(str(tree(tmp_path)), "--format", "json", "--absent").stdout)
    assert {"name": "cpu.model_name", "subject": ""}.items() <= next(
        fact for fact in told["absent"] if fact["name"] == "cpu.model_name"
    ).items()


def test_table_shows_name_value_and_source(tmp_path: Path) -> None:
    done = facts(str(tree(tmp_path)), "--name", "node.cpu_count")
    assert done.stdout.split()[:3] == ["node.cpu_count", "[0]", "4"]


@pytest.mark.parametrize("content", [b"", b"hello\n", b"\x00" * 100, b"\x1f\x8bnot gzip"])
def test_unknown_files_are_one_line_and_exit_2(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x").write_bytes(content)
    done = facts(str(tmp_path / "x"))
    assert done.returncode == 2
    assert done.stderr.startswith("perfadvisor: ") and "Traceback" not in done.stderr


def test_missing_file() -> None:
    done = facts("/nowhere/at/all")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no such file" in done.stderr


@pytest.mark.shared
def test_every_file_of_real_machines_is_read_or_refused_in_one_line(shared_data: Path) -> None:
    from perfadvisor.errors import InputError
    from perfadvisor.reading import read

    machines = shared_data / "machines"
    folders = ("fio", "iperf", "ethtool", "lspci", "text", "generated_here")
    paths = [path for folder in folders for path in (machines / folder).iterdir() if path.suffix != ".md"]
    unread = set()
    for path in paths:
        try:
            assert read(path)[0].facts is not None
        except InputError:
            unread.add(path.name)
    assert unread <= {"cpupower_insights.txt", "interrupts_insights_int_invalid_1.txt"}


def test_a_foreign_tree_cannot_drive_the_terminal(tmp_path: Path) -> None:
    """Nor add lines of its own, nor stop the listing with bytes that are no text."""
    where = tree(tmp_path) / "proc" / "sys" / "kernel"
    where.mkdir(parents=True)
    (where / "hostname").write_bytes(b"x\x1b]0;owned\x07\x1b[2J\ny forged\xff\n")
    done = facts(str(tmp_path), "--absent")
    assert done.returncode == 0, done.stderr
    assert "kernel.hostname" in done.stdout
    assert all(line.isprintable() for line in done.stdout.split("\n"))
    assert not any(line.startswith("y forged") for line in done.stdout.split("\n"))


def test_the_beginning_of_a_name_that_no_fact_has_is_an_error(tmp_path: Path) -> None:
    done = facts(str(tree(tmp_path)), "--name", "nix.")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no fact's name starts with 'nix.'" in done.stderr and "did you mean nic.?" in done.stderr


def test_that_nothing_read_here_has_such_a_fact_is_said(tmp_path: Path) -> None:
    done = facts(str(tree(tmp_path)), "--name", "nic.")
    assert done.returncode == 0
    assert "nothing read here has a fact whose name starts with nic." in done.stderr


SNAPSHOT = Path(__file__).resolve().parent.parent / "data" / "planted" / "far-interrupts.tar.gz"


def test_eval_answers_for_each_subject_with_the_values() -> None:
    done = facts(str(SNAPSHOT), "--eval", "nic.mtu < 9000 and nic.ring_rx < nic.ring_rx_max")
    assert done.returncode == 0, done.stderr
    assert "ens6: " in done.stdout and "nic.mtu [ens6] = 1,500" in done.stdout
    assert "nic.ring_rx < nic.ring_rx_max" in done.stdout


def test_eval_refuses_what_is_no_condition() -> None:
    done = facts(str(SNAPSHOT), "--eval", "nic.mtuu < 9000")
    assert done.returncode == 2 and "did you mean `nic.mtu`" in done.stderr
