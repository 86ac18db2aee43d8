"""Everything the trials need around them: the test file, the far end of the network, huge pages. Set up once a run,
taken away after it; what cannot be had makes its workloads "not measured", with the reason, and the rest goes on."""

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path as FilePath

from perfadvisor.errors import MeasureError
from perfadvisor.model.result import Path
from perfadvisor.model.workload import Workload
from perfadvisor.runner.identity import program_on, require
from perfadvisor.runner.place import Storage, size_of
from perfadvisor.runner.site import Site
from perfadvisor.targets.base import Choosy, Command, HasFunctions, Noted, OwnDisk, Passed, Server, Target
from perfadvisor.targets.changing.huge_pages import Need, reserve
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.changing.storage_file import make
from perfadvisor.targets.here.local import LocalTarget
from perfadvisor.targets.here.network import Link
from perfadvisor.targets.here.process import installed
from perfadvisor.targets.raw.device import RawDevice
from perfadvisor.targets.turns import OwnNodes
from perfadvisor.tools.catalogue import TOOLS
from perfadvisor.tools.context import Context

FILL_S = 3600.0  # bounds a disk that hangs
Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Setting:
    """What one workload's trials need: the tool's context, the way its bytes go, what goes in front of the command, how
    to start the far end, and why it cannot be measured ("" where it can)."""

    context: Context = field(default_factory=Context)
    path: Path = field(default_factory=Path)
    client: tuple[str, ...] = ()
    serve: Callable[[tuple[str, ...]], Server] | None = None
    refusal: str = ""


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The settings by workload id, and sentences that whoever reads the results must know."""

    settings: Mapping[str, Setting]
    notes: tuple[str, ...] = ()


@dataclass
class _Builder:
    """The settings while they come together."""

    settings: dict[str, Setting] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def set(self, workloads: Iterable[Workload], setting: Setting) -> None:
        self.settings.update((workload.id, setting) for workload in workloads)

    def refuse(self, workloads: Iterable[Workload], error: MeasureError) -> None:
        reason = f"{error.message} (next: {error.hint})" if error.hint else error.message
        for workload in workloads:
            self.settings[workload.id] = replace(self.settings[workload.id], refusal=reason)


def set_up(
    workloads: Sequence[Workload],
    site: Site,
    storage: Storage | None,
    link: Callable[[], Link],
    journal: Journal,
    undo: contextlib.ExitStack,
    say: Say,
    function: Passed | None = None,
) -> Stage:
    """Prepare for these workloads; `undo` takes away what the journal does not know of. `link` is made only if one of
    them needs the network. `function` is the device that the site's trials may open through VFIO."""
    builder = _Builder(settings={workload.id: Setting() for workload in workloads})
    if isinstance(site.target, Noted):
        builder.notes.extend(filter(None, [site.target.note]))
    _permissions(workloads, site, builder)
    usable = [workload for workload in workloads if not builder.settings[workload.id].refusal]
    _storage([workload for workload in usable if needs_storage(workload)], site, storage, journal, builder, say)
    _network([workload for workload in usable if needs_network(workload)], site, link, builder, undo)
    _function([workload for workload in usable if needs_function(workload)], site, function, builder)
    _huge_pages([workload for workload in usable if not builder.settings[workload.id].refusal], journal, builder)
    return Stage(settings=builder.settings, notes=tuple(builder.notes))


def needs_storage(workload: Workload) -> bool:
    """Whether it reads or writes a data file: then its tool has a command to lay that out."""
    return TOOLS[workload.tool].prepare(workload, Context(file="data")) is not None


def needs_network(workload: Workload) -> bool:
    """Whether something must answer at the far end."""
    return TOOLS[workload.tool].server(workload, Context()) is not None


def needs_function(workload: Workload) -> bool:
    """Whether it needs a device that it can open through VFIO."""
    needs = getattr(TOOLS[workload.tool], "needs_function", None)
    return needs is not None and bool(needs(workload.parameters))


def _tools(workloads: Sequence[Workload], site: Site, builder: _Builder) -> None:
    """A missing tool is said once and early, before anything is made for it."""
    for name in sorted({workload.tool for workload in workloads}):
        its = [workload for workload in workloads if workload.tool == name]
        try:
            require(site.target, name)
            builder.set(its, Setting(context=Context(program=program_on(site.target, name))))
        except MeasureError as error:
            builder.refuse(its, error)


def _permissions(workloads: Sequence[Workload], site: Site, builder: _Builder) -> None:
    """What the environment forbids is said before anything is made for it."""
    if site.refusal:
        builder.refuse(workloads, MeasureError(site.refusal))
        return
    _tools(workloads, site, builder)
    if isinstance(site.target, Choosy):
        for workload in workloads:
            if not builder.settings[workload.id].refusal and (why := site.target.forbids(workload.parameters)):
                builder.refuse([workload], MeasureError(why))


