"""Every reader with broken inputs: what they may say is one clear error, within two seconds and half a gigabyte."""

import contextlib
import random
import resource
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from perfadvisor import api
from perfadvisor.analyse.rules.expression import parse_expression
from perfadvisor.errors import PerfAdvisorError
from perfadvisor.facts.reading import cpulist, xmltext
from perfadvisor.gating.calibration_file import read_floors
from perfadvisor.gating.policy_file import read_file as read_policy
from perfadvisor.gating.rows import read_side
from perfadvisor.packs import load_suites, load_workloads
from perfadvisor.packs.environments import load_environments
from perfadvisor.reading import read
from perfadvisor.targets.changing import journal
from perfadvisor.tools.catalogue import TOOLS
from tests.torture.report import Report

DATA = Path(__file__).resolve().parents[1] / "data"
REPOSITORY = DATA.parents[1]
RUNS = "tests/data/earlier/run-*"
JOURNAL = b'{"owner": {"pid": 1}}\n{"n": 1, "what": "file", "path": "/x"}\n'
LONGEST_S, MOST_GROWTH_BYTES = 2.0, 400 << 20  # above what the process had before, which may be a whole test session
HUNG_S = 20
TOKENS = (
    b"0", b"-1", b"1e999", b"NaN", b"99999999999999999999", b"null", b"[]", b"{}", b'""', b"\xff\xfe", b"\0", b"\n",
    b"\x1b[2J", "\u202e".encode(), b"<!DOCTYPE a>", b"&a;", b"../../x", b"%s%n", b"'", b'"', b"&x", b"*x",
    b"!!python/x",
)  # fmt: skip


@dataclass(frozen=True)
class Reader:
    """What reads, the inputs that are broken, and the name that the file has."""

    read: Callable[[Path], object]
    samples: tuple[bytes, ...]
    name: str


def _of(*patterns: str) -> tuple[bytes, ...]:
    return tuple(path.read_bytes() for pattern in patterns for path in sorted(REPOSITORY.glob(pattern)))


def _tool(tool: str) -> Callable[[Path], object]:
    return lambda path: TOOLS[tool].parse(path.read_bytes())


def _in_a_run(name: str) -> Callable[[Path], object]:
    """Load and judge a run in which this file is the broken one."""

    def read_run(path: Path) -> object:
        run = path.parent / "run"
        shutil.copytree(next((DATA / "earlier").glob("run-*")), run)
        shutil.copy(path, next(run.glob(name)))
        try:
            return api.advise(api.load(run) and run)
        finally:
            shutil.rmtree(run)

    return read_run


def _pack(load: Callable[[Path], object], place: str) -> Callable[[Path], object]:
    def read_pack(path: Path) -> object:
        file = path.parent / "pack" / place
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, file)
        return load(path.parent / "pack")

    return read_pack


def _suites(place: Path) -> object:
    return load_suites({}, [place])


