"""Make the writes of a plan on this machine: each journalled before it is made, and read back afterwards.

A driver may round what it is given, or ignore it; the kernel may refuse it. Whatever came of it is reported, and the
value that the machine really has is the one that counts.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from perfadvisor.errors import MeasureError
from perfadvisor.settings import commands
from perfadvisor.settings.model import Plan, Values, Write
from perfadvisor.targets.changing import settings_file
from perfadvisor.targets.changing.journal import Journal
from perfadvisor.targets.changing.undo import group_written


@dataclass(frozen=True, kw_only=True)
class Applied:
    """What came of one write: `got` are the values read back, `number` is its line in the journal."""

    write: Write
    got: Values
    number: int

    @property
    def rounded(self) -> Mapping[str, str]:
        """The fields that have another value than was asked for: rounded, or ignored."""
        return {name: self.got.get(name, "") for name, text in self.write.to.items() if self.got.get(name) != text}


def apply(plan: Plan, journal: Journal) -> tuple[Applied, ...]:
    """Make every write of the plan, in its order. MeasureError, with all of them restored, at the first that the kernel
    refuses; nothing is written where the journal cannot be."""
    done: list[Applied] = []
    last = journal.last
    try:
        for write in plan.writes:
            done.append(_written(write, journal))
    except (OSError, MeasureError) as error:
        journal.put_back_after(last)
        failed = plan.writes[len(done)]
        reason = error.message if isinstance(error, MeasureError) else os.strerror(error.errno or 0)
        raise MeasureError(f"{commands.command(failed)}: {reason}", "perfadvisor doctor") from error
    return tuple(done)


def _both(was: Values, ours: Values | None) -> dict[str, Values | None]:
    return {"was": dict(was), "ours": None if ours is None else dict(ours)}


def _written(write: Write, journal: Journal) -> Applied:
    device = settings_file.device(write)
    before = settings_file.along(write)
    unknown = {name: _both(was, None) for name, was in before.items()}
    number = journal.record(group_written(write, device, None, unknown))
    settings_file.write(write)
    got = settings_file.now(write.setting, write.subject)
    if got is None:
        raise MeasureError(f"{write.source} cannot be read back")
    moved = settings_file.along(write)
    along = {name: _both(was, moved.get(name)) for name, was in before.items()}
    journal.correct(number, group_written(write, device, {name: got.get(name, "") for name in write.to}, along))
    return Applied(write=write, got=got, number=number)
