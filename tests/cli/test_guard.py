"""What a shell sees of a command whose reader went away."""

import subprocess
import sys

import pytest

from perfadvisor.cli.group import telling_closed_output
from perfadvisor.errors import MeasureError

SCRIPT = "set -o pipefail; {python} -m perfadvisor {command} | {reader}"


def shell(command: str, reader: str) -> subprocess.CompletedProcess[str]:
    script = SCRIPT.format(python=sys.executable, command=command, reader=reader)
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("command", ["--help", "rules list"])
def test_a_reader_that_reads_everything_changes_nothing(command: str) -> None:
    done = shell(command, "cat")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout


@pytest.mark.parametrize("command", ["--help", "--version", "rules list", "facts --help"])
def test_a_reader_that_goes_away_is_a_closed_pipe_and_no_verdict(command: str) -> None:
    """128 + SIGPIPE, as of any program of Unix; 1 would be the gate's "regression", 0 its "good"."""
    done = shell(command, "true")
    assert (done.returncode, done.stderr) == (141, "")


def test_a_broken_pipe_elsewhere_is_no_closed_output(capsys: pytest.CaptureFixture[str]) -> None:
    def write_to_a_dead_program() -> None:
        raise BrokenPipeError(32, "Broken pipe")

    with capsys.disabled(), pytest.raises(MeasureError, match="broken pipe"), telling_closed_output():
        write_to_a_dead_program()
