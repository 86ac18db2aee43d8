"""The role that people may keep beside their own: real Ansible runs it on this machine."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from perfadvisor.saved.saved import load_snapshot

ROOT = Path(__file__).resolve().parent.parent.parent
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")


@pytest.mark.slow
def test_the_example_playbook_fetches_a_snapshot_named_by_the_inventory(tmp_path) -> None:
    if not PLAYBOOK.exists():
        pytest.skip("ansible-core is not installed")
    program = f"{sys.executable} -m perfadvisor"
    more = (
        "-e",
        f"perfadvisor_program='{program}' perfadvisor_to={tmp_path} ansible_python_interpreter={sys.executable}",
    )
    argv = [str(PLAYBOOK), "-i", "web1,", "-c", "local", str(ROOT / "ansible" / "example.yml"), *more]
    environment = os.environ | {
        "ANSIBLE_HOME": str(tmp_path / "home"),
        "PYTHONPATH": str(ROOT),
        "TMPDIR": str(tmp_path),
    }
    done = subprocess.run(argv, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(load_snapshot(tmp_path / "web1.tar.gz").tree) > 50
    assert not list(tmp_path.glob("perfadvisor-*"))
