"""A run folder rewritten in 200 ways and resumed as root: nothing is started, read as an order or written elsewhere."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
ALONE = ("unshare", "--mount", "--pid", "--net", "--ipc", "--uts", "--fork", "--mount-proc")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.geteuid() != 0, reason="namespaces and owners take root")]


def fuzzed(place: Path, ways: int, seed: int, *more: str) -> Any:
    argv = (*ALONE, sys.executable, "-m", "tests.runner.fuzz_orders", str(place), str(ways), str(seed), *more)
    environment = os.environ | {"PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run(argv, cwd="/", env=environment, capture_output=True, text=True, timeout=500)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_no_order_of_a_rewritten_folder_is_followed(tmp_path) -> None:
    seed = random.SystemRandom().randrange(1 << 32)
    found = fuzzed(tmp_path, 200, seed)
    assert found["touched"] == []
    assert sum(found["outcomes"].values()) == 200
    assert found["outcomes"]["InputError"] >= 150, found


def test_without_the_guard_the_canaries_are_touched(tmp_path) -> None:
    assert len(fuzzed(tmp_path, 100, 1, "unguarded")["touched"]) >= 2
