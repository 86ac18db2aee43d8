"""Lines of the terminal's report: labels, wrapping, colours. Commands and sources are never wrapped."""

from collections.abc import Iterator
from textwrap import wrap

from rich.text import Text

from perfadvisor.commands import as_typed
from perfadvisor.model.result import Trust
from perfadvisor.model.rule import Severity
from perfadvisor.plaintext import harmless, one_line

NARROWEST, WIDEST = 60, 120
LABEL = 7  # "prove  "

STYLES = {
    Severity.CRITICAL: "bold red",
    Severity.HIGH: "red",
    Severity.MEDIUM: "yellow",
    Severity.LOW: "cyan",
    Severity.INFO: "dim",
}
TRUST_STYLES = {Trust.VALID: "green", Trust.NOISY: "yellow", Trust.INVALID: "red", Trust.NOT_MEASURED: "dim"}


def bounded(width: int) -> int:
    """The width that lines are made for."""
    return max(NARROWEST, min(WIDEST, width))


def clipped(text: str, longest: int) -> str:
    """One line of at most `longest` characters, an ellipsis for what is left out."""
    line = " ".join(one_line(text).split())
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def labelled(label: str) -> Text:
    """The beginning of a field's first line."""
    return Text("   ").append(f"{label:<{LABEL}}", "dim")


def field(label: str, text: str, width: int, style: str = "") -> Iterator[Text]:
    """A text beside its label, wrapped."""
    for paragraph in harmless(as_typed(text)).splitlines():
        for part in wrap(paragraph, width - LABEL - 3, break_on_hyphens=False, break_long_words=False):
            yield labelled(label).append(part, style)
            label = ""


def command(label: str, text: str) -> Iterator[Text]:
    """A command as it is, never broken: it must survive being copied."""
    for part in harmless(as_typed(text)).splitlines():
        yield labelled(label).append(part, "cyan")
        label = ""


def wrapped(text: str, width: int, indent: int = 0, style: str = "") -> Iterator[Text]:
    """A paragraph."""
    for part in wrap(harmless(as_typed(text)), width - indent, break_on_hyphens=False):
        yield Text(" " * indent).append(part, style)


def line(text: str, style: str = "") -> Text:
    """One line, whatever is in it."""
    return Text(one_line(text), style)
