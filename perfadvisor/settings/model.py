"""Settings, intents and plans as values.

A setting is whatever one kernel call reads and writes at once: all coalescing values of a NIC, one file of sysfs. It is
read, journalled and undone as a whole. A rule or a user states intents; a plan holds the ordered writes for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from perfadvisor.model.tree import Tree


class Door(StrEnum):
    """How a setting is read and written: a file below /sys or /proc, or ethtool's netlink family. `SHOWN` is read, and
    written by a person alone; `TOOL` is read in a file and written by a command, `DEFINITION` in a guest's
    definition, which virt-xml writes."""

    FILE = "file"
    ETHTOOL = "ethtool"
    TOOL = "tool"
    SHOWN = "shown"
    DEFINITION = "definition"


class FileForm(StrEnum):
    """What a file is to its setting: its value alone, or a text that holds others, too: the kernel's parameters, a line
    for each device (subject FILE@NUMBER), the list of mounts, what a NIC tells of its virtual
    functions, a guest's definition (subject GUEST/PATH), or the limits that docker keeps."""

    ALONE = "alone"
    PARAMETERS = "parameters"
    CAPS = "caps"
    MOUNTS = "mounts"
    VF_RATE = "vf_rate"
    VF_TRUST = "vf_trust"
    VF_SPOOF = "vf_spoof"
    DEFINITION = "definition"
    CONTAINER_CPUS = "container_cpus"
    CONTAINER_MEMS = "container_mems"


class Disturbs(StrEnum):
    """What a write does to what runs: nothing; a blip (queues are reset); it cuts a link; restart; reboot."""

    NONE = "none"
    BLIP = "blip"
    CUTS = "cuts"
    RESTART = "restart"
    REBOOT = "reboot"


class Type(StrEnum):
    """What a field holds. `CHOICE` is one of the words that the kernel lists."""

    INTEGER = "integer"
    FLAG = "flag"
    CHOICE = "choice"
    TEXT = "text"


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One value of a setting. `fact` is the fact that shows it, `word` what ethtool calls it, `key` its netlink name;
    `most` names the netlink field that holds its maximum. `family` are the features of the kernel that `word` sums up,
    the one that every driver has first. `drags` are fields of the group that the driver changes by itself while this
    one is on, so that undoing this one writes them too."""

    name: str
    type: Type
    fact: str = ""
    word: str = ""
    key: str = ""
    most: str = ""
    family: tuple[str, ...] = ()
    drags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """`subject` is the kind of thing it belongs to ("" for the machine) and stands in `path` as `{subject}`.
    `choices` is a file beside it that lists the words it takes; "" where the file itself does, the present one in
    brackets. `after` names settings that must be written before this one; `along` those of the same subject that
    the kernel changes with it, so that undoing this one writes them too. `option` is ethtool's, for writing, and
    `kind` the netlink request, for reading; `tool` is the command that writes, with `{subject}`
    (or its `{first}` and `{second}` part) and `{value}` in it."""

    name: str
    subject: str
    door: Door
    fields: tuple[Field, ...]
    meaning: str
    path: str = ""
    choices: str = ""
    option: str = ""
    kind: str = ""
    form: FileForm = FileForm.ALONE
    tool: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    along: tuple[str, ...] = ()
    disturbs: Disturbs = Disturbs.NONE
    lasts: str = "until-reboot"

    def source(self, subject: str) -> str:
        """Where this subject's values are read."""
        if self.door is Door.ETHTOOL:
            return f"netlink:ethtool/{self.kind}/{subject}"
        ends = {FileForm.CAPS: subject.rpartition("@")[0], FileForm.DEFINITION: subject.partition("/")[0]}
        return self.path.replace("{subject}", ends.get(self.form, subject))


Values = Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Intent:
    """What shall be: these fields of one subject's setting, as text ("8", "on", "none")."""

    setting: str
    subject: str = ""
    to: Values


@dataclass(frozen=True, kw_only=True, slots=True)
class Write:
    """One step of a plan: the whole group as it `was` and the fields that change; `along` has the values, by setting,
    that the kernel changes with them; `held` are fields that are off although they are wanted on, because another field
    of the group is off."""

    setting: Setting
    subject: str
    was: Values
    to: Values
    along: Mapping[str, Values] = field(default_factory=dict)
    held: frozenset[str] = frozenset()

    @property
    def source(self) -> str:
        """Where the values are."""
        return self.setting.source(self.subject)

    @property
    def text(self) -> str:
        """What is written into a file: the value, after its device where the file has a line for each."""
        (value,) = self.to.values()
        return f"{self.subject.rpartition('@')[2]} {value}" if self.setting.form is FileForm.CAPS else value

    @property
    def takes_back(self) -> Values:
        """What undoing it writes: the old values of the fields that change, and of those that change with them. Those
        that were only held go off by themselves, and stay wanted."""
        switched_on = (
            field for field in self.setting.fields if field.name in self.to and self.was[field.name] == "off"
        )
        touched = set(self.to).union(*(field.drags for field in switched_on))
        names = (field.name for field in self.setting.fields if field.name in touched - self.held)
        return {name: self.was[name] for name in names if name in self.was}


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """An intent that cannot be fulfilled, and why; `unread` where only the setting's present value is missing."""

    intent: Intent
    reason: str
    unread: bool = False


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Writes in the order in which they are made; intents already fulfilled give none. `before` is the machine as it
    was read, `changed` the sources that would read otherwise."""

    writes: tuple[Write, ...]
    refusals: tuple[Refusal, ...]
    before: Tree = field(repr=False)
    changed: Mapping[str, bytes] = field(repr=False)

    @cached_property
    def tree(self) -> Tree:
        """The machine as it would be then: the same fact code reads it, so a rule can be asked about it."""
        return self.before.merged([Tree(self.changed)])
