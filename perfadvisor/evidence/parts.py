"""A text cut into parts, each of one kind: at prompts and headers first, then where another kind of output begins."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from perfadvisor.evidence import documents
from perfadvisor.evidence.kind import OutputKind
from perfadvisor.evidence.kinds import ANY_HEAD, KINDS
from perfadvisor.evidence.lines import InputLine
from perfadvisor.evidence.prompts import PromptLine, cut

MOST_PARTS = 1_000  # below one prompt
LONGEST_DOCUMENT = 100_000  # lines
_BRACKETS = ("[", "{", "[{")


@dataclass(frozen=True, kw_only=True, slots=True)
class OutputPart:
    """Lines that belong together. `kind` is None where nothing recognised them; `score` is the share of lines that
    fit the kind; `command` and `host` are what the prompt before them says, "" where there is none. `elsewhere`: the
    command ran on a machine that it names, or in a container, not where it was typed."""

    lines: tuple[InputLine, ...]
    kind: OutputKind | None = None
    score: float = 0.0
    command: str = ""
    host: str = ""
    elsewhere: bool = False
    source: str = field(default="", compare=False)

    @property
    def text(self) -> str:
        """The part's lines as they were printed."""
        return "".join(f"{line.text}\n" for line in self.lines)

    @property
    def first(self) -> int:
        """The number of its first line."""
        return self.lines[0].number


def parts(lines: Sequence[InputLine], command: str = "") -> Iterator[OutputPart]:
    """The parts in order. `command` is what made the text up to its first prompt, as far as its name tells."""
    where, host, block = PromptLine(command), "", list[InputLine]()
    for line in lines:
        found = cut(line.text)
        if found is None:
            block.append(line)
            continue
        yield from _of_block(block, where, where.at or host)
        host, where, block = found.host or host, found, []
    yield from _of_block(block, where, where.at or host)


def _of_block(block: list[InputLine], where: PromptLine, host: str) -> Iterator[OutputPart]:
    """The parts below one prompt: usually one, but scripts print several outputs without a word between."""
    start, found = 0, 0
    while (start := _next_full(block, start)) < len(block):
        end = start + _first(block, start) if found < MOST_PARTS else len(block)
        part = _judged(block[start:end], where, host)
        yield part
        start, found = start + len(part.lines), found + 1
        where = PromptLine(host=where.host, at=where.at)  # the command made the first of them


def _next_full(block: list[InputLine], place: int) -> int:
    """The place of the next line that is not blank."""
    return next((at for at in range(place, len(block)) if block[at].text.strip()), len(block))


def _heads(block: list[InputLine], place: int) -> list[OutputKind]:
    """The kinds whose output may begin at this line; of JSON the first name tells, some lines below its bracket."""
    text = block[place].text
    if text.strip() in _BRACKETS:
        text = "\n".join(line.text for line in block[place : place + 4]).lstrip()
    return _named_by(text)


def _named_by(text: str) -> list[OutputKind]:
    return [kind for kind in KINDS if kind.head.match(text)] if ANY_HEAD.match(text) else []


def _first(block: list[InputLine], start: int) -> int:
    """How many lines the part takes that begins at `start`: up to where an output of another kind begins."""
    mine = _heads(block, start)
    if mine and mine[0].document:
        text = "".join(f"{line.text}\n" for line in block[start : start + LONGEST_DOCUMENT])
        return text[: documents.end(text)].removesuffix("\n").count("\n") + 1
    for place in range(start + 1, len(block)):
        line = block[place].text
        found = _heads(block, place)
        if found and not any(kind in found or kind.keeps(line) for kind in mine):
            return place - start
    return len(block) - start


def _judged(lines: list[InputLine], where: PromptLine, host: str) -> OutputPart:
    """The part with the kind that most of its lines fit; lines behind the last that fits are none of it."""
    best, mine, score = None, lines, 0.0
    text = "".join(f"{line.text}\n" for line in lines[:20])
    for kind in _named_by(documents.opening(text)) or [kind for kind in KINDS if kind.headless is not None]:
        kept = lines[: _last(kind, lines)]
        found = kind.score([line.text for line in kept])
        if found * len(kept) > score * len(mine):
            best, score, mine = kind, found, kept
    return OutputPart(
        lines=tuple(mine), kind=best, score=score, command=where.command, host=host, elsewhere=bool(where.at)
    )


def _last(kind: OutputKind, lines: list[InputLine]) -> int:
    if kind.document:
        return max((place for place, line in enumerate(lines, 1) if line.text.strip()), default=0)
    return max((place for place, line in enumerate(lines, 1) if line.text.strip() and kind.fits(line.text)), default=0)
