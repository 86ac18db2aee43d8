"""Long texts go through the pager of a terminal, and only there."""

import os
import pty
import subprocess
import sys

PROGRAM = """
import sys
from rich.text import Text
from perfadvisor.cli.paging import show
show(lambda width: [Text(f"line {n}", "red") for n in range(int(sys.argv[1]))])
"""


def on_a_terminal(count: int, **environ: str) -> str:
    parent, child = pty.openpty()
    clean = {**os.environ, "PAGER": "sed s/^/paged:/", "TERM": "xterm", "LINES": "24", "COLUMNS": "80", **environ}
    clean.pop("NO_COLOR", None)
    with subprocess.Popen([sys.executable, "-c", PROGRAM, str(count)], stdout=child, stdin=child, env=clean) as run:
        os.close(child)
        found = b""
        while True:
            try:
                part = os.read(parent, 4096)
            except OSError:  # the terminal is gone with its last program
                break
            if not part:
                break
            found += part
        assert run.wait(timeout=20) == 0
    os.close(parent)
    return found.decode()


def test_what_fits_is_printed_at_once() -> None:
    text = on_a_terminal(10)
    assert "line 9" in text and "paged" not in text and "\x1b[31m" in text


def test_what_does_not_fit_is_paged_in_colour() -> None:
    text = on_a_terminal(60)
    assert text.count("paged:") == 60 and "\x1b[31m" in text


def test_a_pipe_gets_plain_lines() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, "60"], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [f"line {number}" for number in range(60)]
