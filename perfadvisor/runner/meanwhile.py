"""What happened on the machine during each trial: doubts for the trials it touched, notes of the run for the rest."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from perfadvisor.analyse.results.meanwhile import MOST, another_device, doubts, touches
from perfadvisor.facts.trial import happened, returned
from perfadvisor.model.happened import MachineChange
from perfadvisor.model.result import IoPath, TrialResult
from perfadvisor.model.tree import Tree
from perfadvisor.model.workload import Workload
from perfadvisor.runner.site import Site
from perfadvisor.targets.here.uevents import Uevents


@dataclass(frozen=True, kw_only=True)
class Meanwhile:
    """`events` are those of this machine; `note` keeps a sentence in the run; `firsts` has what was read before the
    first trial of each environment on each way."""

    events: Uevents
    note: Callable[[str], None]
    firsts: dict[tuple[str, IoPath], Tree] = field(default_factory=dict)

    def drain(self) -> tuple[bytes, ...]:
        """What the kernel announced since the last call."""
        return self.events.drain()

    def doubted(
        self, result: TrialResult, workload: Workload, site: Site, around: tuple[Tree, Tree], events: tuple[bytes, ...]
    ) -> TrialResult:
        """The result with a doubt where a change touched it. The other changes are noted, with the trial."""
        found = list(dict.fromkeys([*happened.changes(*around, result.path), *_announced(site, result.path, events)]))
        beside = list(dict.fromkeys(change.words for change in found if not touches(change, workload)))
        if beside:
            more = f", and {len(beside) - MOST} more" if len(beside) > MOST else ""
            self.note(f"during trial {result.trial.number} ({site.name}): {', '.join(beside[:MOST])}{more}")
        first = self.firsts.setdefault((site.name, result.path), around[0])
        back = returned.came_back(first, around[0], result.path)
        if back and not touches(back, workload):
            self.note(f"before trial {result.trial.number} ({site.name}): {back.words}")
        return replace(result, doubts=(*result.doubts, *doubts(found, workload), *another_device(back, workload)))


def _announced(site: Site, path: IoPath, events: tuple[bytes, ...]) -> list[MachineChange]:
    """This machine's devices have their names in a guest's or far host's results only by chance."""
    same = site.environment.spec.is_here or site.target.runs_below
    changes = (happened.event(message, path if same else IoPath()) for message in events)
    return [change for change in changes if change is not None]