def _storage(
    workloads: Sequence[Workload], site: Site, storage: Storage | None, journal: Journal, builder: _Builder, say: Say
) -> None:
    if not workloads or storage is None:
        return
    try:
        if storage.device:
            context, path = _device(workloads, storage.device, storage.writable)
        else:
            context, path = _file(workloads, site, storage, builder, journal, say)
    except MeasureError as error:
        builder.refuse(workloads, error)
        return
    if storage.note:
        builder.notes.append(storage.note)
    if isinstance(site.target, OwnNodes):
        try:
            context, path = _inside(site.target, context, builder)
        except MeasureError as error:
            builder.refuse(workloads, error)
            return
    for workload in workloads:
        program = builder.settings[workload.id].context.program
        builder.set([workload], Setting(context=replace(context, program=program), path=path))


def _inside(target: OwnNodes, context: Context, builder: _Builder) -> tuple[Context, Path]:
    """The same file or device, by the name it has in a guest."""
    writable = context.writable or not context.device
    node, way, note = target.node_for(FilePath(context.device or context.file), writable)
    builder.notes.extend(filter(None, [note]))
    return replace(context, device=node, file="", writable=writable), way


def _device(workloads: Sequence[Workload], device: RawDevice, writable: bool) -> tuple[Context, Path]:
    """The whole device, or as much as the workloads say; never more than there is."""
    small = device.size_bytes < max(map(size_of, workloads))
    context = Context(device=device.node, writable=writable, size_bytes=device.size_bytes if small else 0)
    return context, device.way


def _file(
    workloads: Sequence[Workload], site: Site, storage: Storage, builder: _Builder, journal: Journal, say: Say
) -> tuple[Context, Path]:
    """One file, as large as the largest of them needs, written in full before anybody reads it. All environments on
    this machine get the same one."""
    largest = max(workloads, key=size_of)
    size, program = size_of(largest), builder.settings[largest.id].context.program
    if isinstance(site.target, OwnDisk):
        say(f"writing {size / 1e9:.1f} GB of random data to a test file on {site.name}")
        way, note = site.target.make_file(size, partial(_write, site.target, largest, size, program))
        builder.notes.extend(filter(None, [note]))
        return Context(file=way.file), way
    assert storage.place is not None, "either a device or a place for a file"
    file = storage.made_for(size)
    if file is None:
        say(f"writing {size / 1e9:.1f} GB of random data to a test file in {storage.place.directory}")
        # The machine itself writes it where it can: a limit of a container would make that slow.
        own = installed(TOOLS[largest.tool].PROGRAM)
        writer: Target = LocalTarget() if own else site.target
        file = make(storage.place, size, journal, partial(_write, writer, largest, size, "" if own else program))
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


def _network(
    workloads: Sequence[Workload],
    site: Site,
    link: Callable[[], Link],
    builder: _Builder,
    undo: contextlib.ExitStack,
) -> None:
    if not workloads:
        return
    try:
        made = link()
    except MeasureError as error:
        builder.refuse(workloads, error)
        return
    undo.callback(made.close)
    if made.note:
        builder.notes.append(made.note)
    for workload in workloads:
        context = replace(builder.settings[workload.id].context, host=made.host, port=made.port, bind=made.bind)
        setting = Setting(context=context, path=made.path(site.machine), client=made.client, serve=made.serve)
        builder.set([workload], setting)


def _function(workloads: Sequence[Workload], site: Site, function: Passed | None, builder: _Builder) -> None:
    """No bytes of mapping cross the device, so the way of its results stays empty."""
    for workload in workloads:
        if function is None:
            builder.refuse([workload], _no_function(site))
            continue
        context = builder.settings[workload.id].context
        lent = replace(context, group=function.group, pci_address=function.address)
        builder.set([workload], Setting(context=lent))


def _no_function(site: Site) -> MeasureError:
    spec = site.environment.spec
    if isinstance(site.target, HasFunctions):
        return MeasureError("the container was given no device", f"--env {spec.partition(':')[0]}:vfio=BDF")
    if spec == "local":
        return MeasureError(
            "no device is lent for it", "as root: perfadvisor run mapping --vfio BDF; perfadvisor doctor names some"
        )
    return MeasureError("measured on this machine and in its containers only", "--env local --vfio BDF")


def _huge_pages(workloads: Sequence[Workload], journal: Journal, builder: _Builder) -> None:
    """Trials run one after the other, so the largest need of each size and node serves all."""
    needs = {workload.id: need for workload in workloads if (need := _need(workload))}
    for size, node in sorted({(need.page_bytes, need.node) for need in needs.values()}, key=str):
        same = [workload for workload in workloads if _is_of(needs.get(workload.id), size, node)]
        try:
            most = max(needs[workload.id].count for workload in same)
            reserve(Need(page_bytes=size, count=most, node=node), journal)
        except MeasureError as error:
            builder.refuse(same, error)


def _need(workload: Workload) -> Need | None:
    """What the tool says it needs of this workload's parameters; not every tool has buffers of its own."""
    count_of = getattr(TOOLS[workload.tool], "huge_pages", None)
    size, count = count_of(workload.parameters) if count_of else (0, 0)
    node = workload.parameters.get("memory_node")
    return Need(page_bytes=size, count=count, node=node if isinstance(node, int) else None) if count else None


def _is_of(need: Need | None, size: int, node: int | None) -> bool:
    return need is not None and (need.page_bytes, need.node) == (size, node)
