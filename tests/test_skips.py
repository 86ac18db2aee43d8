"""What may be left out where everything is installed."""

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
TWO = """
import pytest

@pytest.mark.shared
def test_inputs_of_real_machines():
    pytest.skip("not here")

def test_a_tool():
    pytest.skip("not installed")
"""


def test_in_ci_only_tests_of_real_machines_inputs_are_skipped_and_counted(tmp_path: Path) -> None:
    (tmp_path / "test_two.py").write_text(TWO)
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider", "-c", os.devnull]
    environment = os.environ | {"CI": "true", "PYTHONPATH": str(REPOSITORY)}
    done = subprocess.run([*argv, str(tmp_path)], env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert "1 failed, 1 skipped" in done.stdout, done.stdout + done.stderr
