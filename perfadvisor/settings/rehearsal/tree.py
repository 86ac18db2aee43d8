"""A small machine made of a case: the sources of the settings that a rule writes, as the kernel would show
them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from posixpath import dirname

from perfadvisor.analyse.rules.conditions import parse
from perfadvisor.analyse.rules.wording import PLACEHOLDER
from perfadvisor.facts import catalogue as machine
from perfadvisor.model.fact import Fact, Scalar
from perfadvisor.model.rule import Case, DesiredSetting, Rule
from perfadvisor.model.tree import Entry, Tree
from perfadvisor.settings.catalogue import SETTINGS
from perfadvisor.settings.desired import EVERY, POLICY
from perfadvisor.settings.model import Door, Setting, Type
from perfadvisor.settings.rehearsal import guest, policies
from perfadvisor.settings.rehearsal.policies import DISK, FUNCTION, NIC, VIRTUAL

SUBJECTS = {
    "": "",
    "nic": NIC,
    "block": DISK,
    "pci": FUNCTION,
    "nic_vf": VIRTUAL,
    "result": "workload@local",
    "vm": guest.GUEST,
    "vm_disk": guest.DISK,
    "vm_nic": guest.INTERFACE,
    "vm_hostdev": guest.ASSIGNED,
    "container": policies.CONTAINER[:12],
}
FULL_KHZ = 1000000
FULL_KIB = b"1280\n"
# Facts that a fix fills in and that its rule, and so its cases, need not look at.
USUAL: dict[str, Scalar] = {
    "pci.local_cpulist": "2-3",
    "nic.pci_address": FUNCTION,
    "cpu.online": "0-3",
    "cpu.online_count": 4,
    "nic.channels_combined_max": 8,
    "cgroup.cpu_quota_file": "cpu/group/cpu.cfs_quota_us",
    "cgroup.cpuset_file": "cpuset/group/cpuset.cpus",
    "cgroup.io_directory": "/sys/fs/cgroup/blkio/group",
    "cgroup.memory_max_file": "memory/group/memory.limit_in_bytes",
}
DEFAULTS = ("1000", "4096 131072 6291456", "0-1")


def tree_of(rule: Rule, case: Case) -> Tree:
    """The sources that the rule's fix writes, with the values that the case's facts tell."""
    entries: dict[str, Entry] = {}
    for desired in rule.fix.set:
        entries |= dict(_entries(desired, rule, case))
    return Tree(entries)


def _entries(desired: DesiredSetting, rule: Rule, case: Case) -> Iterator[tuple[str, Entry]]:
    setting = SETTINGS[desired.setting]
    if rule.for_each.startswith("vm"):
        yield from guest.guest(case.facts)
    elif setting.door is Door.ETHTOOL:
        yield setting.source(SUBJECTS["nic"]), json.dumps(_answer(setting, case)).encode()
        yield f"/sys/class/net/{SUBJECTS['nic']}/ifindex", b"2\n"
    elif setting.subject == "nic_vf":
        yield from policies.virtual_function(case.facts)
    elif "in_use()" in desired.to.values():
        yield from policies.idle_pool()
    elif desired.of == EVERY:
        yield from _policies(setting, desired, rule, case)
    elif policy := POLICY.match(_told(desired.of, case)):
        yield from policies.SUBJECTS[policy[1]](setting, policy[2])
    else:
        if setting.name == "cgroup":
            yield from policies.own_group()
        subject = SUBJECTS.get(setting.subject) or _told(desired.of, case)
        told = replace(desired, to={name: _told(text, case) for name, text in desired.to.items()})
        yield from _file(setting, subject, _shown(setting, subject, told, rule, case), told)
        for policy in filter(None, map(POLICY.match, desired.to.values())):
            if policy[1] == "beside":
                yield f"{dirname(setting.source(subject))}/{policy[2]}", FULL_KIB


def _told(text: str, case: Case) -> str:
    """A value with the case's facts in it."""
    known = {**USUAL, **case.facts}
    return PLACEHOLDER.sub(lambda match: str(known.get(match[1], match[0])), text)


def _answer(setting: Setting, case: Case) -> dict[str, object]:
    """The netlink answer in which the case's facts stand."""
    active = [field.family[0] for field in setting.fields if field.family and case.facts.get(field.fact)]
    hardware = [name for field in setting.fields for name in field.family]
    answer: dict[str, object] = {"active": active, "hw": hardware} if hardware else {}
    for field in setting.fields:
        for key, fact in ((field.key, field.fact), (field.most, f"{field.fact}_max")):
            value = case.facts.get(fact, USUAL.get(fact))
            if key and value is not None:
                answer[key] = int(value)
    return answer


def _policies(setting: Setting, desired: DesiredSetting, rule: Rule, case: Case) -> Iterator[tuple[str, Entry]]:
    """One policy for each of the values that a fact joins by commas."""
    joined = str(next((case.facts[name] for name in _asked(rule) if name in case.facts), ""))
    for number, value in enumerate(joined.split(",")):
        subject = f"policy{number}"
        if setting.fields[0].type is Type.INTEGER:
            yield setting.source(subject).replace("scaling_", "cpuinfo_"), str(FULL_KHZ).encode()
            value = str(int(float(value) * FULL_KHZ))
        yield from _file(setting, subject, value, desired)


def _file(setting: Setting, subject: str, value: str, desired: DesiredSetting) -> Iterator[tuple[str, Entry]]:
    wanted = next(iter(desired.to.values()))
    others = "" if wanted in (value, "") or "{" in wanted else wanted
    if setting.choices:
        yield setting.choices.replace("{subject}", subject), f"{value} {others}".encode()
    listed = setting.fields[0].type is Type.CHOICE and not setting.choices
    yield setting.source(subject), (f"[{value}] {others}" if listed else value).encode() + b"\n"


def _shown(setting: Setting, subject: str, desired: DesiredSetting, rule: Rule, case: Case) -> str:
    """What the source holds, so that the case's facts are read of it; a usual value where none of them tells."""
    told = ((name, case.facts[name]) for name in _asked(rule) if name in case.facts)
    for name, value in told:
        for text in _spellings(value):
            tree = Tree(dict(_file(setting, subject, text, desired)))
            if any(isinstance(fact, Fact) and (fact.name, fact.value) == (name, value) for fact in machine.facts(tree)):
                return text
    return DEFAULTS[1] if "third" in next(iter(desired.to.values())) else DEFAULTS[0]


def _asked(rule: Rule) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*parse(rule.when).names, *rule.evidence)))


def _spellings(value: Scalar) -> tuple[str, ...]:
    plain = str(int(value)) if isinstance(value, bool) else str(value)
    return plain, f"4096 131072 {plain}"
