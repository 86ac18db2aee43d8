"""The one door to other programs: argv in, a complete story of what happened out.

Nothing started here outlives perfadvisor: see `keeper.py`, which stands between. Output goes to unnamed temporary
files, so that a tool is never slowed by a full pipe and nothing is left on disk after a kill.
"""

import contextlib
import os
import select
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from perfadvisor.errors import CutOffError, MeasureError
from perfadvisor.targets.base import Command, Completed
from perfadvisor.targets.here import keeper

MAX_OUTPUT_BYTES = 64 << 20  # fio's JSON of 128 jobs with latency histograms is about 10 MiB
TIMED_OUT = 124  # as timeout(1) has it
ADMIN_PATHS = ("/usr/local/sbin", "/usr/sbin", "/sbin")
PACKAGES = {"ip": "iproute2", "cc": "gcc", "blkid": "util-linux", "wipefs": "util-linux", "nsenter": "util-linux"}
CHECK_EVERY_S = 1.0
WATCHERS: list[Callable[[str], None]] = []  # hear of each program that is started


def run(command: Command) -> Completed:
    """Run to the end or the time-out. MeasureError where the program is not installed or writes without end, and where
    its device is gone.

    An interrupt ends the program and everything it forked before it goes on to the caller."""
    server = serve(command)
    try:
        timed_out = not server.wait(command.timeout_s)
    finally:
        completed = server.stop()
    if not timed_out:
        return completed
    return Completed(
        command=command,
        returncode=TIMED_OUT,
        stdout=completed.stdout,
        stderr=completed.stderr,
        duration_s=completed.duration_s,
        timed_out=True,
    )


def serve(command: Command) -> "LocalServer":
    """Start the program and return at once. MeasureError where it is not installed."""
    environment = _environment(command)
    _require(command.argv[0], environment["PATH"])
    for watcher in WATCHERS:
        watcher(shlex.join(command.argv))
    with contextlib.ExitStack() as undo:
        stdout, stderr = (undo.enter_context(tempfile.TemporaryFile()) for _ in range(2))
        lifeline, status = _pipe(undo), _pipe(undo)
        argv = [sys.executable, "-I", "-S", keeper.__file__, str(lifeline.reading), str(status.writing), "--"]
        held = _pipe(undo) if command.hold_stdin else None
        with _stdin(command.stdin) if held is None else open(held.reading, "rb", buffering=0) as stdin:  # noqa: PTH123
            process = subprocess.Popen(
                [*argv, *command.argv],
                stdin=stdin,
                stdout=stdout,
                stderr=stderr,
                env=environment,
                pass_fds=(lifeline.reading, status.writing),
                start_new_session=True,
            )
        started = time.monotonic()
        os.close(lifeline.reading)
        os.close(status.writing)
        undo.pop_all()
    return LocalServer(
        command, process, stdout, stderr, lifeline.writing, status.reading, started, held.writing if held else None
    )


