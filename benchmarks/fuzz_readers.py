"""Every reader of foreign bytes under a name, and the sound inputs that fuzzing starts from."""

import gzip
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

from perfadvisor.facts.text import recognise
from perfadvisor.saved import archive, saved
from perfadvisor.targets.here import secrets
from perfadvisor.tools import dmabench, facts_of_output, fio, iperf3

DATA = Path(__file__).resolve().parent.parent / "tests" / "data"
GATE = b"workload,metric,unit,better,value\nw,m,s,lower,1.5\nw,m,s,lower,1.6\n"
POINTS = b"series,time,value,commit\nw,1700000000,1.5,abc\nw,2024-01-01T00:00:00Z,1.6,abd\n"
POLICY = b"""\
version: 1
metrics:
  - match: 'w/*'
    margin: 0.05
acknowledged:
  - id: w/m
    until: "2027-01-01"
    reason: slower on purpose
"""
ENVIRONMENTS = b"environments:\n  small: {spec: 'docker:debian,cpus=2,memory=2g'}\n  a: {spec: 'ssh:root@host'}\n"
TEXTS = {"gate.csv": GATE, "points.csv": POINTS, "policy.yaml": POLICY, "environments.yaml": ENVIRONMENTS}


def seeds() -> list[tuple[str, bytes]]:
    """(reader, sound input): everything in tests/data, and small texts of the formats that users write."""
    found = [(_reader_of(path), path.read_bytes()) for path in sorted(DATA.rglob("*")) if path.is_file()]
    unpacked = [("members", gzip.decompress(data)) for name, data in found if name == "archive"]
    return [(name, data) for name, data in found if name] + unpacked + list(TEXTS.items())


def _reader_of(path: Path) -> str:
    if path.suffix in (".gz", ".ttar"):
        return "archive" if path.suffix == ".gz" else "ttar"
    folder = path.relative_to(DATA).parts[0]
    return folder if folder in ("fio", "iperf3", "dmabench") else "text" if path.suffix != ".md" else ""


def _text(data: bytes) -> object:
    kind = recognise.recognise(data)
    return list(kind.facts(data, source="x")) if kind else None


def _every_text(data: bytes) -> object:
    return [list(kind.facts(data, source="x")) for kind in recognise.KINDS]


def _fio(data: bytes) -> object:
    return fio.parse(data, b"", 0), list(facts_of_output.facts(data))


def _iperf3(data: bytes) -> object:
    return iperf3.parse(data, b"", 0), list(facts_of_output.facts(data))


def _gate(data: bytes) -> object:
    from perfadvisor.gating.rows import read_side

    return read_side(_file(data, ".csv"))


def _points(data: bytes) -> object:
    from perfadvisor.gating.points import read_points

    return list(read_points(_file(data, ".csv")))


def _policy(data: bytes) -> object:
    from perfadvisor.gating.policy_file import read_file

    return read_file(_file(data, ".yaml"))


def _environments(data: bytes) -> object:
    from perfadvisor.packs.environments import load_environments

    return load_environments(_file(data, ".yaml"))


def _import(data: bytes) -> object:
    from perfadvisor.importer.pieces import configurations_in

    return configurations_in(data, "x")


def _secrets(data: bytes) -> object:
    text = data.decode("latin-1")
    return secrets.in_line(text), secrets.in_xml(text), secrets.in_json(text), secrets.in_arguments(text.split("\0"))


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="perfadvisor-fuzz-")


def _file(data: bytes, ending: str) -> Path:
    path = Path(_folder().name) / f"x{ending}"
    path.write_bytes(data)
    return path


READERS: dict[str, Callable[[bytes], object]] = {
    "archive": lambda data: saved.load(_file(data, ".tar.gz")),
    "ttar": lambda data: saved.load(_file(data, ".ttar")),
    "members": lambda data: list(archive.members(_file(data, ".tar"))),
    "text": _text,
    "every text": _every_text,
    "fio": _fio,
    "iperf3": _iperf3,
    "dmabench": lambda data: dmabench.parse(data, b"", 0),
    "import": _import,
    "secrets": _secrets,
    "gate.csv": _gate,
    "points.csv": _points,
    "policy.yaml": _policy,
    "environments.yaml": _environments,
}
