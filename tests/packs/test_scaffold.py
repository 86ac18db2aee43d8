"""New files of rules and workloads: good but for what they name as still to be written."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from perfadvisor.cli.rules import command as rules
from perfadvisor.cli.workloads import command as workloads
from perfadvisor.errors import InputError
from perfadvisor.packs.problems import PackError
from perfadvisor.packs.rules import load_rules
from perfadvisor.packs.workloads import load_workloads


def call(command, *arguments: object) -> str:
    done = CliRunner().invoke(command, [str(each) for each in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def written(file: Path) -> None:
    """The file as somebody would finish it."""
    file.write_text(file.read_text().replace("TODO ", ""))


def test_a_new_rule_passes_but_for_its_gaps(tmp_path) -> None:
    file = Path(call(rules, "new", "nic-ring-tiny", "-o", tmp_path / "mine").strip())
    with pytest.raises(PackError) as caught:
        load_rules([tmp_path / "mine"])
    gaps = [number for number, line in enumerate(file.read_text().split("\n"), 1) if "TODO" in line][2:]
    assert {problem.message for problem in caught.value.problems} == {"still to be written: it begins with TODO"}
    assert len(caught.value.problems) == file.read_text().count("TODO ") - 1 >= 6 and len(gaps) >= 5
    written(file)
    assert "no mistake found" in call(rules, "lint", "--rules", tmp_path / "mine")
    assert "all as expected" in call(rules, "test", "--rules", tmp_path / "mine")


@pytest.mark.parametrize("name", ["storage/mine", "network/mine", "memory/mine"])
def test_a_new_workload_passes_but_for_its_gaps(tmp_path, name: str) -> None:
    file = Path(call(workloads, "new", name, "-o", tmp_path / "mine").strip())
    with pytest.raises(PackError) as caught:
        load_workloads([tmp_path / "mine"])
    assert [problem.message for problem in caught.value.problems] == ["still to be written: it begins with TODO"] * 2
    written(file)
    assert load_workloads([tmp_path / "mine"])[name].runtime_s == 10


@pytest.mark.parametrize(("command", "name"), [(rules, "Bad Name"), (workloads, "nowhere/mine"), (workloads, "mine")])
def test_a_name_that_no_file_may_have(tmp_path, command, name: str) -> None:
    with pytest.raises(InputError, match="cannot be the name of a"):
        CliRunner().invoke(command, ["new", name, "-o", str(tmp_path)], catch_exceptions=False)
    assert list(tmp_path.iterdir()) == []


def test_what_is_there_already_stays(tmp_path) -> None:
    file = Path(call(rules, "new", "mine-1", "-o", tmp_path).strip())
    file.write_text("mine")
    with pytest.raises(InputError, match="exists already"):
        CliRunner().invoke(rules, ["new", "mine-1", "-o", str(tmp_path)], catch_exceptions=False)
    assert file.read_text() == "mine"
