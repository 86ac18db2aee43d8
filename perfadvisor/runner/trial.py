"""One trial: counters, tool, counters, and gauges meanwhile."""

import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from perfadvisor.bundle.evidence import Evidence
from perfadvisor.errors import CutOffError, MeasureError
from perfadvisor.facts.block.io_path import node
from perfadvisor.facts.memory import nodes
from perfadvisor.facts.trial import counters, gauges, happened, returned, touched
from perfadvisor.model.result import Output, Sample, TrialResult, TrialState
from perfadvisor.model.tree import Tree
from perfadvisor.model.units import Unit
from perfadvisor.model.workload import Trial, Workload
from perfadvisor.runner import sockets
from perfadvisor.runner.meanwhile import Meanwhile
from perfadvisor.runner.site import Site
from perfadvisor.runner.stage import TrialSetup
from perfadvisor.runner.within import of_trial
from perfadvisor.targets.base import Command, Completed, Target
from perfadvisor.targets.here.gauges import GaugeReader, Watched
from perfadvisor.targets.remote import sampler
from perfadvisor.tools.catalogue import TOOLS
from perfadvisor.tools.own.values import TIME

GRACE_S = 60.0  # a slow disk may take long to finish what is in flight


@dataclass(frozen=True, kw_only=True)
class Readings:
    """What was read around and during the tool's run: `rows` where it ran, `outside` on the host of a guest;
    `ends` what the kernel counted of the connections."""

    completed: Completed
    before: Tree
    after: Tree
    rows: tuple[gauges.Row, ...]
    outside: tuple[gauges.Row, ...] = ()
    events: tuple[bytes, ...] = ()
    server: Completed | None = None
    ends: tuple[bytes, ...] = ()


def run_trial(
    trial: Trial, workload: Workload, site: Site, setting: TrialSetup, meanwhile: Meanwhile | None = None
) -> tuple[TrialResult, Evidence]:
    """Run it and say what came out; a tool that fails or is missing is a result too, with the reason. `meanwhile`
    hears what the kernel announces, and doubts what that touched."""
    started = time.time()
    if setting.refusal:
        return _not_measured(trial, setting, started, setting.refusal), Evidence()
    try:
        command = _command(trial, workload, site, setting)
        readings = _measure(trial, command, workload, site, setting, meanwhile.drain if meanwhile else _nothing)
    except MeasureError as error:
        result = _not_measured(trial, setting, started, error.with_hint)
        return replace(result, state=TrialState.FAILED) if isinstance(error, CutOffError) else result, Evidence()
    result = _result(trial, workload, site, setting, started, readings)
    if meanwhile:
        result = meanwhile.doubted(result, workload, site, (readings.before, readings.after), readings.events)
    return result, _evidence(readings)


def _nothing() -> tuple[bytes, ...]:
    return ()


def _command(trial: Trial, workload: Workload, site: Site, setting: TrialSetup) -> Command:
    argv, timeout_s = TOOLS[workload.tool].command(workload, trial, setting.context), trial.warmup_s + trial.runtime_s
    why_gone = site.target.presence(setting.path)
    return Command(
        argv=(*setting.client, *argv),
        timeout_s=2 * timeout_s + GRACE_S,
        gone=lambda: f"{why} during trial {trial.number}" if (why := why_gone()) else "",
    )


def _measure(
    trial: Trial,
    command: Command,
    workload: Workload,
    site: Site,
    setting: TrialSetup,
    heard: Callable[[], tuple[bytes, ...]],
) -> Readings:
    """The far end first, then counters, the tool with the gauges beside it, and the counters again."""
    counted = counters.patterns(setting.path, site.machine, setting.counted_at)
    patterns = (
        *counted,
        *happened.patterns(setting.path),
        *returned.patterns(setting.path),
        *(touched.PATTERNS if _finds_its_way(workload) else ()),
    )
    with contextlib.ExitStack() as undo:
        argv = TOOLS[workload.tool].server(workload, setting.context)
        server = setting.serve(argv) if argv and setting.serve else None
        if server:
            undo.callback(server.stop)
        here = site.environment.spec.is_here
        reader = GaugeReader(watched(site, setting)) if here or site.target.runs_below else None
        before = _counters(site.target, patterns)
        ends = undo.enter_context(sockets.watched(trial, setting)) if here and server else None
        heard()  # what came before the trial is not part of it
        with reader or contextlib.nullcontext():
            asked = site.target.beside(command, setting.path.block)
            ran = site.target.run(asked)
        events, after = heard(), _counters(site.target, patterns)
        seen = ends.read() if ends else ()
    completed, inside = _without_rows(replace(ran, command=command) if ran.command == asked else ran)
    outside = reader.rows if reader else ()
    return Readings(
        completed=completed,
        before=before,
        after=after,
        events=events,
        rows=outside if here else inside,
        outside=() if here else outside,
        server=server.stop() if server else None,
        ends=seen,
    )


