"""Debian's tuned on a stage, for as long as asked: its daemon, started by hand on the side that is measured.

It runs without a bus, in the stage's own namespaces, so that it sees the interface and the settings that were planted.
Where it ends it puts back what it changed."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.exam.fixing import NoFixError
from tests.exam.stages.stage import Stage

APPLIED, SECONDS = "static tuning from profile", 20.0


def recommended() -> str:
    """The profile that tuned itself would take here. NoFixError where it is not installed."""
    if not shutil.which("tuned-adm"):
        raise NoFixError("tuned is not installed")
    return subprocess.run(("tuned-adm", "recommend"), capture_output=True, text=True, timeout=60).stdout.strip()


@contextlib.contextmanager
def tuned(stage: Stage, profile: str) -> Iterator[None]:
    """The profile in force. NoFixError where the daemon does not say that it is."""
    with tempfile.NamedTemporaryFile() as log:
        argv = (*stage.near, "tuned", "--no-dbus", "--profile", profile)
        process = subprocess.Popen(argv, stdout=log, stderr=log, start_new_session=True)
        try:
            _wait(process, Path(log.name))
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(timeout=SECONDS)


def _wait(process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + SECONDS
    while APPLIED not in log.read_text(errors="replace"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise NoFixError(f"tuned did not apply its profile: {log.read_text(errors='replace')[-300:]}")
        time.sleep(0.05)
