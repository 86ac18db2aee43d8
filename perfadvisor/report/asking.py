"""Which outputs to give next: those that would let most rules be asked, as lines to copy."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from perfadvisor.evidence.kind import OutputKind
from perfadvisor.report.judged import lacking
from perfadvisor.report.view import ReportView

MOST = 3
_SUBJECTS = (("{nic}", "nic", "DEVICE"), ("{nvme}", "nvme", "/dev/nvme0"))


def commands(view: ReportView) -> tuple[str, ...]:
    """Up to three commands. Only where saved outputs were given: of a run or a machine that was read, all that can be
    read was."""
    if not view.evidence:
        return ()
    from perfadvisor.evidence.kinds import KINDS  # all readers of outputs

    wanted = [names for names in lacking(view) if names]
    chosen: list[OutputKind] = []
    while len(chosen) < MOST:
        best = max(KINDS, key=lambda kind: _worth(kind, chosen, wanted))
        if _worth(best, chosen, wanted) == 0:
            break
        chosen.append(best)
    return tuple(_filled(kind.command, view) for kind in chosen)


def _worth(kind: OutputKind, chosen: Sequence[OutputKind], wanted: Iterable[frozenset[str]]) -> float:
    """How many rules it would let be asked, beside those chosen; a rule that lacks more counts for its share."""
    if not kind.gives or kind in chosen:
        return 0.0
    worth = 0.0
    for names in wanted:
        left = {name for name in names if not any(_gives(one, name) for one in chosen)}
        mine = {name for name in left if _gives(kind, name)}
        worth += len(mine) / len(left) / len(left) if left else 0.0
    return worth


def _gives(kind: OutputKind, name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in kind.gives)


def _filled(command: str, view: ReportView) -> str:
    """With the interface that is named, where there is one."""
    for place, subject, unknown in _SUBJECTS:
        named = sorted({name for table in view.facts.values() for name in table.subjects(subject)} - {"lo"})
        command = command.replace(place, named[0] if named else unknown)
    return command
