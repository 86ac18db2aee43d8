"""What a change during a trial means for its numbers."""

from collections.abc import Iterable, Iterator

from perfadvisor.analyse.results.changes import MEMORY_USERS
from perfadvisor.model.doubts import DoubtReason
from perfadvisor.model.happened import MachineChange, Where
from perfadvisor.model.result import Doubt, Trust
from perfadvisor.model.workload import Workload

MOST = 6  # changes that one doubt lists


def touches(change: MachineChange, workload: Workload) -> bool:
    """Whether a result of this workload can have felt it: another device came and went without a trace in the others'
    results."""
    if change.where is Where.MEMORY:
        return workload.device in MEMORY_USERS
    return change.where in (Where.PATH, Where.MACHINE)


def doubts(changes: Iterable[MachineChange], workload: Workload) -> Iterator[Doubt]:
    """One doubt for all that touched it: half of the trial ran on another machine than the other half."""
    felt = list(dict.fromkeys(change.words for change in changes if touches(change, workload)))
    if felt:
        more = f", and {len(felt) - MOST} more" if len(felt) > MOST else ""
        evidence = ", ".join(felt[:MOST]) + more
        yield Doubt(trust=Trust.INVALID, reason=DoubtReason.CHANGED_MEANWHILE, evidence=evidence)


def another_device(back: MachineChange | None, workload: Workload) -> Iterator[Doubt]:
    """The doubt of a trial on a device that came back and may be another one."""
    if back and touches(back, workload):
        yield Doubt(trust=Trust.INVALID, reason=DoubtReason.OTHER_DEVICE, evidence=back.words)
