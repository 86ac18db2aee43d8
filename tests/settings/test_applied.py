"""The fixes of rules really made here, in a namespace and on a loop device, and undone."""

import os
import subprocess
import sys

import pytest


@pytest.mark.tools
@pytest.mark.slow
def test_fixes_are_made_and_undone_and_all_facts_are_as_before() -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make devices")
    done = subprocess.run([sys.executable, "-m", "tests.settings.applied"], capture_output=True, text=True)
    if "losetup" in done.stderr or "unshare" in done.stderr:
        pytest.skip(f"no namespace or loop device here: {done.stderr.strip()[-200:]}")
    assert done.returncode == 0, done.stdout + done.stderr
    made = [line for line in done.stdout.splitlines() if "  made" in line]
    assert len(made) >= 8, done.stdout
