"""One of our workloads as something to measure in turns: everything is set up once, each call is one fresh run."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from perfadvisor.analyse.results.trust import with_doubts
from perfadvisor.errors import InputError, MeasureError
from perfadvisor.expand import expand
from perfadvisor.facts.block.io_path import node
from perfadvisor.facts.reading import cpulist
from perfadvisor.model.gate import Runs, Side
from perfadvisor.model.result import IoPath, TrialResult, TrialState, Trust
from perfadvisor.model.workload import Trial, Workload
from perfadvisor.packs.workloads import load_workloads
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
from perfadvisor.tools.own import command

BOTH = 2  # user and kernel, sender and receiver: one alone is not a cost


@dataclass(slots=True)
class Bench:
    """The workloads by name (each one, or one for each pair of nodes) and the environments they run in, by what the
    user called them. `seen` counts the runs; with `cost` each also gives the CPU time of an operation."""

    workloads: Mapping[str, tuple[Workload, ...]]
    sites: dict[str, Site]
    stages: dict[str, Stage]
    cost: bool = False
    seen: int = field(default=0)

    def path(self, name: str, spec: str) -> IoPath:
        """What the bytes of this workload cross."""
        return self.stages[spec].settings[self.workloads[name][0].id].path

    def refusal(self, name: str, spec: str) -> str:
        """Why this workload cannot be measured there, "" where it can."""
        return self.stages[spec].settings[self.workloads[name][0].id].refusal

    def measure(self, spec: str, names: Sequence[str] = ()) -> Side:
        """One fresh run of each of these workloads, of all without `names`."""
        runs: dict[tuple[str, str], Runs] = {}
        invalid: dict[tuple[str, str], str] = {}
        for workload in (one for name in names or self.workloads for one in self.workloads[name]):
            result = self._run(workload, spec)
            for one in (*_samples(result, workload), *(_costs(result) if self.cost else ())):
                runs[one.key] = one
                if result.trust is Trust.INVALID:
                    invalid[one.key] = next(doubt.reason for doubt in result.doubts if doubt.trust is Trust.INVALID)
        return Side(name=spec, runs=runs, invalid=invalid)

    def _run(self, workload: Workload, spec: str) -> TrialResult:
        self.seen += 1
        site = self.sites[spec]
        trial = Trial(
            number=self.seen,
            workload=workload.id,
            environment=site.name,
            repeat=self.seen,
            position=1,
            runtime_s=workload.runtime_s,
            warmup_s=workload.warmup_s,
            parameters=workload.parameters,
        )
        result, _ = run_trial(trial, workload, site, self.stages[spec].settings[workload.id])
        if result.state is not TrialState.DONE:
            raise MeasureError(f"{workload.id} in {spec}: {result.reason}", "perfadvisor doctor")
        return with_doubts(result, workload)


def _samples(result: TrialResult, workload: Workload) -> Iterator[Runs]:
    for sample in result.output.samples:
        if sample.metric in workload.metrics:
            yield Runs(
                workload=workload.id,
                metric=sample.metric,
                unit=sample.unit.value,
                better=sample.better,
                values=(sample.value,),
                times=(result.started,),
            )


def _costs(result: TrialResult) -> Iterator[Runs]:
    """The CPU time that the tool and the kernel on its behalf spent on one operation, or on one KiB of a stream."""
    told, rates = result.output.details, {one.metric: one.value for one in result.output.samples}
    shares = [one for name in ("usr_cpu_share", "sys_cpu_share") if isinstance(one := told.get(name), float)]
    percents = [
        one for name in ("sender_cpu_percent", "receiver_cpu_percent") if isinstance(one := told.get(name), float)
    ]
    operations = sum(value for name, value in rates.items() if name.endswith(".iops"))
    if operations and len(shares) == BOTH:
        yield _cost(result, "cpu_per_operation", sum(shares) / operations)
    elif rates.get("bits_per_s") and len(percents) == BOTH:
        yield _cost(result, "cpu_per_kib", sum(percents) / 100 / (rates["bits_per_s"] / 8192))


def _cost(result: TrialResult, metric: str, seconds: float) -> Runs:
    return Runs(
        workload=result.trial.workload,
        metric=metric,
        unit="ns",
        better="lower",
        values=(seconds * 1e9,),
        times=(result.started,),
    )


@contextlib.contextmanager
def measuring(
    name: str, specs: Sequence[str], own: Sequence[Path] = (), directory: Path = Path()
) -> Iterator[Callable[[str], Side]]:
    """What measures one fresh run of the workload in the environment of this --env word; everything made for it is
    taken away at the end. InputError for an unknown workload or environment."""
    with bench([name], specs, RunOptions(directory=directory), own) as made:
        yield made.measure


@contextlib.contextmanager
def bench(
    names: Sequence[str],
    specs: Sequence[str],
    options: RunOptions,
    own: Sequence[Path] = (),
    *,
    cost: bool = False,
    runtime_s: float | None = None,
) -> Iterator[Bench]:
    """Several workloads set up together, in the environments of these --env words; `runtime_s` replaces how long each
    of their runs measures."""
    chosen = [workload_of(name, own) for name in names]
    command.refuse(chosen)
    chosen = [replace(one, runtime_s=runtime_s or one.runtime_s) for one in chosen]
    with contextlib.ExitStack() as undo:
        folder = undo.enter_context(tempfile.TemporaryDirectory(prefix="perfadvisor-gate-"))
        words = tuple(dict.fromkeys(specs))
        opened = open_sites([read_spec(word) for word in words], undo, options.opening())
        sites = dict(zip(words, opened, strict=True))
        first = ground(opened)
        storage = place.choose(storage_workloads(chosen), first, options)
        agreed = [one for each in chosen for one in agree((each,), opened).workloads]  # each is asked for by its name
        expanded = {one.id: _expanded((one,), first, storage) for one in agreed}
        book = journal.begin(Path(folder) / "journal.jsonl")
        undo.callback(book.close)
        means = Means(storage=storage, journal=book, undo=undo, link=partial(link_of, options))
        every = tuple(one for several in expanded.values() for one in several)
        stages = {word: set_up(every, site, means) for word, site in sites.items()}
        yield Bench(workloads=expanded, sites=sites, stages=stages, cost=cost)


def workload_of(name: str, own: Sequence[Path]) -> Workload:
    """A workload by its name. InputError, with the nearest one, for another."""
    known = load_workloads(own)
    if name not in known:
        near = get_close_matches(name, known, n=1)
        raise InputError(f"no workload {name!r}", f"did you mean {near[0]}?" if near else "perfadvisor workloads list")
    return known[name]


def _expanded(workloads: Sequence[Workload], site: Site, storage: place.Storage | None) -> tuple[Workload, ...]:
    cpus, memory = (cpulist.parse(str(site.facts.value(name) or "0")) for name in ("numa.has_cpu", "numa.has_memory"))
    device = node(site.machine, storage.way) if storage else None
    return expand(workloads, cpu_nodes=cpus, memory_nodes=memory, device_node=device)
