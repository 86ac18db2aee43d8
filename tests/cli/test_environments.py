"""What is mistyped is refused before anything is opened; the kinds of environment show themselves."""

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
from click.testing import CliRunner

from perfadvisor.cli import environments, group
from perfadvisor.cli.guard import exit_code_of
from perfadvisor.specs.kinds import KINDS
from perfadvisor.targets import open as opener

FAR = "ssh:root@127.0.0.1:9"


def test_the_real_program_opens_nothing(tmp_path: Path) -> None:
    for name in ("ssh", "docker", "podman", "vng", "qemu-system-x86_64"):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\ntouch {tmp_path}/opened-{name}\nexit 1\n")
        program.chmod(0o755)
    more = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "XDG_STATE_HOME": str(tmp_path / "state")}
    words = [sys.executable, "-m", "perfadvisor", "run", "quick", "--env", FAR, "--env", "vm:memry=1G"]
    done = subprocess.run(words, env=os.environ | more, cwd=tmp_path, capture_output=True, text=True, timeout=60)
    said = "perfadvisor: vm:memry=1G: unknown option 'memry'\n  next: did you mean memory?\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", said)
    assert list(tmp_path.glob("opened-*")) == []


def refused(words: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    monkeypatch.chdir(folder)
    monkeypatch.setenv("XDG_STATE_HOME", str(folder / "state"))
    monkeypatch.setattr("perfadvisor.cli.running.stop_cleanly", lambda: None)
    monkeypatch.setattr(opener, "import_module", lambda name: pytest.fail(f"{name} was asked to open a machine"))
    assert exit_code_of(lambda: group.main(["run", "quick", *words], standalone_mode=False)) == 2
    return capsys.readouterr().err


@pytest.mark.parametrize(
    ("spec", "word"),
    [
        ("vm:memry=1G", "memory"),
        ("docker:cpu=1", "cpus"),
        ("podman:memroy=1g", "memory"),
        ("libvirt:web,uir=x", "uri"),
        ("ssh:h,directory=/x", "dir"),
        ("local:nam=x", "name"),
        ("saved:x,names=y", "name"),
        ("vmm", "vm"),
        ("lokal", "local"),
    ],
)
def test_a_mistyped_word_is_named_in_every_kind(tmp_path, monkeypatch, capsys, spec: str, word: str) -> None:
    said = refused(["--env", FAR, "--env", spec], tmp_path, monkeypatch, capsys)
    assert spec in said and f"did you mean {word}?" in said
    assert "starting" not in said


def test_a_file_with_a_mistake_opens_nothing_either(tmp_path, monkeypatch, capsys) -> None:
    file = tmp_path / "e.yaml"
    file.write_text(f"environments:\n  far: {{spec: '{FAR}'}}\n  small: {{spec: 'vm:memry=1G'}}\n")
    said = refused(["--environments", "e.yaml"], tmp_path, monkeypatch, capsys)
    assert "e.yaml:3:17" in said and "did you mean memory?" in said


def test_kinds_are_listed_and_shown_and_have_a_schema() -> None:
    listed = CliRunner().invoke(environments.command, ["list"])
    assert all(kind.meaning in listed.output for kind in KINDS.values())
    shown = CliRunner().invoke(environments.command, ["show", "vm"])
    assert "hugepages=2M" in shown.output
    schema = json.loads(CliRunner().invoke(environments.command, ["schema"]).output)
    jsonschema.Draft202012Validator.check_schema(schema)


def test_a_mistyped_kind_names_the_nearest() -> None:
    missed = CliRunner().invoke(environments.command, ["show", "dokcer"])
    assert "did you mean docker?" in getattr(missed.exception, "hint", "")
