"""What reading many hosts at once costs the control node: CPU seconds and memory, with namespaces as the hosts.

`python -m tests.fleet.control DIR HOSTS FORKS [HOSTS FORKS]...`, as root. CPU time is that of `fleet snapshot` and all
processes it started here: Ansible, SSH, and what packs the answers. What runs on the hosts is not in it.
"""

import resource
import signal
import sys
import time
from pathlib import Path
from threading import Event, Thread

from tests.fleet.spaces import SpaceHost, Spaces

EVERY_S = 0.5


class Memory(Thread):
    """The most memory that the processes of this session's control node share out between them (PSS), in bytes."""

    def __init__(self, namespace: str) -> None:
        super().__init__(daemon=True)
        self.namespace, self.most, self.processes, self.done = namespace, 0, 0, Event()

    def run(self) -> None:
        while not self.done.wait(EVERY_S):
            sizes = [size for process in Path("/proc").glob("[0-9]*") if (size := self._size(process))]
            self.most, self.processes = max((self.most, self.processes), (sum(sizes), len(sizes)))

    def _size(self, process: Path) -> int:
        try:
            if str((process / "ns" / "net").readlink()) != self.namespace:
                return 0
            lines = (process / "smaps_rollup").read_text().splitlines()
        except OSError:
            return 0
        return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:"))


def measure(spaces: Spaces, hosts: int, forks: int) -> None:
    """Read so many hosts, so many at once, and print a line."""
    out = f"out-{hosts}-{forks}"
    memory = Memory(str(Path(f"/proc/{spaces.control[2]}/ns/net").readlink()))
    memory.start()
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    words = ("-i", "inventory", "--limit", f"web[0:{hosts - 1}]", "--out", out, "--forks", str(forks))
    done = spaces.call("fleet", "snapshot", *words, "--timeout", "400", timeout=800)
    seconds, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    memory.done.set()
    memory.join()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"{hosts} hosts, {forks} at once: exit {done.returncode}, {seconds:.0f} s, {cpu:.1f} CPU s "
        f"({cpu / hosts:.3f} per host), {memory.most / 2**20:.0f} MiB in {memory.processes} processes; "
        f"{done.stdout.strip()} {done.stderr.strip()[:300]}",
        flush=True,
    )


def main() -> None:
    """Measure each pair of hosts and forks in the same fleet."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder, *numbers = sys.argv[1:]
    asked = list(zip(map(int, numbers[::2]), map(int, numbers[1::2]), strict=True))
    path = Path(folder).resolve()
    path.mkdir(parents=True)
    spaces = Spaces(path, [SpaceHost(f"web{number:02}") for number in range(max(hosts for hosts, _ in asked))])
    try:
        spaces.start()
        inventory = (path / "inventory").read_text().replace("[all]", "[web]")
        (path / "inventory").write_text(inventory)
        for hosts, forks in asked:
            measure(spaces, hosts, forks)
    finally:
        spaces.stop()


if __name__ == "__main__":
    main()
