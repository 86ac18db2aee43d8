"""Release notes come from the changelog, and only for the version that the code has."""

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from perfadvisor import __version__
from perfadvisor.cli.gate import command

ROOT = Path(__file__).resolve().parent.parent


def notes(tag: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([ROOT / ".ci" / "release-notes", tag], capture_output=True, text=True, timeout=20)


def test_notes_are_the_section_of_the_version() -> None:
    done = notes(f"v{__version__}")
    assert (done.returncode, "## " in done.stdout.replace("### ", "")) == (0, False), done.stderr
    assert len(done.stdout.split()) > 20


@pytest.mark.parametrize("tag", ["v9.9.9", "v0.1", ""])
def test_another_version_is_refused(tag: str) -> None:
    done = notes(tag)
    assert (done.returncode, done.stdout) == (1, "")
    assert "version" in done.stderr


@pytest.mark.parametrize("name", ["gate-commits", "perfadvisor.gitlab-ci.yml"])
def test_templates_are_printed_as_they_are(name: str) -> None:
    printed = CliRunner().invoke(command, ["template", name])
    assert printed.output == (ROOT / "templates" / name).read_text()
