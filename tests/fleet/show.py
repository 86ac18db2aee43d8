"""A fleet of namespaces over real Ansible, as large as asked: read, measured, judged; planted hosts and no others.

`python -m tests.fleet.show HOSTS DIR [WORKLOAD...]`, as root. Each host has its own network, mounts, processes and
sshd. Every other host is planted. One is unreachable, one never answers, one answers without end, one lies.
With workloads, each host is measured too, one after the other. Exits 1 where a planted host is missing or another one
is named.
"""

import json
import sys
import time
from itertools import cycle
from pathlib import Path
from typing import Any

from tests.fleet.plants import RECEIVE, SEND, SHAPED, SOMAXCONN, Plant, groups_can_be_made, quota, throttled
from tests.fleet.spaces import SpaceHost, Spaces
from tests.fleet.test_reaching import BAD

EVERY = 2
SECONDS = 880  # of one call


def plants() -> list[Plant]:
    """The kinds, in the order in which hosts get them."""
    capped = [quota(0.5), throttled(20 << 20)] if groups_can_be_made() else []
    return [*capped, SEND, SOMAXCONN, SHAPED, RECEIVE]


def fleet(count: int) -> tuple[list[SpaceHost], dict[str, Plant]]:
    """The hosts, and what is planted on which."""
    names = [f"web{number:02}" for number in range(1, count + 1)]
    planted = dict(zip(names[::EVERY], cycle(plants()), strict=False))
    return [SpaceHost(name, planted[name].commands if name in planted else "") for name in names], planted


def odd_hosts(spaces: Spaces, planted: dict[str, Plant]) -> bool:
    """Read and judge all; whether the planted hosts alone have odd settings, the planted ones among them."""
    began = time.monotonic()
    words = ("-i", "inventory", "--out", "out", "--timeout", "60", "--forks", "8")
    done = spaces.call("fleet", "advise", *words, timeout=SECONDS)
    print(f"fleet advise: exit {done.returncode}, {time.monotonic() - began:.0f} s\n{done.stdout}{done.stderr}")
    found = compared(spaces, "out/judged")
    odd = {(one["host"], " ".join(filter(None, one["key"]))) for one in found["odd"]}
    missing = {(name, key) for name, plant in planted.items() for key in plant.keys} - odd
    others = {host for host, _ in odd} - planted.keys()
    missed = json.loads((spaces.folder / "out" / "fleet.json").read_text())["missed"]
    print(f"planted and not named: {sorted(missing) or 'none'}; others named: {sorted(others) or 'none'}")
    print(f"not read: {', '.join(sorted(missed))}\n", flush=True)
    return not missing and not others and missed.keys() == {"gone", *(one.name for one in BAD)}


def slow_hosts(spaces: Spaces, planted: dict[str, Plant], workloads: list[str]) -> bool:
    """Measure on all; whether planted hosts alone are outliers, each with the planted setting as a reason."""
    began = time.monotonic()
    words = ("-i", "inventory", "--limit", "web*", "--out", "runs", "--timeout", "300", "--serial", "1")
    program = ("--program", f"env PYTHONPATH={Path.cwd()} {sys.executable} -m perfadvisor")
    done = spaces.call("fleet", "run", *workloads, *words, *program, timeout=SECONDS)
    print(f"fleet run: exit {done.returncode}, {time.monotonic() - began:.0f} s\n{done.stdout}{done.stderr}")
    print(spaces.call("fleet", "judge", "runs", "--out", "runs/judged", timeout=SECONDS).stderr)
    print(spaces.call("fleet", "outliers", "runs/judged").stdout)
    found = compared(spaces, "runs/judged")
    slow = {one["host"] for one in found["outliers"]["outliers"] if one["worse"]}
    named = {
        host: {" ".join(filter(None, step["key"])) for step in reason["steps"]}
        for reason in found["reasons"]
        for host in reason["hosts"]
    }
    unexplained = {host for host in slow & planted.keys() if not named[host] & set(planted[host].keys)}
    print(f"outliers: {sorted(slow)}; not planted: {sorted(slow - planted.keys()) or 'none'}")
    print(f"without the planted setting as a reason: {sorted(unexplained) or 'none'}", flush=True)
    return bool(slow) and slow <= planted.keys() and not unexplained


def compared(spaces: Spaces, judged: str) -> dict[str, Any]:
    """The comparison as JSON."""
    found: dict[str, Any] = json.loads(spaces.call("fleet", "outliers", judged, "--json").stdout)["comparison"]
    return found


def main() -> None:
    """Run it."""
    count, folder, workloads = int(sys.argv[1]), Path(sys.argv[2]).resolve(), sys.argv[3:]
    folder.mkdir(parents=True)
    hosts, planted = fleet(count)
    spaces = Spaces(folder, [*hosts, *BAD])
    try:
        spaces.start()
        print(f"{count} hosts, planted: {', '.join(f'{name} {plant.keys[0]}' for name, plant in planted.items())}")
        good = odd_hosts(spaces, planted)
        good = (not workloads or slow_hosts(spaces, planted, workloads)) and good
    finally:
        spaces.stop()
    print("as planted" if good else "NOT as planted")
    sys.exit(not good)


if __name__ == "__main__":
    main()
