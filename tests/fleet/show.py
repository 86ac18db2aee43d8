"""A fleet of namespaces over real Ansible, as large as asked: read or measured, and judged; planted hosts, no others.

`python -m tests.fleet.show HOSTS DIR [run]`, as root. Each host has its own network, mounts, processes and sshd. Every
other host is planted. One is unreachable, one never answers, one answers without end, one lies. With `run` each host is
measured, one after the other. Exits 1 where a planted host is missing or another one is named.
"""

import json
import os
import signal
import sys
import time
from itertools import cycle
from pathlib import Path
from typing import Any

from tests.fleet.plants import RECEIVE, SEND, SHAPED, SOMAXCONN, Plant, groups_can_be_made, quota, throttled
from tests.fleet.spaces import PEER, SpaceHost, Spaces
from tests.fleet.test_reaching import BAD

EVERY = 2
SECONDS = 1700  # of one call
ROOT = Path(__file__).resolve().parent.parent.parent
# At 1 Gbit/s neither end takes a whole CPU: the far end is on the same machine, and counts as other work.
WORK = {
    "memory/show": "tool: dmabench\nparameters: {kernel: copy, pages: 4k}\nmetrics: [copy.bytes_per_s]",
    "storage/show": "tool: fio\nparameters: {rw: write, engine: libaio, block_size_bytes: 131072, iodepth: 4}\n"
    "metrics: [write.bytes_per_s]",
    "network/show": "tool: iperf3\nparameters: {protocol: tcp, streams: 1, bits_per_s: 1000000000}\n"
    "metrics: [bits_per_s]",
}


def plants() -> list[Plant]:
    """The kinds, in the order in which hosts get them."""
    # A quota makes the results that it stops INVALID, so it is named as an odd setting alone.
    capped = [quota(0.7), throttled(5 << 20)] if groups_can_be_made() else []
    return [*capped, SHAPED, SEND, SOMAXCONN, RECEIVE]


def fleet(count: int) -> tuple[list[SpaceHost], dict[str, Plant]]:
    """The hosts, and what is planted on which."""
    names = [f"web{number:02}" for number in range(1, count + 1)]
    planted = dict(zip(names[::EVERY], cycle(plants()), strict=False))
    return [SpaceHost(name, planted[name].commands if name in planted else "") for name in names], planted


def odd_hosts(spaces: Spaces, planted: dict[str, Plant]) -> bool:
    """Read and judge all; whether the planted hosts alone have odd settings, the planted ones among them."""
    called(spaces, "fleet", "advise", "-i", "inventory", "--out", "out", "--timeout", "120", "--forks", "6")
    found = compared(spaces, "out/judged")
    odd = {(one["host"], " ".join(filter(None, one["key"]))) for one in found["odd"]}
    missing = {(name, key) for name, plant in planted.items() for key in plant.keys} - odd
    others = {host for host, _ in odd} - planted.keys()
    missed = json.loads((spaces.folder / "out" / "fleet.json").read_text())["missed"]
    print(f"planted and not named: {sorted(missing) or 'none'}; others named: {sorted(others) or 'none'}")
    print(f"not read: {', '.join(sorted(missed))}\n", flush=True)
    return not missing and not others and missed.keys() == {"gone", *(one.name for one in BAD)}


def slow_hosts(spaces: Spaces, planted: dict[str, Plant]) -> bool:
    """Measure on all; whether those with a planted limit alone are worse, each with the planted setting as a reason."""
    for name, text in WORK.items():
        file = spaces.folder / "work" / f"{name}.yaml"
        file.parent.mkdir(parents=True)
        file.write_text(f"id: {name}\ntitle: Show\nwhy: To tell hosts apart.\n{text}\nruntime_s: 1.0\nwarmup_s: 0.2\n")
    program = f"env PYTHONPATH={ROOT} OPENBLAS_NUM_THREADS=1 {sys.executable} -m perfadvisor"
    words = ("-i", "inventory", "--limit", "web*", "--out", "runs", "--timeout", "300", "--serial", "1")
    own = ("--workloads", str(spaces.folder / "work"), "--repeats", "3", "--size", "16m", "--peer", f"ssh:root@{PEER}")
    called(spaces, "fleet", "run", *words, "--program", program, "--", *WORK, *own)
    called(spaces, "fleet", "judge", "runs", "--out", "judged")
    called(spaces, "fleet", "outliers", "judged")
    found = compared(spaces, "judged")
    slow = {one["host"] for one in found["outliers"]["outliers"] if one["worse"]}
    named = {
        (host, " ".join(filter(None, step["key"])))
        for one in found["reasons"]
        for step in one["steps"]
        for host in one["hosts"]
    }
    limited = {host for host, plant in planted.items() if plant.slows}
    reasons = {host: (*plant.keys, *plant.shown_by) for host, plant in planted.items()}
    unexplained = {host for host in slow & limited if not any((host, key) in named for key in reasons[host])}
    odd = {(one["host"], " ".join(filter(None, one["key"]))) for one in found["odd"]}
    unnamed = {host for host, keys in reasons.items() if not any((host, key) in odd for key in keys)}
    others = {host for host, _ in odd} - planted.keys()
    print(
        f"worse: {sorted(slow)}; planted and not worse: {sorted(limited - slow) or 'none'}; "
        f"worse and not planted: {sorted(slow - limited) or 'none'}"
    )
    print(f"without the planted setting as a reason: {sorted(unexplained) or 'none'}")
    print(f"planted and not named: {sorted(unnamed) or 'none'}; others named: {sorted(others) or 'none'}", flush=True)
    return slow == limited and not (unexplained or unnamed or others)


def called(spaces: Spaces, *words: str) -> None:
    """Run the command and print all of it."""
    began = time.monotonic()
    done = spaces.call(*words, timeout=SECONDS)
    seconds = time.monotonic() - began
    print(f"{' '.join(words[:2])}: exit {done.returncode}, {seconds:.0f} s\n{done.stdout}{done.stderr}", flush=True)


def compared(spaces: Spaces, judged: str) -> dict[str, Any]:
    """The comparison as JSON."""
    found: dict[str, Any] = json.loads(spaces.call("fleet", "outliers", judged, "--json").stdout)["comparison"]
    return found


def main() -> None:
    """Run it. SIGTERM, as `timeout` sends it, cleans up as well."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    count, folder, show = int(sys.argv[1]), Path(sys.argv[2]).resolve(), slow_hosts if "run" in sys.argv else odd_hosts
    folder.mkdir(parents=True)
    hosts, planted = fleet(count)
    spaces = Spaces(folder, hosts if "run" in sys.argv else [*hosts, *BAD], peer="run" in sys.argv)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    try:
        spaces.start()
        print(f"{count} hosts, planted: {', '.join(f'{name} {plant.keys[0]}' for name, plant in planted.items())}")
        good = show(spaces, planted)
    finally:
        spaces.stop()
    print("as planted" if good else "NOT as planted")
    sys.exit(not good)


if __name__ == "__main__":
    main()
