"""What a named policy of a value is asked, and the error where the machine that was read does not tell."""

from dataclasses import dataclass

from perfadvisor.model.tree import Tree
from perfadvisor.settings.model import Setting


class MissingError(Exception):
    """A value that the desired setting needs was not read; the message names it and says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyInput:
    """What a value's policy may look at."""

    setting: Setting
    subject: str
    place: int
    count: int
    argument: str
    tree: Tree

    @property
    def source(self) -> str:
        """Where the setting is read."""
        return self.setting.source(self.subject)

    def beside(self, path: str) -> str:
        """Another file of the machine. MissingError where it was not read."""
        text = self.tree.text(path)
        if text is None:
            raise MissingError(f"{path}: {self.tree.why_unreadable(path)}")
        return text
