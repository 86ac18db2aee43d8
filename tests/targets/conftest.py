"""Running our own code as an ordinary user, when the tests run as root."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import perfadvisor

SYSTEM_PYTHON = "/usr/bin/python3"
NOBODY = 65534


@pytest.fixture(scope="session")
def as_nobody() -> Iterator[tuple[str, ...]]:
    """The start of a command line for a Python without any right that can import perfadvisor. It gets its own copy of
    the package, because neither this interpreter nor this checkout need be readable for others."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    copy = Path(tempfile.mkdtemp(prefix="perfadvisor-"))
    try:
        copy.chmod(0o755)
        shutil.copytree(Path(perfadvisor.__file__).parent, copy / "perfadvisor")
        drop = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs")
        argv = (*drop, "env", f"PYTHONPATH={copy}", "HOME=/nonexistent", SYSTEM_PYTHON)
        probe = subprocess.run([*argv, "-c", "import perfadvisor.targets.here.process"], capture_output=True, text=True)
        if probe.returncode:
            pytest.skip(f"no Python for an ordinary user here: {probe.stderr.strip().splitlines()[-1]}")
        yield argv
    finally:
        shutil.rmtree(copy)
