"""A guest's virtio NIC on the wire of an interface, through macvtap."""

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from perfadvisor.errors import InputError
from perfadvisor.specs.parse import read_spec
from perfadvisor.targets.vm.options import options_of

# In a network namespace of its own, with QEMU's name standing for a program that says what it was given.
MADE = """
import os, subprocess, sys
from pathlib import Path
from perfadvisor.errors import MeasureError
from perfadvisor.targets.changing import journal
from perfadvisor.targets.vm.wire import wire

def say(*argv):
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout

say("ip", "link", "add", "under0", "type", "veth", "peer", "name", "other0")
with journal.begin() as book:
    for name in ("none0", "under0"):
        try:
            wire(name, "192.0.2.2/24", 1, book)
        except MeasureError as error:
            print(error.message)
    say("ip", "link", "set", "under0", "up")
    made = wire("under0", "192.0.2.2/24", 1, book)
    shown = say("ip", "-d", "link", "show", made.tap)
    print("macvtap mode bridge" in " ".join(shown.split()), made.mac in shown)
    print(made.qemu().split(",vhost")[0].split(" ")[1])
    number = Path(f"/sys/class/net/{made.tap}/ifindex").read_text().strip()
    print(Path(made.program(Path(sys.argv[1]))).read_text().replace(f"tap{number}", "tapN"))
print("left:", "macvtap" in say("ip", "-d", "link"))
"""


def test_what_macvtap_needs_is_asked_before_a_boot() -> None:
    with pytest.raises(InputError, match="macvtap= needs an address"):
        read_spec("vm:macvtap=eth1")
    assert options_of(read_spec("vm:macvtap=eth1,address=192.0.2.2/24")).macvtap == "eth1"


@pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("ip"), reason="takes root and iproute2")
def test_the_interface_is_made_and_gone_at_the_end(tmp_path: Path) -> None:
    probe = "ip link add u0 type veth peer name v0 && ip link add link u0 name m0 type macvtap"
    if subprocess.run(["unshare", "--net", "sh", "-c", probe], capture_output=True, check=False).returncode:
        pytest.skip("this kernel has no macvtap")
    inside = f'mount -t sysfs s /sys && exec {sys.executable} -c "$0" "$1"'
    environment = os.environ | {"XDG_STATE_HOME": str(tmp_path)}
    argv = ("unshare", "--net", "--mount", "sh", "-c", inside, MADE, str(tmp_path))
    done = subprocess.run(argv, capture_output=True, text=True, timeout=60, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "macvtap=none0: no such network interface here",
        "macvtap=under0: it is switched off",
        "True True",
        "tap,id=cable,fd=7",
        "#!/bin/sh",
        "exec 7<>/dev/tapN",
        f'exec qemu-system-{platform.machine()} "$@"',
        "",
        "left: False",
    ]
