"""`advise --as ansible` run by ansible-playbook against a disk of this machine: check mode, then for real."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.torture.setting_kills import PROGRAM, RULE, environment, loop_device


@pytest.mark.tools
@pytest.mark.slow
def test_a_playbook_for_this_machine_in_check_mode_and_for_real(tmp_path) -> None:
    program = shutil.which("ansible-playbook", path=f"{Path(sys.executable).parent}:/usr/bin:/usr/local/bin")
    if program is None or os.geteuid() != 0:
        pytest.skip("needs root and ansible-playbook")
    rules = tmp_path / "rules" / "storage"
    rules.mkdir(parents=True)
    try:
        with loop_device(tmp_path) as disk:
            (rules / "test-loop-queue.yaml").write_text(RULE.format(disk=disk).lstrip())
            _played(tmp_path, program, Path(f"/sys/block/{disk}/queue"))
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no loop device here: {error.stderr}")


def _played(folder: Path, program: str, queue: Path) -> None:
    own = {**environment(folder), "HOME": str(folder), "LC_ALL": "C.UTF-8"}
    snapshot, book = folder / "snapshot.tar.gz", folder / "play.yml"
    subprocess.run([*PROGRAM, "snapshot", "-o", str(snapshot)], check=True, capture_output=True, env=own)
    advise = [*PROGRAM, "advise", str(snapshot), "--rules", str(folder / "rules"), "--as", "ansible"]
    book.write_text(subprocess.run(advise, check=True, capture_output=True, text=True, env=own).stdout)
    words = [
        program,
        "-i",
        "localhost,",
        "-c",
        "local",
        "-e",
        f"ansible_python_interpreter={sys.executable}",
        str(book),
    ]
    checked = subprocess.run([*words, "--check"], capture_output=True, text=True, env=own)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert (queue / "read_ahead_kb").read_text() == "96\n"
    done = subprocess.run(words, capture_output=True, text=True, env=own)
    assert done.returncode == 0, done.stdout + done.stderr
    assert (queue / "read_ahead_kb").read_text() == "512\n"
    assert "[bfq]" in (queue / "scheduler").read_text()
