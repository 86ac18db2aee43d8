"""A container of docker or podman: one that is made for the run and serves all its trials, or one that is there."""

import contextlib
from collections.abc import Callable, Sequence
from functools import cached_property

from perfadvisor.errors import MeasureError
from perfadvisor.facts.cgroup import cgroup
from perfadvisor.model.result import IoPath
from perfadvisor.model.tree import Tree
from perfadvisor.specs.spec import Spec
from perfadvisor.targets.base import Command, Completed, NetworkEnds, Server, VfioFunction
from perfadvisor.targets.changing import journal
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.changing.undo import undone_by
from perfadvisor.targets.container import devices as container_devices
from perfadvisor.targets.container import engine as container_engine
from perfadvisor.targets.container import groups as container_groups
from perfadvisor.targets.container import limits as container_limits
from perfadvisor.targets.container.engine import Engine, Started
from perfadvisor.targets.container.spec import Declared, arguments, declared_by
from perfadvisor.targets.engine import PROBE_S, is_refused, refused_by_the_kernel
from perfadvisor.targets.here import process
from perfadvisor.targets.here.network import container_link, loopback_link
from perfadvisor.targets.here.presence import Presence
from perfadvisor.targets.lending import nic
from perfadvisor.targets.opening import Opening
from perfadvisor.targets.remote.remote import RemoteTarget


class ContainerTarget(RemoteTarget):
    """A running container; `passed` are the functions it may open through VFIO."""

    def __init__(
        self,
        started: Started,
        spec: Spec,
        declared: Declared,
        container: str,
        book: Journal | None,
        passed: tuple[VfioFunction, ...] = (),
    ) -> None:
        super().__init__(spec)
        self.engine = started.engine
        self.declared = declared
        self.container = container
        self.passed = passed
        self.lifeline = bool(declared.attach)
        self._keeper = started.keeper
        self._book = book

    @cached_property
    def pid(self) -> int:
        """The process id of its first process on this machine; 0 where it runs on another one."""
        said = self.engine.ask("inspect", "--format", "{{.State.Pid}}", self.container)
        return int(said) if said.isdigit() else 0

    def exec(self, command: Command) -> Completed:
        """Run one command in the container. MeasureError where the container is gone."""
        done = process.run(self._inside(command))
        if done.returncode and not done.timed_out and _is_gone(done):
            raise MeasureError(f"{self.name}: the container is gone: {container_engine.said(done)}", "run it again")
        return done

    def start(self, command: Command) -> Server:
        """Start one command in the container."""
        return process.serve(self._inside(command))

    def _inside(self, command: Command) -> Command:
        given = {"LC_ALL": "C", **command.environment}
        interactive = ("--interactive",) if command.stdin or command.hold_stdin else ()
        words = ("exec", *interactive, *(f"--env={name}={value}" for name, value in given.items()), self.container)
        return Command(
            argv=self.engine.argv(*words, *command.argv),
            timeout_s=command.timeout_s,
            stdin=command.stdin,
            hold_stdin=command.hold_stdin,
            gone=command.gone,
        )

    def tree(self, patterns: Sequence[str]) -> Tree:
        """What the patterns name inside; control groups as the host sees them, where it does."""
        try:
            pid = self.pid
        except MeasureError:
            pid = 0
        inside = [pattern for pattern in patterns if "{cgroup}" not in pattern] if pid else patterns
        return container_groups.overlaid(super().tree(inside), pid, patterns)

    @property
    def parent(self) -> str:
        """This machine."""
        return "local"

    def presence(self, path: IoPath) -> Callable[[], str]:
        """Its devices are this machine's own."""
        return Presence(path).why_gone

    def function(self, lent: VfioFunction | None) -> VfioFunction:
        """The first it was given; what is bound to this machine's own trials is not in it."""
        del lent
        if not self.passed:
            raise MeasureError("the container was given no device", f"--env {self.spec.kind}:vfio=BDF")
        return self.passed[0]

    def link(self) -> NetworkEnds:
        """From inside the container to a namespace of its own outside of it."""
        if self.declared.attach:
            return loopback_link(self, self.pid, "a container that perfadvisor did not make is left as it is")
        if self.declared.network == "host":
            return loopback_link(self, self.pid, "the container uses this machine's network")
        return container_link(self.pid)

    def forbids(self, engine: str, probe: Sequence[str]) -> str:
        """What the kernel, or the engine's seccomp profile in front of it, refuses."""
        trial = Command(argv=tuple(probe), timeout_s=PROBE_S)
        if not is_refused(engine, self.exec(trial)):
            return ""
        with contextlib.suppress(MeasureError):
            if why := refused_by_the_kernel(engine, process.run(trial)):
                return why
        program = self.engine.program
        return (
            f"{program}'s seccomp profile forbids {engine} in this container, the machine itself allows it "
            f"(next: --env {program}:seccomp=unconfined)"
        )

    @property
    def note(self) -> str:
        """What this host made necessary to start it at all."""
        words = container_engine.needed(self.engine)
        return f"{self.name}: started with {words}, which this host needs" if words else ""

    def close(self) -> None:
        """Remove the container if it was made here, and give back what it had. MeasureError where that failed."""
        failed = self._book.close() if self._book is not None else ()
        if self._keeper is not None:
            self._keeper.stop()
        if failed:
            raise MeasureError(f"{self.name}: could not be restored: {'; '.join(failed)}", "perfadvisor restore")


