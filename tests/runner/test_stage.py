"""The test file is written, and with it whatever others left to be written to its file system."""

import subprocess
from pathlib import Path

import pytest

from perfadvisor.errors import MeasureError
from perfadvisor.packs.workloads import load_workloads
from perfadvisor.runner import stage
from perfadvisor.targets.base import Command, Completed
from perfadvisor.targets.here.local import LocalTarget

pytestmark = pytest.mark.tools
READS = load_workloads()["storage/randread-4k-qd1"]


class Recorded(LocalTarget):
    """Writes down what it is asked to run; `lacks` is not installed on it."""

    def __init__(self, lacks: str = "") -> None:
        super().__init__()
        self.ran: list[tuple[str, ...]] = []
        self._lacks = lacks

    def run(self, command: Command) -> Completed:
        self.ran.append(tuple(command.argv))
        if command.argv[0] == self._lacks:
            raise MeasureError(f"{self._lacks} is not installed")
        return super().run(command)


def test_what_others_left_to_be_written_is_written_before_the_first_trial(tmp_path: Path) -> None:
    target, file = Recorded(), str(tmp_path / "data")
    stage._write(target, READS, 1 << 20, "", file)
    assert [argv[0] for argv in target.ran] == ["fio", "sync"]
    assert target.ran[-1] == ("sync", "-f", file)
    assert Path(file).stat().st_size == 1 << 20
    assert subprocess.run(["sync", "-f", file], check=False).returncode == 0, "such an option is there"


def test_an_environment_without_that_program_is_measured_all_the_same(tmp_path: Path) -> None:
    stage._write(Recorded(lacks="sync"), READS, 1 << 20, "", str(tmp_path / "data"))
    assert (tmp_path / "data").stat().st_size == 1 << 20


def test_a_file_that_cannot_be_written_is_still_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no directory")
    with pytest.raises(MeasureError, match="could not be written"):
        stage._write(LocalTarget(), READS, 1 << 20, "", str(tmp_path / "file" / "data"))
