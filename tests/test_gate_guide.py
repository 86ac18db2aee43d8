"""The guide "Gate your CI in ten minutes", followed word for word in a folder of its own."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GUIDE = ROOT / "docs" / "gate-your-ci.md"
pytestmark = [pytest.mark.slow, pytest.mark.tools]


def blocks() -> Iterator[tuple[str, str, str]]:
    """Kind, text, and the words before each fenced block."""
    text = GUIDE.read_text("utf-8")
    end = 0
    for found in re.finditer(r"^```(\w+)\n(.*?)^```$", text, re.M | re.S):
        yield found[1], found[2], text[end : found.start()].strip()
        end = found.end()


def commands(text: str) -> list[tuple[str, set[int]]]:
    """Each command, which may span lines, with the exit codes the guide allows it: `# exits 0 or 3`."""
    found = []
    for one in re.split(r"^\$ ", text, flags=re.M)[1:]:
        said = re.search(r"  # exits ([0-9 or]+)$", one.strip())
        found.append((one.strip(), {int(code) for code in re.findall(r"\d", said[1])} if said else {0}))
    return found


class Shell:
    """One shell for the whole guide, so that what it sets stays set."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            ["bash"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=folder,
            env=environment,
        )

    def run(self, command: str) -> tuple[int, str]:
        """Exit code and output."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(f"{command}\ncode=$?; echo; echo =done= $code\n")
        self.process.stdin.flush()
        lines = []
        for line in self.process.stdout:
            if line.startswith("=done= "):
                return int(line.split()[1]), "".join(lines)
            lines.append(line)
        raise AssertionError("".join(lines))


@pytest.fixture
def shell(tmp_path) -> Iterator[Shell]:
    """In an empty folder, with perfadvisor on the PATH and somebody to commit as; no settings of this machine's git."""
    names = ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL")
    who = dict.fromkeys(names, "somebody@example.org")
    bin_first = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PERFADVISOR_", "CI_"))}
    made = Shell(
        tmp_path,
        {**plain, **who, "PATH": bin_first, "TEMPLATES": str(ROOT / "templates"), "GIT_CONFIG_GLOBAL": "/dev/null"},
    )
    with made.process:
        yield made


def test_every_command_of_the_guide_does_what_it_says(shell, tmp_path) -> None:
    """All but the first block, which installs: that is the fixture's part."""
    ran = []
    for kind, text, before in list(blocks())[1:]:
        name = re.search(r"[Ss]ave(?: this)? as `([^`]+)`:$", before)
        if name:
            (tmp_path / name[1]).write_text(text, "utf-8")
        for command, codes in commands(text) if kind == "console" else ():
            code, output = shell.run(command)
            assert code in codes, f"{command}\n{output}"
            ran.append(command)
    assert len(ran) > 15
    for name in ("gate.md", "gate.xml", "calibration.json", "out/gate/gate.md", "history.html"):
        assert (tmp_path / name).stat().st_size > 100, name


def test_the_guide_installs_in_its_first_block() -> None:
    kind, text, _ = next(blocks())
    assert kind == "console"
    assert "pip install --quiet ." in text and "TEMPLATES=" in text