def _is_gone(done: Completed) -> bool:
    text = done.stderr.decode("utf-8", "replace").lower()
    return any(words in text for words in ("no such container", "is not running", "can only create exec sessions"))


def open_docker(spec: Spec, opening: Opening) -> ContainerTarget:
    """A container of docker. MeasureError where it is unavailable."""
    return _open(container_engine.docker(), spec, opening)


def open_podman(spec: Spec, opening: Opening) -> ContainerTarget:
    """A container of podman. MeasureError where it is unavailable."""
    return _open(container_engine.podman(), spec, opening)


def _open(engine: Engine, spec: Spec, opening: Opening) -> ContainerTarget:
    wanted = declared_by(spec)
    if wanted.attach:
        running = engine.ask("inspect", "--type", "container", "--format", "{{.State.Running}}", wanted.attach)
        if running != "true":
            raise MeasureError(f"{spec}: the container does not run", f"{engine.program} start {wanted.attach}")
        return ContainerTarget(Started(engine=engine), spec, wanted, wanted.attach, None)
    image = wanted.image or container_engine.tools(engine)
    return _made(engine, wanted, spec, image, opening)


def _made(engine: Engine, declared: Declared, spec: Spec, image: str, opening: Opening) -> ContainerTarget:
    """A new container, written down before it is made, so that it is removed whatever happens."""
    name, book = container_engine.new_name(), journal.begin()
    with contextlib.ExitStack() as undo:
        undo.callback(book.close)
        given = container_devices.give(declared, opening, book)  # its journal is undone from the end: container first
        removal = engine.argv(*container_engine.removal(engine, name))
        book.record(undone_by(removal, f"{engine.program} container {name}", lasts_over_reboot=True))
        options = (*arguments(declared), *given.arguments(), *_shared(opening))
        started = container_engine.start(engine, name, image, options)
        target = ContainerTarget(started, spec, declared, name, book, given.passed)
        undo.callback(target.close)
        _require_limits(target)
        _require_memlock(target)
        nic.move_in(given.interfaces, declared.address, target.pid)
        undo.pop_all()
    return target


def _shared(opening: Opening) -> tuple[str, ...]:
    """The test directory under its own name, past the container's layers, and the raw device where one is measured."""
    found = []
    if opening.directory is not None:
        found.append(f"--volume={opening.directory}:{opening.directory}")
    if opening.device:
        found.append(f"--device={opening.device}")
    return tuple(found)


def _require_limits(target: ContainerTarget) -> None:
    """MeasureError naming every declared limit that is not in force."""
    if not target.declared.limits:
        return
    tree = container_groups.seen(target.pid, [pattern for pattern in cgroup.PATTERNS if "{cgroup}" in pattern])
    if tree is None:
        raise MeasureError(f"{target.spec}: its control groups cannot be read, so no limit can be checked", "be root")
    missed = ", ".join(container_limits.ignored(target.declared, tree))
    if missed:
        engine = target.engine.program
        raise MeasureError(
            f"{target.spec}: {engine} ignored {missed}",
            "limits without root need control groups version 2 with the controller delegated; or run it as root",
        )


def _require_memlock(target: ContainerTarget) -> None:
    """MeasureError where the container may not lock the memory that its devices are to reach."""
    limit = container_devices.memlock(target.pid) if target.passed else "unlimited"
    if limit != "unlimited":
        raise MeasureError(
            f"{target.spec}: {target.engine.program} ignored memlock=-1 (its first process has {limit or 'no limits'})",
            container_engine.MEMLOCK_HINT,
        )
