"""What a rule wants set, made into intents for one machine: the facts filled in, the named policies worked out.

A value is text with facts in braces ("{nic.ring_rx_max}"), or one of a few policies: `10 * {fact}`, `beside(FILE)` for
what another file of the same directory says, `third_at_least(N)` for the last of three numbers, `no_quota()` for what a
control group's file takes as no CPU quota. `of` is text with facts or subjects in braces, `*` for every subject in the
tree, or `vectors(ADDRESS)` for a function's interrupts."""

import re
from collections.abc import Iterator
from posixpath import dirname

from perfadvisor.analyse.rules.lookup import View
from perfadvisor.analyse.rules.wording import PLACEHOLDER, SUBJECT
from perfadvisor.facts.irq.load import device_irqs
from perfadvisor.model.fact import Absent
from perfadvisor.model.rule import Wish
from perfadvisor.model.tree import Tree
from perfadvisor.settings import reading
from perfadvisor.settings.catalogue import SETTINGS
from perfadvisor.settings.model import Door, Intent, Setting
from perfadvisor.settings.subjects import subjects

EVERY = "*"
PRODUCT = re.compile(r"(\d+) \* (-?\d+)\Z")
POLICY = re.compile(r"([a-z_]+)\((.*)\)\Z")
POLICIES = ("beside", "third_at_least", "no_quota")


class MissingError(Exception):
    """A value that the wish needs was not read; the message names it and says why."""


def intents(wishes: tuple[Wish, ...], view: View, tree: Tree) -> tuple[Intent, ...]:
    """The intents of all wishes, for the subject in view. MissingError where a value that they need is not there."""
    return tuple(intent for wish in wishes for intent in _intents(wish, view, tree))


def _intents(wish: Wish, view: View, tree: Tree) -> Iterator[Intent]:
    setting = SETTINGS[wish.setting]
    for subject in _subjects(setting, filled(wish.of, view), tree):
        to = {name: _value(setting, subject, filled(text, view), tree) for name, text in wish.to.items()}
        yield Intent(setting=wish.setting, subject=subject, to=to)


def filled(text: str, view: View) -> str:
    """The text with its facts and subjects filled in. MissingError where one is not there."""

    def fill(match: re.Match[str]) -> str:
        name = match.group(1)
        if "." not in name:
            subject = view.subject if name == SUBJECT else view.subject_of(name)
            if isinstance(subject, Absent):
                raise MissingError(f"{name}: {subject.reason}")
            return subject
        found = view(name)
        if isinstance(found, Absent):
            raise MissingError(f"{name}: {found.reason}")
        return ("on" if found.value else "off") if isinstance(found.value, bool) else str(found.value)

    return PLACEHOLDER.sub(fill, text)


def _subjects(setting: Setting, of: str, tree: Tree) -> tuple[str, ...]:
    policy = POLICY.match(of)
    found = subjects(setting, tree) if of == EVERY else device_irqs(tree, policy[2]) if policy else (of,)
    if not found:
        raise MissingError(f"{setting.name}: there is no {of} in what was read")
    return found


def _value(setting: Setting, subject: str, text: str, tree: Tree) -> str:
    if product := PRODUCT.match(text):
        return str(int(product[1]) * int(product[2]))
    policy = POLICY.match(text)
    if policy is None or policy[1] not in POLICIES:
        return text
    if policy[1] == "no_quota":
        return "-1" if subject.endswith("_us") else "max"  # version 1, version 2
    return _beside(setting, subject, policy[2], tree) if policy[1] == "beside" else _third(
        setting, subject, int(policy[2]), tree
    )  # fmt: skip


def _beside(setting: Setting, subject: str, file: str, tree: Tree) -> str:
    path = f"{dirname(setting.source(subject))}/{file}"
    text = tree.text(path) if setting.door is Door.FILE else None
    if text is None:
        raise MissingError(f"{path}: {tree.why_unreadable(path)}")
    return text


def _third(setting: Setting, subject: str, least: int, tree: Tree) -> str:
    """Three numbers of which the last is at least this; it is never lowered."""
    values = reading.values(setting, subject, tree) or {}
    words = next(iter(values.values()), "").split()
    if len(words) != 3 or not words[2].isdecimal():
        raise MissingError(f"{setting.source(subject)}: {tree.why_unreadable(setting.source(subject))}")
    return " ".join((*words[:2], str(max(least, int(words[2])))))
