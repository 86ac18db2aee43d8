"""A kind of output: by what its lines look like it is recognised, and what reads it."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from perfadvisor.model.fact import Absent, Fact

Facts = Iterator[Fact | Absent]
LEAST_SCORE = 0.5
LEAST_SCORE_HEADLESS, FEWEST_LINES_HEADLESS = 0.8, 3


@dataclass(frozen=True, kw_only=True, slots=True)
class OutputKind:
    """`head` matches lines that begin such an output, `body` those within. Exactly one of the others is given: `facts`
    reads the output as it is, `files` says which files of the machine it stands for, `refused` why it is not read.

    `subject` says that the output may not name its interface, which the command line before it does. `headless`
    matches lines that are known without the first one, which pastes often lack."""

    name: str
    head: re.Pattern[str]
    body: re.Pattern[str] | None = None
    facts: Callable[..., Facts] | None = None
    files: Callable[[str], Mapping[str, bytes]] | None = None
    refused: str = ""
    subject: bool = False
    headless: re.Pattern[str] | None = None

    @property
    def document(self) -> bool:
        """Whether it has an end of its own: XML, JSON and YAML are not told by single lines."""
        return self.body is None

    def fits(self, line: str) -> bool:
        """Whether the line may be one of this kind's."""
        return bool(self.head.match(line) or (self.body and self.body.match(line)))

    def score(self, lines: list[str]) -> float:
        """The share of lines that fit, blank ones left out; 0 where they are too few to tell."""
        full = [line for line in lines if line.strip()]
        if not full:
            return 0.0
        if self.document:  # told by its root before
            return 1.0
        if self.head.match(full[0]):
            share = sum(map(self.fits, full)) / len(full)
            return share if share >= LEAST_SCORE else 0.0
        if self.headless is None or len(full) < FEWEST_LINES_HEADLESS:
            return 0.0
        share = sum(bool(self.headless.match(line)) for line in full) / len(full)
        return share if share >= LEAST_SCORE_HEADLESS else 0.0


def files_at(path: str) -> Callable[[str], Mapping[str, bytes]]:
    """For an output that is a file of the machine."""
    return lambda text: {path: text.encode("utf-8", "surrogateescape")}
