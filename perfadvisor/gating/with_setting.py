"""One side as the machine is, the other with settings changed for the time of each of its runs.

Every change is journalled before it is made and restored after the run: after success, failure and Ctrl-C by this
process, after SIGKILL by the journal's guardian."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from perfadvisor.errors import InputError, MeasureError
from perfadvisor.model.gate import Side
from perfadvisor.model.tree import Tree
from perfadvisor.settings.catalogue import SETTINGS, setting_of
from perfadvisor.settings.commands import command, differences
from perfadvisor.settings.model import Disturbs, Door, Intent, Plan
from perfadvisor.settings.planning import plan
from perfadvisor.targets.changing import journal, settings, settings_file
from perfadvisor.targets.changing.settings import Applied
from perfadvisor.targets.here.capture import capture

AS_IS, CHANGED = "as it is", "changed"
ROUTES = ("/proc/net/route",)
Measure = Callable[[], Side]


def read_intent(text: str) -> Intent:
    """The intent in `FACT@SUBJECT=VALUE`, or `FACT=VALUE` for a setting of the whole machine. InputError with the
    nearest name otherwise."""
    left, equals, value = text.partition("=")
    name, _, subject = left.partition("@")
    if not equals or not value:
        raise InputError(f"--set {text!r} holds no value", "write it as block.scheduler@sda=none")
    setting, field = setting_of(name)
    if setting.subject == "sysctl" and "/" not in subject:
        subject = subject.replace(".", "/")
    if bool(subject) != bool(setting.subject):
        wanted = f"{name}@{setting.subject.upper()}={value}" if setting.subject else f"{name}={value}"
        raise InputError(f"--set {text!r} does not say whose setting it is", f"write it as {wanted}")
    return Intent(setting=setting.name, subject=subject, to={field.name: value})


def planned(intents: Sequence[Intent]) -> Plan:
    """What the intents would write here now. InputError where this machine does not take one of them, or has it
    already."""
    made = plan(intents, _present(intents))
    if made.refusals:
        raise InputError(
            "; ".join(f"{one.intent.setting}: {one.reason}" for one in made.refusals), "perfadvisor settings show"
        )
    if not made.writes:
        raise InputError(
            "every setting has that value already: there is nothing to compare", "perfadvisor settings show"
        )
    return made


def _present(intents: Sequence[Intent]) -> Tree:
    sources = [SETTINGS[intent.setting].source(intent.subject) for intent in intents]
    beside = [SETTINGS[intent.setting].choices.replace("{subject}", intent.subject) for intent in intents]
    return capture(tuple(filter(None, (*sources, *beside))))


def shown(made: Plan) -> str:
    """What would be done, for people: each difference and each command."""
    return "\n".join((*differences(made.writes), *(f"  {command(write)}" for write in made.writes)))


def forbidden(made: Plan) -> str:
    """Why this plan may not be made by this user here, "" where it may."""
    for write in made.writes:
        if write.setting.disturbs in (Disturbs.RESTART, Disturbs.REBOOT):
            return f"{write.setting.name} {write.subject} needs a restart, so it cannot change from run to run"
        writable = os.access(write.source, os.W_OK) if write.setting.door is Door.FILE else os.geteuid() == 0
        if not writable:
            return f"no permission to write {write.source}"
        if write.setting.disturbs is not Disturbs.NONE and write.subject in _default_routes():
            return f"{write.setting.name} resets {write.subject}, which carries this machine's default route"
    return ""


def _default_routes() -> frozenset[str]:
    """The interfaces by which this machine reaches everything else (net/ipv4/fib_trie.c, fib_route_seq_show)."""
    rows = (line.split() for line in (capture(ROUTES).text(ROUTES[0]) or "").splitlines()[1:])
    return frozenset(row[0] for row in rows if len(row) > 7 and row[1] == row[7] == "00000000")


@contextmanager
def measuring(
    made: Plan, measure: Measure, heard: Callable[[Sequence[Applied]], None] = lambda _: None
) -> Iterator[Callable[[str], Side]]:
    """What measures one fresh run by the name of its side; `heard` gets what came of the writes each time.
    MeasureError where a write is refused, where another process changes a setting meanwhile, or where one could
    not be restored."""
    book = journal.begin()
    try:
        yield lambda name: _changed(made, measure, book, heard) if name == CHANGED else measure()
    finally:
        failed = book.close()
    if failed:
        raise MeasureError(f"could not be restored: {'; '.join(failed)}", "perfadvisor restore")


def _changed(made: Plan, measure: Measure, book: journal.Journal, heard: Callable[[Sequence[Applied]], None]) -> Side:
    last = book.last
    applied = settings.apply(made, book)
    heard(applied)
    try:
        _require_effect(applied)
        side = measure()
        _require_kept(applied)
        return side
    finally:
        book.put_back_after(last)


def _require_effect(applied: Sequence[Applied]) -> None:
    for one in applied:
        if all(one.got.get(name) == one.write.was.get(name) for name in one.write.to):
            raise MeasureError(
                f"{command(one.write)}: the value was taken and nothing changed", "perfadvisor settings show"
            )


def _require_kept(applied: Sequence[Applied]) -> None:
    """A change by another program is seen and reported, not fought."""
    for one in applied:
        now = settings_file.now(one.write.setting, one.write.subject) or {}
        for name in one.write.to:
            if now.get(name) != one.got.get(name):
                raise MeasureError(
                    f"{one.write.source}: {name} was {one.got.get(name)} and is {now.get(name)} after the run: another "
                    "program changed it meanwhile",
                    "stop what manages it (irqbalance, tuned, NetworkManager), or leave it to that",
                )
