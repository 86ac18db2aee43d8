"""The kernel's announcements, from the running kernel: in a network namespace that the test makes."""

import os
import shutil
import subprocess
import sys

import pytest

needs_root = pytest.mark.skipif(
    os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("ip"), reason="a namespace takes root and ip"
)
RENAMED = """
import subprocess
from perfadvisor.facts.trial.happened import event
from perfadvisor.model.result import IoPath
from perfadvisor.targets.here.uevents import Uevents

with Uevents() as events:
    for words in ("add va type veth peer name vb", "set va name vc", "del vc"):
        subprocess.run(["ip", "link", *words.split()], check=True)
    found = [event(message, IoPath(nic="va")) for message in events.drain()]
    print("; ".join(f"{one.where}: {one.words}" for one in found if one))
    print(events.drain())
"""


@needs_root
def test_an_interface_that_came_was_renamed_and_went_again() -> None:
    done = subprocess.run(
        ["unshare", "--net", sys.executable, "-c", RENAMED], capture_output=True, text=True, timeout=60
    )
    if "Operation not permitted" in done.stderr:
        pytest.skip("no namespace may be made here")
    heard, rest = done.stdout.splitlines()
    assert "path: interface va came" in heard
    assert "path: interface va was renamed vc" in heard
    assert "elsewhere: interface vc went away" in heard
    assert rest == "()"
