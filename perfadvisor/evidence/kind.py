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
    reads the output as it is, `files` says which files of the machine it stands for, `refused` why it is not read,
    `results` which tool measured it.

    `named` finds in the command line before an output what that does not name itself: an interface, a guest. `headless`
    matches lines that are known without the first one, which pastes often lack; `own` those that belong to this kind
    although they look like the beginning of another. `command` is what to run for such an
    output; `gives` are names of facts that this would tell ("nic.ring_*"), for those who ask what to give next."""

    name: str
    head: re.Pattern[str]
    body: re.Pattern[str] | None = None
    facts: Callable[..., Facts] | None = None
    files: Callable[[str], Mapping[str, bytes]] | None = None
    refused: str = ""
    results: str = ""
    named: Callable[[str], str] | None = None
    command: str = ""
    gives: tuple[str, ...] = ()
    headless: re.Pattern[str] | None = None
    own: re.Pattern[str] | None = None

    @property
    def document(self) -> bool:
        """Whether it has an end of its own: XML, JSON and YAML are not recognized by single lines."""
        return self.body is None

    def fits(self, line: str) -> bool:
        """Whether the line may be one of this kind's."""
        return bool(self.head.match(line) or (self.body and self.body.match(line)))

    def keeps(self, line: str) -> bool:
        """Whether a line that could begin another kind's output is one of this kind's, inside it."""
        return bool((self.refused and self.fits(line)) or (self.own and self.own.match(line)))

    def score(self, lines: list[str]) -> float:
        """The share of lines that fit, blank ones left out; 0 where they are too few to tell."""
        full = [line for line in lines if line.strip()]
        if not full:
            return 0.0
        if self.document:  # recognized by its root before
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


NO_MORE = r"(?!)"  # the body of outputs each line of which begins one


def reader(
    name: str, head: str, body: str | None, facts: Callable[..., Facts], command: str = "", gives: tuple[str, ...] = ()
) -> OutputKind:
    """A kind that a function reads; without a body it is a document."""
    inner = None if body is None else re.compile(body)
    return OutputKind(name=name, head=re.compile(head), body=inner, facts=facts, command=command, gives=gives)


def machine_file(
    name: str,
    head: str,
    body: str,
    files: Callable[[str], Mapping[str, bytes]],
    command: str = "",
    gives: tuple[str, ...] = (),
) -> OutputKind:
    """A kind that stands for files of the machine; its lines are known without the first, too."""
    inner = re.compile(body)
    headless = inner if body != NO_MORE else None
    return OutputKind(
        name=name, head=re.compile(head), body=inner, files=files, headless=headless, command=command, gives=gives
    )


def measured(tool: str, head: str, body: str) -> OutputKind:
    """What a tool prints for people of the results that it measured."""
    return OutputKind(name=f"{tool} results", head=re.compile(head), body=re.compile(body), results=tool)


def refused(name: str, head: str, body: str | None, why: str) -> OutputKind:
    """A kind that is recognized and not read."""
    return OutputKind(name=name, head=re.compile(head), body=None if body is None else re.compile(body), refused=why)
