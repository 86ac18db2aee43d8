"""The machine's own load as results: what each of its real disks and NICs did while other work ran."""

from collections.abc import Iterator

from perfadvisor.facts.block import io_path
from perfadvisor.facts.block import path as block_path
from perfadvisor.facts.trial import counters, counters_qemu, gauges, own_load_samples
from perfadvisor.model.result import IoPath, Output, TrialResult, TrialState
from perfadvisor.model.snapshot import Snapshot, Window
from perfadvisor.model.tree import Tree
from perfadvisor.model.workload import Trial, Workload

WORKLOAD = "own-load"
# The load is what the user runs: it is never "other work".
NOT_OTHERS = frozenset({"gauge.other_cpus", "gauge.other_runnable_mean"})


def is_own_load(workload: str) -> bool:
    """Whether a workload's id is that of a machine's own load: watched once, not measured in repeated runs."""
    return workload.partition("/")[0] == WORKLOAD


def paths(machine: Tree) -> tuple[IoPath, ...]:
    """The whole machine, then the way to every disk and NIC that has a PCI function behind it."""
    names = machine.names("/sys/block")
    disks = (IoPath(block=disk, pci=block_path.pci_address(machine, disk) or "") for disk in names)
    nics = (io_path.of_nic(machine, nic) for nic in machine.names(io_path.NICS))
    return (IoPath(), *(path for path in (*disks, *nics) if path.pci))


def patterns(machine: Tree) -> tuple[str, ...]:
    """Everything to read around the window."""
    found = (pattern for path in paths(machine) for pattern in counters.patterns(path, machine))
    return tuple(dict.fromkeys((*found, *own_load_samples.PATTERNS, *counters_qemu.PATTERNS)))


def workload(path: IoPath, metrics: tuple[str, ...] = ()) -> Workload:
    """The workload a result of this path belongs to: `own-load`, `own-load/eth0`, `own-load/nvme0n1`."""
    subject = path.nic or path.block
    name = f"{WORKLOAD}/{subject}" if subject else WORKLOAD
    device = "network" if path.nic else "storage" if path.block else "machine"
    title = f"The machine's own load{f' on {subject}' if subject else ''}"
    return Workload(id=name, title=title, device=device, tool="none", parameters={}, metrics=metrics)


def results(snapshot: Snapshot) -> Iterator[tuple[Workload, TrialResult]]:
    """One result per path of the snapshot's window; nothing where no load was watched."""
    window = snapshot.window
    if window is None:
        return
    for number, path in enumerate(paths(snapshot.tree), 1):
        result = _result(snapshot, window, workload(path), path, number)
        yield workload(path, tuple(sample.metric for sample in result.output.samples)), result


def _result(snapshot: Snapshot, window: Window, made: Workload, path: IoPath, number: int) -> TrialResult:
    moved = counters.deltas(window.before, window.after, seconds=window.seconds, path=path, machine=snapshot.tree)
    seen = gauges.deltas(window.gauges, seconds=window.seconds)
    return TrialResult(
        trial=Trial(
            number=number,
            workload=made.id,
            environment=snapshot.environment,
            repeat=1,
            position=0,
            runtime_s=window.seconds,
            warmup_s=0.0,
        ),
        state=TrialState.DONE,
        started=snapshot.taken,
        duration_s=window.seconds,
        output=Output(
            samples=own_load_samples.samples(
                window.before, window.after, seconds=window.seconds, path=path, moved=moved
            )
        ),
        path=path,
        deltas={name: value for name, value in {**moved, **seen}.items() if name not in NOT_OTHERS},
    )