def _without_rows(ran: Completed) -> tuple[Completed, tuple[gauges.Row, ...]]:
    """What the tool itself printed, and the rows of a reader that ran beside it."""
    stderr, rows = sampler.split(ran.stderr)
    return replace(ran, stderr=stderr), rows


def _counters(target: Target, patterns: Sequence[str]) -> Tree:
    return target.tree(patterns).merged([target.outside()])


def watched(site: Site, setting: TrialSetup) -> Watched:
    """What the gauges look at: the link of the device on the way, and the CPUs far from it."""
    home = node(site.machine, setting.path)
    remote = None if home is None else nodes.read(site.machine).remote_cpus(home)
    block = setting.path.block if site.environment.spec.is_here else ""
    return Watched(pci=setting.path.pci, block=block, remote_cpus=remote)


def _result(
    trial: Trial, workload: Workload, site: Site, setting: TrialSetup, started: float, readings: Readings
) -> TrialResult:
    done = readings.completed
    output = _with_steady(_output(trial, workload, done), setting)
    path = touched.way(readings.before, readings.after, site.machine) if _finds_its_way(workload) else setting.path
    failure = _failure(output, readings) or _no_headline(workload, output)
    return TrialResult(
        trial=trial,
        state=TrialState.FAILED if failure else TrialState.DONE,
        started=started,
        duration_s=done.duration_s,
        command=done.command.argv,
        output=output,
        path=path,
        deltas=_deltas(trial, site, replace(setting, path=path), readings),
        timeline=of_trial(trial, workload.tool, path, output, done.stdout, readings.rows),
        reason=failure,
    )


def _finds_its_way(workload: Workload) -> bool:
    """Whether only its counters tell which device its bytes cross."""
    return not TOOLS[workload.tool].METRICS


def _output(trial: Trial, workload: Workload, done: Completed) -> Output:
    """What the tool says; the time it took is a sample, too, of one whose workloads name what they measure."""
    tool = TOOLS[workload.tool]
    output = tool.parse(done.stdout, done.stderr, done.returncode, {**workload.parameters, **trial.parameters})
    if tool.METRICS or output.error or any(sample.metric == TIME for sample in output.samples):
        return output
    took = Sample(metric=TIME, value=done.duration_s, unit=Unit.SECONDS, better="lower")
    return replace(output, samples=(*output.samples, took))


def _with_steady(output: Output, setting: TrialSetup) -> Output:
    """What preconditioning found, where the tool itself does not say."""
    if setting.steady is None or output.error:
        return output
    return replace(output, details={"steady": setting.steady, **output.details})


def _no_headline(workload: Workload, output: Output) -> str:
    """Why it cannot be judged: the metric that its workload names is not among those that came out."""
    named = [sample.metric for sample in output.samples]
    if TOOLS[workload.tool].METRICS or not workload.metrics or workload.metrics[0] in named:
        return ""
    return f"it gave no {workload.metrics[0]}, but {', '.join(named[:10])}"


def _failure(output: Output, readings: Readings) -> str:
    """Why this is not a result, in one line; "" where it is one."""
    done = readings.completed
    if done.timed_out:
        return f"{done.command.argv[0]} did not end within {done.command.timeout_s:.0f} s and was stopped"
    if not output.error and output.samples:
        return ""
    said = ": ".join(filter(None, (done.command.gone(), output.error or "the tool gave no numbers")))
    far_end = readings.server.stderr.decode("utf-8", "replace").strip() if readings.server else ""
    return f"{said}; the far end reported: {far_end[:200]}" if far_end else said


def _deltas(trial: Trial, site: Site, setting: TrialSetup, readings: Readings) -> dict[str, float]:
    seconds = readings.completed.duration_s
    moved = counters.deltas(
        readings.before,
        readings.after,
        seconds=seconds,
        path=setting.path,
        machine=site.machine,
        network=setting.counted_at,
    )
    inside = gauges.deltas(readings.rows, warmup_s=trial.warmup_s, seconds=seconds)
    outside = gauges.deltas(readings.outside, warmup_s=trial.warmup_s, seconds=seconds)
    return moved | inside | sockets.deltas(readings.ends) | {f"host.{name}": value for name, value in outside.items()}


def _evidence(readings: Readings) -> Evidence:
    done = readings.completed
    return Evidence(
        stdout=done.stdout,
        stderr=done.stderr,
        before=readings.before,
        after=readings.after,
        gauges=(*readings.rows, *({**row, "side": "host"} for row in readings.outside)),
    )


def _not_measured(trial: Trial, setting: TrialSetup, started: float, reason: str) -> TrialResult:
    return TrialResult(
        trial=trial,
        state=TrialState.NOT_MEASURED,
        started=started,
        duration_s=time.time() - started,
        path=setting.path,
        reason=reason,
    )