@dataclass
class LocalServer:
    """A program that runs beside perfadvisor; `pid` is its process id, or 0 where it could not be started."""

    command: Command
    _keeper: "subprocess.Popen[bytes]"
    _stdout: IO[bytes]
    _stderr: IO[bytes]
    _lifeline: int
    _status: int
    _started: float
    _held: int | None = None
    _ended: float | None = None
    _completed: Completed | None = None
    _pid: int | None = field(default=None)

    @property
    def pid(self) -> int:
        """The program's own process id, known a few milliseconds after the start."""
        if self._pid is None:
            said = os.read(self._status, 32)
            self._pid = int(said) if said.strip().isdigit() else 0
        return self._pid

    def wait(self, timeout_s: float) -> bool:
        """Whether the program ended by itself within the time; sleeps in the kernel meanwhile."""
        deadline = time.monotonic() + timeout_s
        while True:
            left = deadline - time.monotonic()
            if select.select([self._status], [], [], max(0.0, min(left, CHECK_EVERY_S)))[0]:
                if self._pid is None and self.pid:
                    continue
                self._ended = time.monotonic()
                return True
            if left <= 0:
                return False
            self._check_output()
            if why := self.command.gone():
                raise CutOffError(why)

    def running(self) -> bool:
        """Whether the program still runs."""
        return self._completed is None and not self.wait(0)

    def stop(self) -> Completed:
        """End the program and everything it forked, and say what came of it; may be called again."""
        if self._completed is None:
            os.close(self._lifeline)
            code = self._keeper.wait()
            duration = (self._ended or time.monotonic()) - self._started
            out, err = (_contents(file) for file in (self._stdout, self._stderr))
            os.close(self._status)
            if self._held is not None:
                os.close(self._held)
            self._completed = Completed(
                command=self.command, returncode=code, stdout=out, stderr=err, duration_s=duration
            )
        return self._completed

    def _check_output(self) -> None:
        for file in (self._stdout, self._stderr):
            if os.fstat(file.fileno()).st_size > MAX_OUTPUT_BYTES:
                program, mebibytes = self.command.argv[0], MAX_OUTPUT_BYTES >> 20
                raise MeasureError(f"{program} wrote more than {mebibytes} MiB and was stopped")


@dataclass(frozen=True)
class _Pipe:
    reading: int
    writing: int


def _pipe(undo: contextlib.ExitStack) -> _Pipe:
    """A pipe; after a failure its ends are closed, whichever still are open."""
    pipe = _Pipe(*os.pipe())
    for descriptor in (pipe.reading, pipe.writing):
        undo.callback(_close_if_open, descriptor)
    return pipe


def _close_if_open(descriptor: int) -> None:
    with contextlib.suppress(OSError):
        os.close(descriptor)


def _stdin(data: bytes) -> IO[bytes]:
    if not data:
        return Path(os.devnull).open("rb")
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the caller closes it)
    file.write(data)
    file.seek(0)
    return file


def _contents(file: IO[bytes]) -> bytes:
    with file:
        file.seek(0)
        return file.read(MAX_OUTPUT_BYTES)


def _environment(command: Command) -> dict[str, str]:
    """Ours with the C locale, the administrator's directories on the PATH, and what the command adds."""
    environment = {name: text for name, text in os.environ.items() if name != "LANGUAGE"}
    known = environment.get("PATH", os.defpath).split(os.pathsep)
    environment["PATH"] = os.pathsep.join([*known, *(path for path in ADMIN_PATHS if path not in known)])
    return environment | {"LC_ALL": "C"} | dict(command.environment)


def _require(program: str, path: str) -> None:
    if shutil.which(program, path=path) is None:
        package = PACKAGES.get(program, program)
        raise MeasureError(f"{program} is not installed", f"on Debian and Ubuntu: apt install {package}")


def installed(program: str) -> bool:
    """Whether `run` would find the program."""
    return shutil.which(program, path=_environment(Command(argv=(program,), timeout_s=1))["PATH"]) is not None


@dataclass(frozen=True)
class DetachedProcess:
    """The one kind of program meant to outlive us: its standard input ends when we do."""

    _process: "subprocess.Popen[bytes]"

    def let_go(self) -> None:
        """Tell it that we are done, and wait for its end."""
        assert self._process.stdin is not None, "started with a pipe"
        self._process.stdin.close()
        self._process.wait()


def detached(module: str, *arguments: str) -> DetachedProcess:
    """Start one of our own modules so that it sees the end of this process."""
    package = str(Path(__file__).resolve().parents[3])
    path = os.pathsep.join(filter(None, (package, os.environ.get("PYTHONPATH"))))
    return DetachedProcess(
        subprocess.Popen(
            [sys.executable, "-S", "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            start_new_session=True,
            env=os.environ | {"PYTHONPATH": path},
        )
    )
