"""From intents to a plan: checked against what the machine accepts, in an order that holds, with the machine as it
would be then."""

from collections.abc import Iterable, Sequence
from graphlib import TopologicalSorter

from perfadvisor.model.tree import Tree
from perfadvisor.settings import reading
from perfadvisor.settings.catalogue import SETTINGS
from perfadvisor.settings.model import Door, Field, Intent, Plan, Refusal, Setting, Type, Values, Write


def plan(intents: Iterable[Intent], tree: Tree) -> Plan:
    """What to write, in order; what cannot be done is refused with the reason. Nothing is written."""
    writes: list[Write] = []
    refusals: list[Refusal] = []
    for intent in _ordered(list(intents)):
        setting = SETTINGS[intent.setting]
        was = reading.values(setting, intent.subject, tree)
        reason = _refusal(setting, intent, was, tree)
        if was is None or reason:
            refusals.append(Refusal(intent=intent, reason=reason))
            continue
        to = {name: text for name, text in intent.to.items() if was.get(name) != text}
        if to:
            writes.append(Write(setting=setting, subject=intent.subject, was=was, to=_within(setting, to)))
            source = setting.source(intent.subject)
            tree = tree.merged([Tree({source: reading.rewritten(setting, intent.subject, tree, to)})])
    return Plan(writes=tuple(writes), refusals=tuple(refusals), tree=tree)


def undone(writes: Sequence[Write]) -> tuple[Write, ...]:
    """The writes that put everything back: newest first, each the whole of what it changed."""
    return tuple(
        Write(
            setting=write.setting,
            subject=write.subject,
            was={**write.was, **write.to},
            to=_within(write.setting, {name: write.was[name] for name in write.to}),
        )
        for write in reversed(writes)
    )


def _ordered(intents: list[Intent]) -> list[Intent]:
    """Settings that others wait for go first; beside that the given order stays."""
    graph = {name: set(setting.after) for name, setting in SETTINGS.items()}
    rank = {name: place for place, name in enumerate(TopologicalSorter(graph).static_order())}
    return sorted(intents, key=lambda intent: rank[intent.setting])


def _within(setting: Setting, to: Values) -> Values:
    """The order inside a group is that of its fields: adaptive moderation before the values it would overwrite."""
    return {field.name: to[field.name] for field in setting.fields if field.name in to}


def _refusal(setting: Setting, intent: Intent, was: Values | None, tree: Tree) -> str:
    """Why the intent cannot be fulfilled, "" where it can."""
    if was is None:
        return f"not read: {tree.why_unreadable(setting.source(intent.subject))}"
    fields = {field.name: field for field in setting.fields}
    for name, text in intent.to.items():
        if name not in fields:
            return f"{setting.name} has no field {name}"
        if name not in was:
            return f"{name}: not supported by the driver"
        if reason := _unacceptable(setting, fields[name], intent.subject, text, tree):
            return f"{name}: {reason}"
    return ""


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