@cache
def readers() -> dict[str, Reader]:
    """All of them, by name."""
    texts = _of("tests/data/text/*", "tests/data/lspci/*.txt", "tests/data/ethtool/*", "tests/data/interrupts/*")
    workload = _of("workloads/storage/*.yaml")
    return {
        "fio": Reader(_tool("fio"), _of("tests/data/fio/*"), "x.json"),
        "iperf3": Reader(_tool("iperf3"), _of("tests/data/iperf3/*"), "x.json"),
        "dmabench": Reader(_tool("dmabench"), _of("tests/data/dmabench/*"), "x.json"),
        "facts of any file": Reader(read, (*texts, *_of("tests/data/guests/*", "tests/data/fio/*.json")), "x.txt"),
        "snapshot": Reader(api.facts_of, _of("tests/data/machines/*.tar.gz"), "x.tar.gz"),
        "run.json": Reader(_in_a_run("run.json"), _of(f"{RUNS}/run.json"), "x.json"),
        "trial.json": Reader(_in_a_run("trials/*/trial.json"), _of(f"{RUNS}/trials/*/trial.json"), "x"),
        "counters": Reader(_in_a_run("trials/*/counters.json"), _of(f"{RUNS}/trials/*/counters*"), "x"),
        "gauges": Reader(_in_a_run("trials/*/gauges.jsonl"), _of(f"{RUNS}/trials/*/gauges*"), "x"),
        "workload": Reader(_pack(lambda place: load_workloads([place]), "storage/x.yaml"), workload, "x.yaml"),
        "suite": Reader(_pack(_suites, "suites/x.yaml"), _of("workloads/suites/*"), "x.yaml"),
        "environments": Reader(load_environments, (b"a: {kind: docker, image: x, cpus: 0.5}\nb: local\n",), "x.yaml"),
        "policy": Reader(read_policy, (b"version: 1\nmetrics:\n- match: '*'\n  margin: 0.03\n",), "x.yaml"),
        "calibration": Reader(read_floors, (b'{"version": 1, "floors": {"a": 0.1}}',), "x.json"),
        "rows": Reader(read_side, (b"workload,metric,value,unit,run\nw,m,1.5,s,1\nw,m,2,s,2\n",), "x.csv"),
        "journal": Reader(journal.read, (JOURNAL,), "x.jsonl"),
        "condition": Reader(
            lambda path: parse_expression(path.read_text(errors="replace")),
            (b"nic.mtu < 9000 and pci.link_width in (4, 8) or not a.b == 'x'",), "x",
        ),
        "xml": Reader(
            lambda path: xmltext.parse(path.read_bytes(), "x"), (b"<a b='c'><d>e</d><f g='1'/></a>",), "x.xml"
        ),
        "cpu list": Reader(lambda path: cpulist.parse(path.read_text(errors="replace")), (b"0-3,8,16-31:2/4",), "x"),
    }  # fmt: skip


def broken(data: bytes, chance: random.Random) -> bytes:
    """The input with one to eight faults: bytes, tokens, pieces that go, come twice or change places, a cut."""
    found = bytearray(data)
    for _ in range(chance.randrange(1, 9)):
        at = chance.randrange(len(found) + 1)
        length = chance.choice((1, 2, 8, 64, 1024))
        kind = chance.randrange(6)
        if kind == 0 and found:
            found[min(at, len(found) - 1)] = chance.randrange(256)
        elif kind == 1:
            found[at:at] = chance.choice(TOKENS)
        elif kind == 2:
            del found[at : at + length]
        elif kind == 3:
            found[at:at] = found[at : at + length] * chance.choice((1, 2, 100))
        elif kind == 4:
            found[at : at + length] = chance.choice(TOKENS)
        elif chance.random() < 0.3:
            del found[at:]
    return bytes(found)


def feed(chance: random.Random, number: int, report: Report) -> None:
    """One broken input to one reader."""
    name, reader = chance.choice(sorted(readers().items(), key=lambda pair: pair[0]))
    data = broken(chance.choice(reader.samples), chance)
    with tempfile.TemporaryDirectory(prefix="torture-") as folder:
        path = Path(folder) / reader.name
        path.write_bytes(data)
        started, held = time.process_time(), _peak_bytes()
        problem = _wrong(reader, path)
        took = time.process_time() - started
    report.count("broken", name)
    if took > LONGEST_S:
        problem = problem or f"took {took:.1f} s of CPU"
    if _peak_bytes() - held > MOST_GROWTH_BYTES:
        problem = problem or f"the process grew by more than {MOST_GROWTH_BYTES >> 20} MiB"
    if problem:
        report.fail(f"{name}: {problem}", number, {reader.name: data}, reader=name)


def _peak_bytes() -> int:
    """The most memory that this process has held so far (getrusage(2): ru_maxrss in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _wrong(reader: Reader, path: Path) -> str:
    with _alarm():
        try:
            reader.read(path)
        except PerfAdvisorError:
            return ""
        except ValueError as error:  # a condition's own error
            return "" if type(error).__name__ == "ConditionError" else f"{type(error).__name__}: {error}"
        except Exception as error:
            return f"{type(error).__name__}: {error}"[:300]
    return ""


@contextlib.contextmanager
def _alarm() -> Iterator[None]:
    def ring(*_: object) -> None:
        raise TimeoutError(f"hung for {HUNG_S} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(HUNG_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
