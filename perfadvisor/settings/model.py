"""Settings, intents and plans as values.

A setting is whatever one kernel call reads and writes at once: all coalescing values of a NIC, one file of sysfs. It is
read, journalled and undone as a whole. A rule or a user states intents; a plan holds the ordered writes for them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from perfadvisor.model.tree import Tree


class Door(StrEnum):
    """How a setting is read and written: a file below /sys or /proc, or ethtool's netlink family."""

    FILE = "file"
    ETHTOOL = "ethtool"


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
    `most` names the netlink field that holds its maximum."""

    name: str
    type: Type
    fact: str = ""
    word: str = ""
    key: str = ""
    most: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Setting:
    """`subject` is the kind of thing it belongs to ("" for the machine) and stands in `path` as `{subject}`. `choices`
    is a file beside it that lists the words it takes; "" where the file itself does, the present one in brackets.
    `after` names settings that must be written before this one. `option` is ethtool's, for writing, and `kind` the
    netlink request, for reading."""

    name: str
    subject: str
    door: Door
    fields: tuple[Field, ...]
    meaning: str
    path: str = ""
    choices: str = ""
    option: str = ""
    kind: str = ""
    after: tuple[str, ...] = ()
    disturbs: Disturbs = Disturbs.NONE
    lasts: str = "until-reboot"

    def source(self, subject: str) -> str:
        """Where this subject's values are read."""
        if self.door is Door.ETHTOOL:
            return f"netlink:ethtool/{self.kind}/{subject}"
        return self.path.replace("{subject}", subject)


Values = Mapping[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Intent:
    """What shall be: these fields of one subject's setting, as text ("8", "on", "none")."""

    setting: str
    subject: str = ""
    to: Values


@dataclass(frozen=True, kw_only=True, slots=True)
class Write:
    """One step of a plan: the whole group as it `was` and the fields that change."""

    setting: Setting
    subject: str
    was: Values
    to: Values

    @property
    def source(self) -> str:
        """Where the values are."""
        return self.setting.source(self.subject)


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """An intent that cannot be fulfilled, and why."""

    intent: Intent
    reason: str


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Writes in the order in which they are made; intents already fulfilled give none. `tree` is the machine as it
    would be then: the same fact code reads it, so a rule can be asked about it."""

    writes: tuple[Write, ...]
    refusals: tuple[Refusal, ...]
    tree: Tree = field(repr=False)
