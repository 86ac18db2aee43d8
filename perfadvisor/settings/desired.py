"""What a rule wants set, made into intents for one machine: the facts filled in, the named policies worked out.

A value is text with facts in braces ("{nic.ring_rx_max}"), `10 * {fact}`, or a policy of a value (`policies.VALUES`:
`beside(FILE)`, `no_limit()`, ...). `of` is text with facts or subjects in braces, `*` for every subject in the tree, or
a policy of subjects (`policies.SUBJECTS`: `vectors(ADDRESS)` for a function's interrupts, ...)."""

import re
from collections.abc import Iterator
from dataclasses import replace

from perfadvisor.analyse.rules.lookup import View
from perfadvisor.analyse.rules.wording import PLACEHOLDER, SUBJECT
from perfadvisor.model.fact import Absent
from perfadvisor.model.rule import DesiredSetting
from perfadvisor.model.tree import Tree
from perfadvisor.settings import policies
from perfadvisor.settings.asked import MissingError, PolicyInput
from perfadvisor.settings.catalogue import SETTINGS
from perfadvisor.settings.model import Intent, Setting
from perfadvisor.settings.subjects import subjects

EVERY = "*"
PRODUCT = re.compile(r"(\d+) \* (-?\d+)\Z")
POLICY = re.compile(r"([a-z_]+)\((.*)\)\Z")


def intents(desired: tuple[DesiredSetting, ...], view: View, tree: Tree) -> tuple[Intent, ...]:
    """The intents of these settings for the subject in view. MissingError where a value that they need is not there."""
    return tuple(intent for one in desired for intent in _intents(one, view, tree))


def _intents(desired: DesiredSetting, view: View, tree: Tree) -> Iterator[Intent]:
    setting = SETTINGS[desired.setting]
    found = _subjects(setting, filled(desired.of, view), tree)
    asked = PolicyInput(setting=setting, subject="", place=0, count=len(found), argument="", tree=tree)
    for place, subject in enumerate(found):
        mine = replace(asked, subject=subject, place=place)
        to = {name: _value(mine, filled(text, view)) for name, text in desired.to.items()}
        yield Intent(setting=desired.setting, subject=subject, to=to)


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
    if policy and policy[1] in policies.SUBJECTS:
        found = policies.SUBJECTS[policy[1]](policy[2], tree)
    else:
        found = subjects(setting, tree) if of == EVERY else (of,)
    if not found:
        raise MissingError(f"{setting.name}: there is no {of} in what was read")
    return found


def _value(asked: PolicyInput, text: str) -> str:
    if product := PRODUCT.match(text):
        return str(int(product[1]) * int(product[2]))
    policy = POLICY.match(text)
    if policy is None or policy[1] not in policies.VALUES:
        return text
    return policies.VALUES[policy[1]](replace(asked, argument=policy[2]))
