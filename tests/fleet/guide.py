"""The guide's first ten hosts, followed word for word: a fresh clone, a fresh environment, ten namespaces as hosts.

`python -m tests.fleet.guide DIR`, as root. The commands are those of docs/fleet.md, run by bash as they stand there.
The first block reaches the package registry, the others run on the control node. One host is planted. Exits 1 where a
command failed, except `drift`, whose exit code tells of the planted host.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.fleet.plants import SOMAXCONN
from tests.fleet.spaces import NETWORK, SpaceHost, Spaces
from tests.fleet.test_guide import steps

ROOT = Path(__file__).resolve().parent.parent.parent
HOSTS = [SpaceHost(f"web{number:02}", SOMAXCONN.commands if number == 7 else "") for number in range(1, 11)]
# `drift` tells of the planted host, and the block ends with it.
EXPECTED = ("--baseline baseline.json", '. "$1/step"')
# The user's SSH configuration and names of hosts are those of the control node.
STEP = r"""
mount --make-rprivate / && mount --bind "$1/ssh" /etc/ssh/ssh_config.d && mount --bind "$1/names" /etc/hosts
export HOME="$1/home"; [ ! -e "$1/exported" ] || . "$1/exported"
cd "$1/clone" || exit 1
trap 'echo "exit $?: $BASH_COMMAND"' ERR
PS4='$ '; set -x
. "$1/step"
{ set +x; } 2>/dev/null
export -p >"$1/exported"
"""


def prepare(folder: Path) -> None:
    """The clone, a home, and an SSH configuration that knows the hosts."""
    subprocess.run(["git", "clone", "-q", str(ROOT), str(folder / "clone")], check=True)
    (folder / "home").mkdir()
    (folder / "ssh").mkdir()
    known = f"  StrictHostKeyChecking accept-new\n  UserKnownHostsFile {folder}/known\n"
    (folder / "ssh" / "hosts.conf").write_text(f"Host *\n  IdentityFile {folder}/key\n{known}")
    names = "".join(f"{NETWORK}.{number} {host.name}\n" for number, host in enumerate(HOSTS, 1))
    (folder / "names").write_text(f"127.0.0.1 localhost\n{names}")


def follow(folder: Path, where: list[str], step: str) -> str:
    """Run one block there; what it printed."""
    (folder / "step").write_text(step)
    argv = [*where, "unshare", "--mount", "--", "bash", "-c", STEP, "guide", str(folder)]
    kept = ("PATH", "LANG", "TERM")
    environment = {name: value for name, value in os.environ.items() if name in kept or name.startswith("PIP_")}
    began = time.monotonic()
    done = subprocess.run(
        argv, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    print(done.stdout, f"({time.monotonic() - began:.0f} s)\n", sep="", flush=True)
    return done.stdout


def main() -> None:
    """Follow it."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True)
    spaces = Spaces(folder, HOSTS)
    try:
        spaces.start()
        prepare(folder)
        install, *rest = steps()
        printed = follow(folder, [], install) + "".join(follow(folder, spaces.control, step) for step in rest)
    finally:
        spaces.stop()
    failed = [line for line in printed.splitlines() if line.startswith("exit ") and not line.endswith(EXPECTED)]
    named = "web07: network.somaxconn = 16" in printed
    print(f"failed: {failed or 'none'}; the planted host was {'' if named else 'NOT '}named")
    sys.exit(bool(failed) or not named)


if __name__ == "__main__":
    main()
