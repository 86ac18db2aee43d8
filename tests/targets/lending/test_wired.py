"""A NIC that is lent to a namespace of its own for a while: a virtual cable stands for it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from perfadvisor.errors import InputError
from perfadvisor.specs.parse import read_spec

SPEC = "local:nic=0000:02:00.0,address=192.0.2.2/24"
# In a network namespace of its own; `wired0` is the NIC's interface, `port0` the port of this machine that it reaches.
TAKEN = """
import subprocess
from perfadvisor.errors import MeasureError
from perfadvisor.specs.parse import read_spec
from perfadvisor.targets.base import Command
from perfadvisor.targets.changing import journal
from perfadvisor.targets.lending import iommu_domain, wired
from perfadvisor.targets.lending.pci_group import Function
from pathlib import Path

def say(*argv):
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout

def told(name):
    shown = subprocess.run(["ip", "-o", "link", "show", name], capture_output=True, text=True).stdout
    return "up" if ",UP" in shown else "down" if shown else "gone"

say("ip", "link", "add", "wired0", "type", "veth", "peer", "name", "port0")
say("ip", "address", "add", "192.0.2.1/24", "dev", "port0")
for name in ("port0", "wired0", "lo"):
    say("ip", "link", "set", name, "up")
nic = Function(address="0000:02:00.0", folder=Path("/nowhere"), driver="veth", device_class="0x020000")
wired.function = lambda address: nic
wired.network_refusals = lambda function: iter(())
wired.nic.interfaces_when_there = lambda function: ("wired0",) if told("wired0") != "gone" else 1 / 0
back = iommu_domain.Measured(address="", name="", wait=lambda: say("ip", "link", "show", "wired0"))
iommu_domain.nic = lambda address: back
address = "192.0.2.2/24"
spec = read_spec(f"local:nic=0000:02:00.0,address={address}")
target = wired.WiredTarget(spec, "0000:02:00.0", address, "")
say("ip", "address", "add", "192.0.2.9/24", "dev", "wired0")
try:
    target.take()
except MeasureError as error:
    print("refused:", error.message)
say("ip", "address", "del", "192.0.2.9/24", "dev", "wired0")
target.take()
print("read:", told("wired0"))
ends = target.link_here("192.0.2.1")
for _ in range(2):
    target.take()
    print("taken:", told("wired0"), ends.nic, ends.host)
    print("inside:", say(*ends.client, "ip", "-o", "-4", "address", "show", "wired0").split()[3])
    say(*ends.client, "ping", "-c", "1", "-W", "2", "192.0.2.1") if PING else None
    target.give()
    print("given:", told("wired0"))
target.take()
target.close()
print("closed")
"""


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("ip"), reason="takes root and iproute2")
def test_it_goes_and_comes_back_and_one_with_an_address_stays(tmp_path: Path) -> None:
    code = TAKEN.replace("PING", str(shutil.which("ping") is not None))
    argv = ("unshare", "--net", "--mount", "sh", "-c", f'mount -t sysfs s /sys && exec {sys.executable} -c "$0"', code)
    environment = os.environ | {"XDG_STATE_HOME": str(tmp_path)}
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    turn = ["taken: gone wired0 192.0.2.1", "inside: 192.0.2.2/24", "given: up"]
    refused = "refused: 0000:02:00.0 stays with this machine: its interface wired0 has the address 192.0.2.9/24"
    assert done.stdout.splitlines() == [refused, "read: up", *turn, *turn, "closed"]


@pytest.mark.parametrize("spec", ["local:nic=0000:02:00.0", "local:address=192.0.2.2/24"])
def test_the_nic_and_its_address_belong_together(spec: str) -> None:
    with pytest.raises(InputError, match="belong together"):
        read_spec(spec)


def test_the_nic_is_taken_in_turns() -> None:
    assert read_spec(SPEC).in_turns == ("0000:02:00.0",)
    assert read_spec(f"{SPEC},domain=DMA").is_here
