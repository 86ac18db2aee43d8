"""Every reader of foreign bytes under a name, with the sound inputs that fuzzing of it starts from."""

import gzip
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from benchmarks import fuzz_samples as samples
from benchmarks.fuzz_samples import files
from perfadvisor import bundle
from perfadvisor.analyse.rules.expression import ConditionError, parse_expression
from perfadvisor.errors import InputError
from perfadvisor.evidence import bundle as evidence
from perfadvisor.evidence.kind import OutputKind
from perfadvisor.evidence.kinds import KINDS
from perfadvisor.facts.pci import config_space
from perfadvisor.facts.reading import cpulist, xmltext
from perfadvisor.gating.calibration_file import read_floors
from perfadvisor.gating.points import read_points
from perfadvisor.gating.policy_file import read_file as read_policy
from perfadvisor.gating.rows import read_side
from perfadvisor.importer.pieces import configurations_in
from perfadvisor.packs.environments import load_environments
from perfadvisor.packs.known_facts import known_facts
from perfadvisor.packs.rule_reader import read_rules
from perfadvisor.packs.suites import load_suites
from perfadvisor.packs.waivers import load_waivers
from perfadvisor.packs.workloads import load_workloads
from perfadvisor.saved import archive, saved
from perfadvisor.saved.given import given
from perfadvisor.specs.parse import read_spec
from perfadvisor.store.baseline import LAST, stored_side
from perfadvisor.store.database import Database
from perfadvisor.store.query import all_series, listed
from perfadvisor.targets.changing import journal
from perfadvisor.targets.here import secrets
from perfadvisor.targets.remote import sampler, shell_capture
from perfadvisor.tools import dmabench, facts_of_output, fio, iperf3

RUN = "tests/data/earlier/run-1"
Read = Callable[[bytes], object]


@dataclass(frozen=True)
class Reader:
    """What reads, what it is given in a sound state, and how often it has a turn beside the others. `whole`: the inputs
    are a document, of which a part is nothing."""

    read: Read
    small: tuple[bytes, ...]
    large: tuple[bytes, ...] = ()
    turns: int = 20
    whole: bool = False


@cache
def _folder() -> Path:
    made = tempfile.TemporaryDirectory(prefix="perfadvisor-fuzz-")
    _kept.append(made)
    return Path(made.name)


_kept: list["tempfile.TemporaryDirectory[str]"] = []  # removed at the end of the process


def _file(data: bytes, name: str) -> Path:
    path = _folder() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def _of_file(read: Callable[[Path], object], name: str) -> Read:
    return lambda data: read(_file(data, name))


def _of_pack(load: Callable[[Path], object], pack: str, place: str) -> Read:
    return lambda data: (_file(data, f"{pack}/{place}"), load(_folder() / pack))[1]


def _of_text(parse: Callable[[str], object]) -> Read:
    def read(data: bytes) -> object:
        try:
            return parse(data.decode(errors="replace"))
        except ConditionError as error:  # the rule that holds the condition makes an input error of it
            raise InputError(str(error)) from error

    return read


def _in_run(name: str, evidence_of: int = 0) -> Read:
    """Load a run in which this file is the broken one."""

    def read(data: bytes) -> object:
        run = _run()
        whole = (run / name).read_bytes()
        try:
            (run / name).write_bytes(data)
            return bundle.load(run, snapshots=False), evidence_of and bundle.evidence(run, evidence_of)
        finally:
            (run / name).write_bytes(whole)

    return read


@cache
def _run() -> Path:
    return Path(shutil.copytree(samples.REPOSITORY / RUN, _folder() / "run"))


@cache
def _kinds_in(text: bytes) -> frozenset[str]:
    """What a text is taken for, part by part."""
    return frozenset(note.kind for note in evidence.read([("x", text)]).notes)


def _of_kind(kind: OutputKind, texts: Iterable[bytes]) -> Reader:
    """What reads one kind of output, with the texts that are of it, and mutations of these only."""
    facts = kind.facts
    assert facts is not None
    mine = tuple(text for text in texts if kind.name in _kinds_in(text) or kind.head.match(text.decode("latin-1")))
    return Reader(lambda data: list(facts(data, source="x")), mine, turns=10)


def _secrets(data: bytes) -> object:
    text = data.decode("latin-1")
    return secrets.in_line(text), secrets.in_xml(text), secrets.in_json(text), secrets.in_arguments(text.split("\0"))


def _history(path: Path) -> object:
    with Database(str(path)).reading() as connection:
        return list(all_series(connection)), listed(connection), stored_side(str(path), LAST)


def _tool(parse: Callable[[bytes, bytes, int], object]) -> Read:
    return lambda data: (parse(data, b"", 0), list(facts_of_output.facts(data)))


@cache
def readers() -> Mapping[str, Reader]:
    """All of them, by name."""
    return {**_machines(), **_texts(), **_results(), **_runs(), **_written()}


