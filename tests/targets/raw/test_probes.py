"""wipefs and blkid are believed only after they found a signature that was written for them."""

import os
from pathlib import Path

import pytest

from perfadvisor.targets.raw import probes


@pytest.fixture
def tools(tmp_path, monkeypatch):
    """Puts programs of our own in front of the real ones."""
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)

    def put(name: str, script: str) -> None:
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o700)

    return put


def scratch(path: Path) -> str:
    path.write_bytes(probes.SCRATCH.ljust(probes.SCRATCH_BYTES, b"\0"))
    return str(path)


def test_both_find_the_signature_in_the_test_file(tmp_path) -> None:
    assert probes.self_test() == ()
    assert list(probes.signatures(scratch(tmp_path / "x"))) == ["swap signature found"] * 2


@pytest.mark.parametrize("tool", ["wipefs", "blkid"])
@pytest.mark.parametrize("script", ["exit 0", "echo", "exit 2", "exec cat /dev/null", "echo TYPE=ext4"])
def test_a_tool_that_sees_nothing_is_not_believed(tools, tmp_path, tool, script) -> None:
    tools(tool, script)
    (tmp_path / "x").write_bytes(bytes(1 << 20))
    assert any(f"{tool} does not find the signature" in word for word in probes.signatures(str(tmp_path / "x")))


def test_a_missing_tool_is_a_reason(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("perfadvisor.targets.here.process.ADMIN_PATHS", ())
    monkeypatch.setenv("PATH", str(tmp_path))
    (word,) = probes.signatures("/dev/null")
    assert word == "its signatures cannot be read: wipefs is not installed"


REAL = {"wipefs": "/usr/sbin/wipefs", "blkid": "/usr/sbin/blkid"}


@pytest.mark.parametrize("tool", REAL)
def test_an_exit_code_on_the_device_is_a_reason(tools, tmp_path, tool) -> None:
    """The real tool for the test file, a failing one for the device."""
    tools(tool, f'case "$*" in *device*) echo "probing: bad" >&2; exit 4;; esac\nexec {REAL[tool]} "$@"')
    (tmp_path / "device").write_bytes(bytes(1 << 20))
    assert list(probes.signatures(str(tmp_path / "device"))) == [f"{tool} cannot read it: probing: bad"]


@pytest.mark.parametrize("tool", REAL)
def test_a_silent_exit_code_is_a_reason_too(tools, tmp_path, tool) -> None:
    tools(tool, f'case "$*" in *device*) exit 8;; esac\nexec {REAL[tool]} "$@"')
    (tmp_path / "device").write_bytes(bytes(1 << 20))
    assert list(probes.signatures(str(tmp_path / "device"))) == [f"{tool} cannot read it: exit code 8"]
