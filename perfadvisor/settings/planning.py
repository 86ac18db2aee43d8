"""From intents to a plan: checked against what the machine accepts, in an order that holds, with the machine as it
would be then."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from graphlib import TopologicalSorter

from perfadvisor.model.tree import Tree
from perfadvisor.settings import reading
from perfadvisor.settings.catalogue import SETTINGS
from perfadvisor.settings.model import Door, Field, Intent, Plan, Refusal, Setting, Type, Values, Write


def plan(intents: Iterable[Intent], tree: Tree) -> Plan:
    """What to write, in order; a field that cannot be set is refused with the reason. Nothing is written."""
    writes: list[Write] = []
    refusals: list[Refusal] = []
    changed: dict[str, bytes] = {}
    for intent in _ordered(_joined(intents)):
        setting = SETTINGS[intent.setting]
        was = reading.values(setting, intent.subject, tree)
        if was is None:
            reason = f"not read: {tree.why_unreadable(setting.source(intent.subject))}"
            refusals.append(Refusal(intent=intent, reason=reason, unread=True))
            continue
        refused = _refused(setting, intent, was, tree)
        refusals += (
            Refusal(intent=replace(intent, to={name: intent.to[name]}), reason=why) for name, why in refused.items()
        )
        to = {name: text for name, text in intent.to.items() if name not in refused and was.get(name) != text}
        if to:
            along = _along(setting, intent.subject, tree)
            held = reading.held(setting, intent.subject, tree)
            writes.append(
                Write(setting=setting, subject=intent.subject, was=was, to=_within(setting, to), along=along, held=held)
            )
            place = _place(setting, intent.subject, tree)
            now = tree.merged([Tree({place: changed[place]})]) if place in changed else tree  # several in one file
            changed[place] = reading.rewritten(setting, intent.subject, now, to)
    return Plan(writes=tuple(writes), refusals=tuple(refusals), before=tree, changed=changed)


def _joined(intents: Iterable[Intent]) -> list[Intent]:
    """One intent for each group: what several want of it, the later one counting where they disagree."""
    found: dict[tuple[str, str], Intent] = {}
    for intent in intents:
        key = intent.setting, intent.subject
        found[key] = replace(intent, to={**found[key].to, **intent.to}) if key in found else intent
    return list(found.values())


def _along(setting: Setting, subject: str, tree: Tree) -> dict[str, Values]:
    """The values that the kernel changes with this setting, as far as they were read."""
    found = {name: reading.values(SETTINGS[name], subject, tree) for name in setting.along}
    return {name: values for name, values in found.items() if values}


def _place(setting: Setting, subject: str, tree: Tree) -> str:
    """Where a source lies in the tree, which holds /sys with its links."""
    source = setting.source(subject)
    return tree.realpath(source) if source.startswith("/") else source


def undone(writes: Sequence[Write]) -> tuple[Write, ...]:
    """The writes that put everything back: newest first, each with all that it changed, and then what the kernel
    changed with it."""
    return tuple(back for write in reversed(writes) for back in _undone(write))


def _undone(write: Write) -> Iterator[Write]:
    yield Write(setting=write.setting, subject=write.subject, was={**write.was, **write.to}, to=write.takes_back)
    for name, values in write.along.items():
        yield Write(setting=SETTINGS[name], subject=write.subject, was=values, to=values)


def _ordered(intents: list[Intent]) -> list[Intent]:
    """Settings that others wait for go first; beside that the given order stays."""
    if len(intents) < 2:
        return intents
    graph = {name: set(setting.after) for name, setting in SETTINGS.items()}
    rank = {name: place for place, name in enumerate(TopologicalSorter(graph).static_order())}
    return sorted(intents, key=lambda intent: rank[intent.setting])


def _within(setting: Setting, to: Values) -> Values:
    """The order inside a group is that of its fields: adaptive moderation before the values it would overwrite."""
    return {field.name: to[field.name] for field in setting.fields if field.name in to}


def _refused(setting: Setting, intent: Intent, was: Values, tree: Tree) -> dict[str, str]:
    """The fields that cannot be set, with the reason."""
    fields = {field.name: field for field in setting.fields}
    found: dict[str, str] = {}
    for name, text in intent.to.items():
        if name not in fields:
            found[name] = f"{setting.name} has no field {name}"
        elif name not in was:
            found[name] = f"{name}: not supported by the driver"
        elif reason := _unacceptable(setting, fields[name], intent.subject, text, tree):
            found[name] = f"{name}: {reason}"
    return found


def _unacceptable(setting: Setting, field: Field, subject: str, text: str, tree: Tree) -> str:
    if field.type is Type.FLAG and text not in reading.FLAGS:
        return f"{text!r} is not on or off"
    if field.type is Type.INTEGER and not text.removeprefix("-").isdecimal():
        return f"{text!r} is not a whole number"
    if field.type is Type.CHOICE:
        listed = reading.choices(setting, subject, tree)
        if listed is not None and text not in listed:
            return f"{text!r} is not one of {', '.join(listed)}"
    if field.most and setting.door is Door.ETHTOOL:
        most = (reading.netlink(tree, setting.source(subject)) or {}).get(field.most)
        if isinstance(most, int) and int(text) > most:
            return f"{text} is above the driver's maximum of {most}"
    return ""
