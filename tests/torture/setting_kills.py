"""`python -m tests.torture.setting_kills [--kills N] [--seed N]`: SIGKILL to `ab --set` and `tune` at any moment.

Both work on a loop device of their own, whose queue length, read-ahead and latency target are values that nobody would
guess. After each kill nobody but the keeper acts for three seconds, then `perfadvisor restore`. Every file of the queue
is compared byte for byte before and after. Prints a table, and exits with 1 where anything was left.
"""

import argparse
import contextlib
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from perfadvisor.cli.running import stop_cleanly

PROGRAM = [sys.executable, "-m", "perfadvisor"]
ALONE_S = 3.0  # how long the keeper has, before `restore` is asked
LATEST_S = 2.5  # a moment of the kill after the first change, at the most
SLOW = "sleep 0.05"
RULE = """
id: test-loop-queue
title: The queue of a loop device as no test wants it
severity: low
maturity: trial
step: stack
goals: [throughput]
threshold: judgement
for_each: ""
when: memory.thp_enabled != "other"
evidence: [memory.thp_enabled]
why: Made for a test.
fix:
  set:
    - {{setting: block.scheduler, of: {disk}, to: {{scheduler: bfq}}}}
    - {{setting: block.read_ahead_kb, of: {disk}, to: {{read_ahead_kb: 512}}}}
  persist: Nothing to keep.
  lasts: until-reboot
  risk: None.
  needs: [root]
rollback: {{run: "true"}}
verify: {{rerun: [storage/randread-4k-qd1]}}
references:
  - {{source: made for a test, url: "https://docs.kernel.org/block/queue-sysfs.html", checked: 2026-11-28}}
given: {{memory.thp_enabled: never}}
cases:
  - {{name: always, facts: {{}}, expect: fires}}
  - {{name: never, facts: {{memory.thp_enabled: other}}, expect: clear}}
  - {{name: not read, facts: {{memory.thp_enabled: ~}}, expect: unknown}}
  - {{name: afterwards, facts: {{memory.thp_enabled: other}}, expect: after-fix}}
"""


@dataclass
class Seen:
    """What was killed where, and what was left."""

    kills: Counter[tuple[str, str]] = field(default_factory=Counter)
    left_to_keeper: Counter[str] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)

    def table(self) -> str:
        """Commands by the side that was in force at the kill."""
        lines = [
            "| command | killed with the change in force | killed without it | left after restore |",
            "|---|---:|---:|---:|",
        ]
        for name in sorted({name for name, _ in self.kills}):
            left = sum(problem.startswith(name) for problem in self.problems)
            lines.append(f"| `{name}` | {self.kills[name, 'changed']} | {self.kills[name, 'as it was']} | {left} |")
        return "\n".join(lines)


def main() -> int:
    """Parse, kill, print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--kills", type=int, default=100)
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    stop_cleanly()
    with tempfile.TemporaryDirectory(prefix="setting-kills-") as name, loop_device(Path(name)) as disk:
        seen = killed(Path(name), disk, given.kills, random.Random(given.seed))
    print(seen.table(), *seen.problems, sep="\n")
    return int(bool(seen.problems))


def killed(folder: Path, disk: str, kills: int, chance: random.Random) -> Seen:
    """So many kills, spread over both commands."""
    seen, commands = Seen(), victims(folder, disk)
    before = queue(disk)
    for number in range(kills):
        name, argv = list(commands.items())[number % len(commands)]
        strike(name, argv, folder, disk, before, chance, seen)
    return seen


def victims(folder: Path, disk: str) -> dict[str, list[str]]:
    """The command lines, with a snapshot of this machine for `tune`."""
    rules = folder / "rules"
    (rules / "storage").mkdir(parents=True)
    (rules / "storage" / "test-loop-queue.yaml").write_text(RULE.format(disk=disk).lstrip())
    snapshot = folder / "snapshot.tar.gz"
    subprocess.run(
        [*PROGRAM, "snapshot", "-o", str(snapshot)], check=True, capture_output=True, env=environment(folder)
    )
    tune = [*PROGRAM, "tune", str(snapshot), "--yes", "--rules", str(rules), "--only", "test-loop-queue", "--cmd", SLOW]
    wanted = [f"block.scheduler@{disk}=bfq", "--set", f"block.read_ahead_kb@{disk}=512"]
    return {"ab --set": [*PROGRAM, "ab", "--set", *wanted, "--yes", "--cmd", SLOW], "tune": tune}


def strike(
    name: str, argv: Sequence[str], folder: Path, disk: str, before: dict[str, bytes], chance: random.Random, seen: Seen
) -> None:
    """Start it, wait for the first change and some moment after it, kill it, and look."""
    process = subprocess.Popen(argv, env=environment(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        if not until(lambda: queue(disk) != before, 60):
            seen.problems.append(f"{name}: never changed anything")
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0, LATEST_S))
        seen.kills[name, "as it was" if queue(disk) == before else "changed"] += 1
    finally:
        process.kill()
        process.wait()
    until(lambda: queue(disk) == before and not journals(folder), ALONE_S)
    if queue(disk) == before and not journals(folder):
        seen.left_to_keeper[name] += 1
    done = subprocess.run([*PROGRAM, "restore"], env=environment(folder), capture_output=True, text=True, timeout=60)
    after = queue(disk)
    changed = sorted(file for file in before if after.get(file) != before[file])
    if changed or done.returncode or journals(folder):
        seen.problems.append(f"{name}: {changed or journals(folder)} {done.stderr.strip()}")
        mend(disk, before)


def mend(disk: str, before: dict[str, bytes]) -> None:
    """What was left must not count again at the next kill."""
    scheduler = before["scheduler"].decode().partition("[")[2].partition("]")[0]
    Path(f"/sys/block/{disk}/queue/scheduler").write_text(scheduler)
    for name in ("nr_requests", "read_ahead_kb", "wbt_lat_usec"):
        Path(f"/sys/block/{disk}/queue/{name}").write_bytes(before[name])


def journals(folder: Path) -> list[Path]:
    """The journals that are left."""
    return list((folder / "state").rglob("*.jsonl"))


def queue(disk: str) -> dict[str, bytes]:
    """Every readable file of the queue."""
    found: dict[str, bytes] = {}
    for path in Path(f"/sys/block/{disk}/queue").iterdir():
        with contextlib.suppress(OSError):
            found[path.name] = path.read_bytes()
    return found


def environment(folder: Path) -> dict[str, str]:
    """A state of our own."""
    return os.environ | {"XDG_STATE_HOME": str(folder / "state"), "XDG_DATA_HOME": str(folder / "data")}


def until(true: Callable[[], bool], seconds: float) -> bool:
    """Whether it becomes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.01)
    return False


@contextlib.contextmanager
def loop_device(folder: Path) -> Iterator[str]:
    """A loop device of our own, with a queue that is not the default."""
    image = folder / "image"
    with image.open("wb") as made:
        made.truncate(1 << 20)
    node = subprocess.run(
        ["losetup", "--find", "--show", str(image)], capture_output=True, text=True, check=True
    ).stdout.strip()
    disk = Path(node).name
    try:
        for name, value in (("nr_requests", "64"), ("read_ahead_kb", "96"), ("wbt_lat_usec", "1500")):
            Path(f"/sys/block/{disk}/queue/{name}").write_text(value)
        yield disk
    finally:
        subprocess.run(["losetup", "--detach", node], check=True)


if __name__ == "__main__":
    raise SystemExit(main())
