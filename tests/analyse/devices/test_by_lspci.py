"""`perfadvisor devices` on the machine of the tests, against lspci."""

import shutil

import pytest
from click.testing import CliRunner

from perfadvisor.cli import group
from tests.lab.by_lspci import differences


@pytest.mark.tools
def test_this_machine_is_as_lspci_lists_it() -> None:
    if shutil.which("lspci") is None:
        pytest.skip("lspci is not installed")
    done = CliRunner().invoke(group, ["devices", "--format", "json"])
    assert done.exit_code == 0, done.output
    assert differences(done.stdout) == []
