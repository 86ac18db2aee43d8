"""Real runs of the real tools, a fraction of a second a trial."""

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from perfadvisor.model.workload import Workload

PROGRAM = (sys.executable, "-m", "perfadvisor")
MARK = "PERFADVISOR_TEST_MARK"

WRITER = Workload(
    id="storage/w",
    title="",
    device="storage",
    tool="fio",
    parameters={"rw": "randwrite", "engine": "psync", "size_bytes": 8 << 20},
    metrics=("write.iops",),
)

WORKLOADS = {
    "storage/tiny": """
tool: fio
parameters: {rw: randread, engine: psync, block_size_bytes: 4096, numjobs: 2, size_bytes: 4194304}
metrics: [read.iops]
""",
    "network/tiny": """
tool: fio
parameters: {engine: net, block_size_bytes: 64}
metrics: [write.iops]
""",
    "dma/tiny": """
tool: fio
parameters: {rw: read, engine: psync, block_size_bytes: 4096, size_bytes: 4194304, page_size_bytes: 2097152}
metrics: [read.iops]
""",
    "network/long": """
tool: iperf3
parameters: {protocol: tcp, streams: 1}
metrics: [bits_per_s]
""",
}


@dataclass(frozen=True)
class Bench:
    """A place to run perfadvisor in, with its own workloads, state and test directory."""

    root: Path
    mark: str = field(default_factory=lambda: uuid.uuid4().hex)

    @property
    def test_dir(self) -> Path:
        return self.root / "disk"

    @property
    def out(self) -> Path:
        return self.root / "run"

    def environment(self) -> dict[str, str]:
        return os.environ | {"XDG_STATE_HOME": str(self.root / "state"), MARK: self.mark}

    def argv(self, *names: str, more: tuple[str, ...] = ()) -> list[str]:
        given = ("--workloads", str(self.root / "workloads"), "--dir", str(self.test_dir), "--out", str(self.out))
        return [*PROGRAM, "run", *names, *given, *more]

    def run(self, *names: str, more: tuple[str, ...] = (), **environment: str) -> "subprocess.CompletedProcess[str]":
        return self.call(self.argv(*names, more=more), **environment)

    def call(self, argv: list[str], **environment: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            argv, env=self.environment() | environment, cwd=self.root, capture_output=True, text=True, timeout=120
        )

    def start(self, argv: list[str]) -> "subprocess.Popen[str]":
        """As from a terminal: what a script starts in the background ignores signals, and so would its children."""
        return subprocess.Popen(
            ["env", "--default-signal=INT,QUIT,HUP,TERM", *argv],
            env=self.environment(),
            cwd=self.root,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def processes(self) -> list[str]:
        """Everything that was started from here and still lives; zombies that nobody reaps do not count."""
        return [line for path in Path("/proc").glob("[0-9]*") if (line := self._ours(path))]

    def _ours(self, path: Path) -> str:
        try:
            alive = path.joinpath("stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
            if alive and self.mark.encode() in path.joinpath("environ").read_bytes():
                return path.name + " " + path.joinpath("cmdline").read_text().replace("\0", " ")
        except OSError:
            pass
        return ""

    def left_behind(self) -> list[str]:
        """Processes, files and journals that should not be there when nothing runs."""
        files = [*self.test_dir.iterdir(), *(self.root / "state").rglob("*.jsonl")]
        return self.processes() + [str(path) for path in files]


def write_workloads(root: Path) -> None:
    """The tiny workloads, as files below `root`."""
    for name, text in WORKLOADS.items():
        file = root / "workloads" / f"{name}.yaml"
        file.parent.mkdir(parents=True, exist_ok=True)
        runtime = "30" if name.endswith("long") else "0.3"
        file.write_text(
            f"id: {name}\ntitle: Tiny\nwhy: To test with.\nruntime_s: {runtime}\nwarmup_s: 0\n{text.strip()}\n"
        )


@pytest.fixture
def bench(tmp_path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    made.test_dir.mkdir()
    write_workloads(tmp_path)
    yield made
    assert made.processes() == []
