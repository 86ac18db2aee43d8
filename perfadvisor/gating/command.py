"""One fresh run of a user's own benchmark: its command in a checkout, and the rows it wrote."""

import os
import shlex
import tempfile
from pathlib import Path

from perfadvisor.errors import InputError
from perfadvisor.gating.rows import read_side
from perfadvisor.model.gate import Runs, Side
from perfadvisor.targets.base import Command
from perfadvisor.targets.here import process, secrets

CSV_VARIABLE = "PERFADVISOR_CSV"
TAIL_CHARACTERS = 400


def measure_command(command: str, checkout: Path, timeout_s: float) -> Side:
    """Run a benchmark's command in a checkout, and read the rows it wrote to the file PERFADVISOR_CSV names.
    InputError where it is not a command, fails, runs over or writes no usable rows: a change that breaks it must
    not pass for undecided."""
    side, _ = _measured(command, checkout, timeout_s)
    if side is None:
        raise InputError(f"{shown(command)} in {checkout} wrote nothing to ${CSV_VARIABLE}", "see the guide")
    return side


def timed_command(command: str, directory: Path, timeout_s: float) -> Side:
    """The same for any command: one that writes no rows is measured by the seconds it takes."""
    side, seconds = _measured(command, directory, timeout_s)
    if side is not None:
        return side
    runs = Runs(workload="command", metric="time", unit="s", better="lower", values=(seconds,))
    return Side(name=shown(command), runs={runs.key: runs})


def _measured(command: str, checkout: Path, timeout_s: float) -> tuple[Side | None, float]:
    """The rows that one run wrote, None where it wrote none, and the seconds it took."""
    words = _words(command)
    with tempfile.TemporaryDirectory(prefix="perfadvisor-") as folder:
        rows = Path(folder) / "rows.csv"
        argv = ("env", f"--chdir={checkout.resolve()}", *words)
        done = process.run(Command(argv=argv, timeout_s=timeout_s, environment={**os.environ, CSV_VARIABLE: str(rows)}))
        if done.returncode != 0:
            said = secrets.in_line(done.stderr.decode("utf-8", "replace").strip()[-TAIL_CHARACTERS:])
            why = f"ran over {timeout_s:g} s" if done.timed_out else f"exit code {done.returncode}"
            told = f"{why}: {said}" if said else why
            raise InputError(f"{shown(command)} in {checkout}: {told}", "run it there by hand first")
        return (read_side(rows) if rows.is_file() else None), done.duration_s


def shown(command: str) -> str:
    """The command as it may be printed and kept: without passwords and tokens among its words."""
    words = _words(command)
    private = secrets.in_arguments(words)
    return command if private == words else shlex.join(private)


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise InputError(f"--cmd {command!r}: {error}", "quote it as a shell would want it") from None
    if not words:
        raise InputError("--cmd is empty", "give the benchmark's command")
    return words
