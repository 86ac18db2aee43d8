"""Some of the kills of `python -m tests.torture.setting_kills`, every time the tests run."""

import os
import random
import subprocess

import pytest

from tests.torture.setting_kills import killed, loop_device


@pytest.mark.tools
@pytest.mark.slow
def test_killed_at_any_moment_a_disk_is_as_before(tmp_path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make loop devices")
    try:
        with loop_device(tmp_path) as disk:
            seen = killed(tmp_path, disk, 10, random.Random(13))
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no loop device here: {error.stderr}")
    assert seen.problems == []
    assert sum(seen.kills.values()) == 10
