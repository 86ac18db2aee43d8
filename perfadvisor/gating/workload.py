"""One of our workloads as something to measure in turns: everything is set up once, each call is one fresh run."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from perfadvisor.analyse.results.trust import with_doubts
from perfadvisor.errors import InputError, MeasureError
from perfadvisor.expand import expand
from perfadvisor.facts.block.io_path import node
from perfadvisor.facts.reading import cpulist
from perfadvisor.model.gate import Runs, Side
from perfadvisor.model.result import TrialResult, TrialState, Trust
from perfadvisor.model.workload import Trial, Workload
from perfadvisor.packs import load_workloads
from perfadvisor.runner import place
from perfadvisor.runner.engines import agree
from perfadvisor.runner.planning import storage_workloads
from perfadvisor.runner.request import RunOptions
from perfadvisor.runner.site import Site, ground, open_sites
from perfadvisor.runner.stage import Means, Stage, set_up
from perfadvisor.runner.trial import run_trial
from perfadvisor.runner.work import link_of
from perfadvisor.specs.parse import read_spec
from perfadvisor.targets.changing import journal


@dataclass(slots=True)
class _Bench:
    """The workloads (one, or one for each pair of nodes) and the environments they run in, by what the user called
    them; `seen` counts the runs."""

    workloads: tuple[Workload, ...]
    sites: dict[str, Site]
    stages: dict[str, Stage]
    seen: int = field(default=0)

    def measure(self, spec: str) -> Side:
        """One fresh run of every workload."""
        runs: dict[tuple[str, str], Runs] = {}
        invalid: dict[tuple[str, str], str] = {}
        for workload in self.workloads:
            result = self._run(workload, spec)
            for one in _samples(result, workload):
                runs[one.key] = one
                if result.trust is Trust.INVALID:
                    invalid[one.key] = next(doubt.reason for doubt in result.doubts if doubt.trust is Trust.INVALID)
        return Side(name=spec, runs=runs, invalid=invalid)

    def _run(self, workload: Workload, spec: str) -> TrialResult:
        self.seen += 1
        site = self.sites[spec]
        trial = Trial(
            number=self.seen, workload=workload.id, environment=site.name, repeat=self.seen, position=1,
            runtime_s=workload.runtime_s, warmup_s=workload.warmup_s, parameters=workload.parameters,
        )  # fmt: skip
        result, _ = run_trial(trial, workload, site, self.stages[spec].settings[workload.id])
        if result.state is not TrialState.DONE:
            raise MeasureError(f"{workload.id} in {spec}: {result.reason}", "perfadvisor doctor")
        return with_doubts(result, workload)


def _samples(result: TrialResult, workload: Workload) -> Iterator[Runs]:
    for sample in result.output.samples:
        if sample.metric in workload.metrics:
            yield Runs(
                workload=workload.id, metric=sample.metric, unit=sample.unit.value, better=sample.better,
                values=(sample.value,), times=(result.started,),
            )  # fmt: skip


@contextlib.contextmanager
def measuring(
    name: str, specs: Sequence[str], own: Sequence[Path] = (), directory: Path = Path()
) -> Iterator[Callable[[str], Side]]:
    """What measures one fresh run of the workload in the environment of this --env word; everything made for it is
    taken away at the end. InputError for an unknown workload or environment."""
    workload = _workload(name, own)
    with contextlib.ExitStack() as undo:
        folder = undo.enter_context(tempfile.TemporaryDirectory(prefix="perfadvisor-gate-"))
        options = RunOptions(directory=directory)
        words = tuple(dict.fromkeys(specs))
        opened = open_sites([read_spec(word) for word in words], undo, options.opening())
        sites = dict(zip(words, opened, strict=True))
        first = ground(opened)
        storage = place.choose(storage_workloads((workload,)), first, options)
        workloads = _expanded(agree((workload,), opened).workloads, first, storage)
        book = journal.begin(Path(folder) / "journal.jsonl")
        undo.callback(book.close)
        means = Means(storage=storage, journal=book, undo=undo, link=partial(link_of, options))
        stages = {word: set_up(workloads, site, means) for word, site in sites.items()}
        yield _Bench(workloads=workloads, sites=sites, stages=stages).measure


def _workload(name: str, own: Sequence[Path]) -> Workload:
    known = load_workloads(own)
    if name not in known:
        near = get_close_matches(name, known, n=1)
        raise InputError(f"no workload {name!r}", f"did you mean {near[0]}?" if near else "perfadvisor workloads list")
    return known[name]


def _expanded(workloads: Sequence[Workload], site: Site, storage: place.Storage | None) -> tuple[Workload, ...]:
    cpus, memory = (cpulist.parse(str(site.facts.value(name) or "0")) for name in ("numa.has_cpu", "numa.has_memory"))
    device = node(site.machine, storage.way) if storage else None
    return expand(workloads, cpu_nodes=cpus, memory_nodes=memory, device_node=device)
