"""dmabench as users get it, with sanitizers, and as a library whose functions are called one by one."""

import ctypes
import json
import subprocess
from pathlib import Path

import pytest

from perfadvisor.targets.here import dmabench_build as build


def compiled(target, *flags):
    done = build.compile_to(build.find_compiler(), target, ("-std=c11", "-g", "-pthread", *flags))
    assert done.returncode == 0, done.stderr.decode()
    return target


@pytest.fixture(scope="session")
def program(tmp_path_factory):
    return build.program(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def sanitized(tmp_path_factory):
    """Ends with an error at the first mistake in the use of memory and the first undefined operation."""
    checks = ("-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer")
    return compiled(tmp_path_factory.mktemp("sanitized") / "dmabench", *checks)


@pytest.fixture(scope="session")
def library(tmp_path_factory):
    made = compiled(tmp_path_factory.mktemp("library") / "dmabench.so", "-O1", "-shared", "-fPIC", "-Wl,-Bsymbolic")
    return ctypes.CDLL(str(made))


@pytest.fixture(scope="session")
def call():
    """Run a program: (exit code, its JSON or None, its stderr)."""

    def run(path: Path, *words, **more):
        done = subprocess.run([path, *words], capture_output=True, text=True, timeout=120, **more)
        return done.returncode, json.loads(done.stdout) if done.stdout.startswith("{") else None, done.stderr

    return run
