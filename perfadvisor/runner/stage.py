"""Everything the trials need around them: the test file, the far end of the network, huge pages. Set up once a run,
taken away after it; what is unavailable makes its workloads "not measured", with the reason, and the rest goes on."""

import contextlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from perfadvisor.errors import MeasureError, PerfAdvisorError
from perfadvisor.model.result import IoPath
from perfadvisor.model.workload import Workload
from perfadvisor.runner.engines import forbidden
from perfadvisor.runner.identity import require
from perfadvisor.runner.place import Storage, size_of
from perfadvisor.runner.site import Site
from perfadvisor.targets.base import OWN_NETWORK, Command, NetworkEnds, Server, Target, VfioFunction
from perfadvisor.targets.changing.huge_pages import Need, reserve
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.changing.storage_file import make
from perfadvisor.targets.here.local import LocalTarget
from perfadvisor.targets.here.process import installed
from perfadvisor.targets.raw.device import RawDevice
from perfadvisor.tools.catalogue import TOOLS
from perfadvisor.tools.context import Context
from perfadvisor.varying import uses_storage

FILL_S = 3600.0  # bounds a disk that hangs
FLUSH_S = 120.0  # enough for some gigabytes; a disk that others keep busy does not justify a longer wait
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class TrialSetup:
    """What one workload's trials need: the tool's context, the way its bytes go, what goes in front of the command and,
    where the far end is ours, of one there, where its network's counters are, how to start the far end, and why it
    cannot be measured ("" where it can). `steady` says whether writing reached its steady state before the trials, None
    where that was not tried."""

    context: Context = field(default_factory=Context)
    path: IoPath = field(default_factory=IoPath)
    client: tuple[str, ...] = ()
    server: tuple[str, ...] = ()
    counted_at: str = OWN_NETWORK
    serve: Callable[[tuple[str, ...]], Server] | None = None
    refusal: str = ""
    steady: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The settings by workload id, and sentences that whoever reads the results must know."""

    settings: dict[str, TrialSetup]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Means:
    """What the trials of every environment are prepared with: where storage is measured (None: nowhere), the journal of
    what is changed for it, `undo` for what the journal does not know of, and who hears what takes long. `link` gives
    the two ends of network tests, and is asked only if one is needed; `lent` is the function bound for this machine's
    own trials."""

    storage: Storage | None
    journal: Journal
    undo: contextlib.ExitStack
    link: Callable[[Target], NetworkEnds]
    lent: VfioFunction | None = None
    say: Say = lambda _: None


@dataclass
class _SetupBuilder:
    """The settings of one environment while they come together."""

    site: Site
    means: Means
    settings: dict[str, TrialSetup] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def target(self) -> Target:
        """The machine they are for."""
        return self.site.target

    def set(self, workloads: Iterable[Workload], setting: TrialSetup) -> None:
        self.settings.update((workload.id, setting) for workload in workloads)

    def refuse(self, workloads: Iterable[Workload], error: MeasureError) -> None:
        for workload in workloads:
            self.settings[workload.id] = replace(self.settings[workload.id], refusal=error.with_hint)


def set_up(workloads: Sequence[Workload], site: Site, means: Means) -> Stage:
    """Prepare for these workloads in one environment."""
    builder = _SetupBuilder(site=site, means=means, settings={workload.id: TrialSetup() for workload in workloads})
    builder.notes.extend(filter(None, [site.target.note]))
    _permissions(workloads, builder)
    usable = [workload for workload in workloads if not builder.settings[workload.id].refusal]
    _storage([workload for workload in usable if uses_storage(workload)], builder)
    _network([workload for workload in usable if needs_network(workload)], builder)
    _function([workload for workload in usable if needs_function(workload)], builder)
    _huge_pages([workload for workload in usable if not builder.settings[workload.id].refusal], builder)
    return Stage(settings=builder.settings, notes=tuple(builder.notes))


def needs_network(workload: Workload) -> bool:
    """Whether something must answer at the far end."""
    return TOOLS[workload.tool].server(workload, Context()) is not None


def needs_function(workload: Workload) -> bool:
    """Whether it needs a device that it can open through VFIO."""
    return TOOLS[workload.tool].needs_function(workload.parameters)


def _permissions(workloads: Sequence[Workload], builder: _SetupBuilder) -> None:
    """What the environment lacks or forbids is reported before anything is made for it."""
    if builder.site.refusal:
        builder.refuse(workloads, MeasureError(builder.site.refusal))
        return
    for name in sorted({workload.tool for workload in workloads}):
        _tool(name, [workload for workload in workloads if workload.tool == name], builder)


def _tool(name: str, workloads: Sequence[Workload], builder: _SetupBuilder) -> None:
    """A missing tool is reported once and early."""
    try:
        require(builder.target, name)
        program = builder.target.program(name)
    except MeasureError as error:
        builder.refuse(workloads, error)
        return
    builder.set(workloads, TrialSetup(context=Context(program=program)))
    for workload in workloads:
        if why := forbidden(workload, builder.site):
            builder.refuse([workload], MeasureError(why))


def _storage(workloads: Sequence[Workload], builder: _SetupBuilder) -> None:
    storage = builder.means.storage
    if not workloads or storage is None:
        return
    try:
        made = _device(workloads, storage.device, storage.writable) if storage.device else _file(workloads, builder)
        context, path = _inside(*made, builder)
    except MeasureError as error:
        builder.refuse(workloads, error)
        return
    if storage.note:
        builder.notes.append(storage.note)
    for workload in workloads:
        program = builder.settings[workload.id].context.program
        builder.set([workload], TrialSetup(context=replace(context, program=program), path=path))


def _inside(context: Context, path: IoPath, builder: _SetupBuilder) -> tuple[Context, IoPath]:
    """The same file or device, by the name it has in a guest."""
    writable = context.writable or not context.device
    seen = builder.target.node_for(Path(context.device or context.file), writable)
    if seen is None:
        return context, path
    node, way, note = seen
    builder.notes.extend(filter(None, [note]))
    return replace(context, device=node, file="", writable=writable), way


def _device(workloads: Sequence[Workload], device: RawDevice, writable: bool) -> tuple[Context, IoPath]:
    """The whole device, or as much as the workloads say; never more than there is."""
    small = device.size_bytes < max(map(size_of, workloads))
    context = Context(device=device.node, writable=writable, size_bytes=device.size_bytes if small else 0)
    return context, device.way


def _file(workloads: Sequence[Workload], builder: _SetupBuilder) -> tuple[Context, IoPath]:
    """One file, as large as the largest of them needs, written in full before anybody reads it. All environments on
    this machine get the same one."""
    largest = max(workloads, key=size_of)
    size, program = size_of(largest), builder.settings[largest.id].context.program
    saying = f"writing {size / 1e9:.1f} GB of random data to a test file"
    if builder.target.own_disk:
        builder.means.say(f"{saying} on {builder.site.name}")
        way, note = builder.target.make_file(size, partial(_write, builder.target, largest, size, program))
        builder.notes.extend(filter(None, [note]))
        return Context(file=way.file), way
    storage = builder.means.storage
    assert storage is not None and storage.place is not None, "either a device or a place for a file"
    file = storage.made_for(size)
    if file is None:
        builder.means.say(f"{saying} in {storage.place.directory}")
        # The machine itself writes it where it can: a limit of a container would make that slow.
        own = installed(TOOLS[largest.tool].PROGRAM.name)
        writer: Target = LocalTarget() if own else builder.target
        write = partial(_write, writer, largest, size, "" if own else program)
        file = make(storage.place, size, builder.means.journal, write)
        storage.files[size] = file
    return Context(file=str(file)), replace(storage.way, file=str(file))


def _write(writer: Target, workload: Workload, size: int, program: str, name: str) -> None:
    """Fill the file of this name."""
    argv = TOOLS[workload.tool].prepare(workload, Context(file=name, size_bytes=size, program=program))
    assert argv is not None, "it needs a file"
    done = writer.run(Command(argv=argv, timeout_s=FILL_S))
    if done.returncode != 0:
        said = (done.stderr or done.stdout).decode("utf-8", "replace").strip()
        raise MeasureError(f"the test file could not be written: {said[:300]}", "see --dir")
    _flush(writer, name)


def _flush(writer: Target, name: str) -> None:
    """What other programs have left to be written (an installation, seconds before) goes to the disk now: half a minute
    later, when the kernel writes it by itself, a trial runs. An environment without this program goes on without it."""
    with contextlib.suppress(PerfAdvisorError):
        writer.run(Command(argv=("sync", "-f", name), timeout_s=FLUSH_S))


def _network(workloads: Sequence[Workload], builder: _SetupBuilder) -> None:
    if not workloads:
        return
    try:
        made = builder.means.link(builder.target)
    except MeasureError as error:
        builder.refuse(workloads, error)
        return
    builder.means.undo.callback(made.close)
    builder.notes.extend(filter(None, [made.note]))
    for workload in workloads:
        context = replace(builder.settings[workload.id].context, host=made.host, port=made.port, bind=made.bind)
        way = made.path(builder.site.machine)
        setting = TrialSetup(
            context=context,
            path=way,
            client=made.client,
            server=made.server,
            serve=made.serve,
            counted_at=made.counted_at,
        )
        builder.set([workload], setting)


def _function(workloads: Sequence[Workload], builder: _SetupBuilder) -> None:
    """No bytes of mapping cross the device, so the way of its results stays empty."""
    if not workloads:
        return
    try:
        function = builder.target.function(builder.means.lent)
    except MeasureError as error:
        builder.refuse(workloads, error)
        return
    for workload in workloads:
        context = builder.settings[workload.id].context
        lent = replace(context, group=function.group, pci_address=function.address)
        builder.set([workload], TrialSetup(context=lent))


def _huge_pages(workloads: Sequence[Workload], builder: _SetupBuilder) -> None:
    """Trials run one after the other, so the largest need of each size and node serves all."""
    needs = {workload.id: need for workload in workloads if (need := _need(workload))}
    for size, node in sorted({(need.page_bytes, need.node) for need in needs.values()}, key=str):
        same = [workload for workload in workloads if _is_of(needs.get(workload.id), size, node)]
        try:
            most = max(needs[workload.id].count for workload in same)
            reserve(Need(page_bytes=size, count=most, node=node), builder.means.journal)
        except MeasureError as error:
            builder.refuse(same, error)


def _need(workload: Workload) -> Need | None:
    """What the tool says it needs of this workload's parameters."""
    size, count = TOOLS[workload.tool].huge_pages(workload.parameters)
    node = workload.parameters.get("memory_node")
    return Need(page_bytes=size, count=count, node=node if isinstance(node, int) else None) if count else None


def _is_of(need: Need | None, size: int, node: int | None) -> bool:
    return need is not None and (need.page_bytes, need.node) == (size, node)
