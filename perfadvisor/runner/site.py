"""The environments of a run, opened: how to reach each, and what it looked like before anything ran."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from perfadvisor.errors import MeasureError, PerfAdvisorError
from perfadvisor.facts import catalogue
from perfadvisor.model.fact import FactTable
from perfadvisor.model.snapshot import Snapshot
from perfadvisor.model.tree import Tree
from perfadvisor.model.workload import Environment, EnvironmentKind
from perfadvisor.snapshotting import take
from perfadvisor.specs.spec import Spec
from perfadvisor.targets.base import Target
from perfadvisor.targets.here.local import LocalTarget
from perfadvisor.targets.open import open_target
from perfadvisor.targets.opening import Opening
from perfadvisor.targets.unreachable import Unreachable


@dataclass(frozen=True, kw_only=True)
class Site:
    """One environment: `before` is its snapshot, `facts` what that says. `probed` keeps, by engine, why it is forbidden
    there ("" for allowed), so that each is tried once a run."""

    environment: Environment
    target: Target
    before: Snapshot
    facts: FactTable
    probed: dict[str, str] = field(default_factory=dict, compare=False)

    @property
    def name(self) -> str:
        """Unique within the run."""
        return self.environment.name

    @property
    def refusal(self) -> str:
        """Why nothing can be measured in it, "" where it can."""
        return self.target.refusal

    @property
    def machine(self) -> Tree:
        """What was read of it before anything ran."""
        return self.before.tree


def open_sites(
    specs: Sequence[Spec],
    undo: contextlib.ExitStack,
    opening: Opening | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> tuple[Site, ...]:
    """Reach and read every environment; `undo` closes them again, `say` gets which one is waited for. One that
    is unavailable is left out of the measuring with its reason. MeasureError where none at all is available."""
    targets = [_opened(spec, undo, opening, say) for spec in specs]
    _require_any(targets)
    host, sites = _host(targets), []
    for target in targets:
        if target.parent:
            say(f"reading {target.name}")
        sites.append(look_at(target, host))
    _require_any([site.target for site in sites])
    return tuple(sites)


def _require_any(targets: Sequence[Target]) -> None:
    if all(target.refusal for target in targets):
        raise MeasureError("; ".join(target.refusal for target in targets))


def _opened(spec: Spec, undo: contextlib.ExitStack, opening: Opening | None, say: Callable[[str], None]) -> Target:
    if not spec.is_here:
        say(f"starting {spec.name}")
    try:
        target = open_target(spec, opening)
    except MeasureError as error:
        return Unreachable(spec, error)
    undo.callback(target.close)
    return target


def _host(targets: Sequence[Target]) -> Snapshot | None:
    """This machine, read once for everything that runs on it."""
    return take(LocalTarget()) if any(target.parent == "local" for target in targets) else None


def look_at(target: Target, host: Snapshot | None = None) -> Site:
    """Read one environment; `host` is what was read of this machine, for whatever runs on it. One that cannot get its
    devices is given up, with the reason, so that the others have theirs."""
    host = host if target.parent == "local" else None
    try:
        snapshot = _read(target, host)
    except PerfAdvisorError as error:
        target = _given_up(target, error)
        snapshot = take(target, parent=host)
    facts = catalogue.read(snapshot.tree)
    kinds = {kind.value: kind for kind in EnvironmentKind}
    kind = kinds.get(str(facts.value("environment.kind")), EnvironmentKind.UNKNOWN)
    environment = Environment(
        name=target.name, spec=target.spec, kind=kind, parent=target.parent, emulated=target.emulated
    )
    return Site(environment=environment, target=target, before=snapshot, facts=facts)


def _read(target: Target, host: Snapshot | None) -> Snapshot:
    """A guest is read with all its devices, which then go back to whoever had them."""
    if target.refusal:
        return take(target, parent=host)
    target.take()
    try:
        return take(target, parent=host)
    finally:
        target.give()


def _given_up(target: Target, error: PerfAdvisorError) -> Unreachable:
    """Everything it has goes back at once; what cannot be restored now is reported, and its journal keeps it."""
    said, hint = [error.message], error.hint
    for let_go in (target.give, target.close):
        try:
            let_go()
        except PerfAdvisorError as failure:
            said.append(failure.message)
            hint = failure.hint or hint
    return Unreachable(target.spec, MeasureError("; ".join(said), hint))


def ground(sites: Sequence[Site]) -> Site:
    """The environment on whose disk the test file is made: this machine where it or anything on it is measured."""
    usable = [site for site in sites if not site.refusal]
    local = next((site for site in usable if site.environment.spec.is_here), None)
    if local is None and any(site.before.parent for site in usable if not site.target.own_disk):
        return look_at(LocalTarget())
    return local or usable[0]
