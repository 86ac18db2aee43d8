"""A paragraph as parts, so that the page can stress and link what the terminal only prints."""

from collections.abc import Sequence
from dataclasses import dataclass

NARROW = "\N{NO-BREAK SPACE}"  # keeps a number and its unit on one line


@dataclass(frozen=True, slots=True)
class SentencePart:
    """A piece of a sentence; `strong` where the eye should stop, `finding` the number of the finding it names."""

    text: str
    strong: bool = False
    finding: int = 0


def plain(parts: Sequence[SentencePart]) -> str:
    """The paragraph as one line of text."""
    return "".join(part.text for part in parts).strip().replace(NARROW, " ")


def lowered(title: str) -> str:
    """`Random read` as it stands within a sentence; `TCP` stays as it is."""
    return title[0].lower() + title[1:] if title[1:2].islower() or title[1:2] == " " else title
