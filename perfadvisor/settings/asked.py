"""What a named policy of a value is asked, and the error where the machine that was read does not tell."""

from dataclasses import dataclass

from perfadvisor.model.tree import Tree
from perfadvisor.settings.model import Setting

MOST_DIGITS = 18  # of a counter in 64 bits


class MissingError(Exception):
    """A value that the desired setting needs was not read; the message names it and says why."""


def whole(text: str, source: str) -> int:
    """The whole number in a text of the machine, not negative. MissingError where it is none."""
    digits = text.strip()
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= MOST_DIGITS):
        raise MissingError(f"{source}: {digits[:MOST_DIGITS]!r} is not a whole number")
    return int(digits)


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
