"""The networks between guests and this machine: no two of them share addresses."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from perfadvisor.targets.vm import network
from perfadvisor.targets.vm.network import TUN, cable

needs_taps = pytest.mark.skipif(
    os.geteuid() != 0 or not os.access(TUN, os.R_OK | os.W_OK), reason="taps take root and /dev/net/tun"
)
CODE = "from perfadvisor.targets.vm.network import cable; print(cable(1).host)"


@needs_taps
def test_guests_of_one_run_and_of_another_have_networks_of_their_own() -> None:
    ours = [cable(number).host for number in (1, 2)]
    other = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=True).stdout.strip()
    assert len({*ours, other}) == 3


@needs_taps
def test_addresses_that_this_machine_has_are_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trie = tmp_path / "fib_trie"
    trie.write_text("".join(f"           |-- {network.NETWORK}.{n + 1}\n" for n in range(0, 252, 4)))
    monkeypatch.setattr(network, "LOCAL", trie)
    assert cable(1).host == f"{network.NETWORK}.253"