def _machines() -> dict[str, Reader]:
    large = files("tests/data/machines/*.gz", "tests/data/planted/*.gz")
    tars = tuple(gzip.decompress(data) for data in large[:2])
    return {
        "snapshot": Reader(_of_file(saved.load, "x.tar.gz"), samples.small_snapshots(), large, turns=10, whole=True),
        "snapshot members": Reader(
            _of_file(saved.load, "y.tar"), tuple(map(gzip.decompress, samples.small_snapshots())), tars, whole=True
        ),
        "tar": Reader(_of_file(lambda path: list(archive.members(path)), "x.tar"), samples.small_tars(), whole=True),
        "given archive": Reader(_of_file(given, "z.tgz"), samples.small_tars(), whole=True),
        "zip": Reader(_of_file(given, "z.zip"), samples.small_zips(), whole=True),
        "ttar": Reader(_of_file(saved.load, "x.ttar"), files("tests/data/host/*.ttar"), turns=10),
        "configuration space": Reader(config_space.parse, (samples.CONFIGURATION_SPACE,), whole=True),
    }


def _texts() -> dict[str, Reader]:
    folders = ("outputs/*", "text/*", "lspci/*.txt", "ethtool/*", "interrupts/*", "guests/*")
    saved_texts = (*samples.TEXTS, *files(*(f"tests/data/{folder}" for folder in folders)))
    xml = (b"<a b='c'><d>e</d><f g='1'/></a>", samples.LIBVIRT)
    return {
        "saved outputs": Reader(lambda data: evidence.read([("x.txt", data)]), saved_texts, turns=100),
        **{kind.name: _of_kind(kind, saved_texts) for kind in KINDS if kind.facts},
        "redaction": Reader(_secrets, saved_texts),
        "XML": Reader(lambda data: xmltext.parse(data, "x"), xml, whole=True),
        "CPU list": Reader(_of_text(cpulist.parse), (b"0-3,8,16-31:2/4",)),
        "remote answer": Reader(shell_capture.parse, (samples.remote_answer(),)),
        "remote gauges": Reader(sampler.split, (samples.GAUGES,)),
    }


def _results() -> dict[str, Reader]:
    found = {}
    for name, parse in (("fio", fio.parse), ("iperf3", iperf3.parse)):
        large = files(f"tests/data/{name}/*")
        small = tuple(map(samples.pruned, large))
        found[name] = Reader(_tool(parse), small, large, turns=60, whole=True)
        found[f"import of {name}"] = Reader(lambda data: configurations_in(data, "x"), small, large, whole=True)
    found["dmabench"] = Reader(lambda data: dmabench.parse(data, b"", 0), files("tests/data/dmabench/*"), whole=True)
    benchmarks = (samples.GO, samples.HYPERFINE, samples.PYTEST, samples.GOOGLE, samples.CUSTOM)
    return found | {
        "gate rows": Reader(_of_file(read_side, "x.csv"), (samples.GATE, samples.RUNS), whole=True),
        "benchmark files": Reader(_of_file(read_side, "x.json"), benchmarks, whole=True),
        "history points": Reader(_of_file(lambda path: list(read_points(path)), "y.csv"), (samples.POINTS,)),
        "history file": Reader(_of_file(_history, "h.sqlite"), (samples.history(),), turns=5, whole=True),
    }


def _runs() -> dict[str, Reader]:
    trial = f"{RUN}/trials/0001"
    return {
        "run.json": Reader(_in_run("run.json"), files(f"{RUN}/run.json"), turns=3, whole=True),
        "trial.json": Reader(_in_run("trials/0001/trial.json"), files(f"{trial}/trial.json"), turns=3, whole=True),
        "counters": Reader(_in_run("trials/0001/counters.json", 1), files(f"{trial}/counters.json"), turns=3),
        "gauges": Reader(_in_run("trials/0001/gauges.jsonl", 1), files(f"{trial}/gauges.jsonl"), turns=3),
        "journal": Reader(_of_file(journal.read, "x.jsonl"), (samples.JOURNAL,)),
    }


def _written() -> dict[str, Reader]:
    """What users write: packs, policies, environments, conditions."""
    known = load_workloads()
    rules = tuple(samples.renamed(data, "x") for data in files("rules/*.yaml", "rules/*/*.yaml"))
    workloads = tuple(samples.renamed(data, "storage/x") for data in files("workloads/storage/*"))
    suites = (b"id: x\ntitle: Some\nworkloads: ['storage/*']\n",)
    return {
        "rule": Reader(
            lambda data: read_rules([_file(data, "rules/x.yaml")], known_facts()), rules, turns=1, whole=True
        ),
        "workload": Reader(
            _of_pack(lambda place: load_workloads([place]), "loads", "storage/x.yaml"),
            workloads,
            turns=1,
            whole=True,
        ),
        "suite": Reader(
            _of_pack(lambda place: load_suites(known, [place]), "suites", "suites/x.yaml"),
            suites,
            turns=1,
            whole=True,
        ),
        "waivers": Reader(
            _of_file(lambda path: load_waivers(path, {"memory-ksm-active"}), "w.yaml"),
            (samples.WAIVERS,),
            turns=3,
            whole=True,
        ),
        "policy": Reader(_of_file(read_policy, "p.yaml"), (samples.POLICY,), turns=3, whole=True),
        "environments": Reader(_of_file(load_environments, "e.yaml"), (samples.ENVIRONMENTS,), turns=3, whole=True),
        "calibration": Reader(_of_file(read_floors, "c.json"), (samples.FLOORS,), whole=True),
        "condition": Reader(_of_text(parse_expression), (samples.CONDITION,), whole=True),
        "environment": Reader(_of_text(read_spec), (b"docker:debian,cpus=2,memory=2g", b"ssh:root@host")),
    }
