"""Foreign texts made safe: the one function of each kind of output that every text of a machine or a file passes.

A host name, an archive member or another machine's error can hold escapes that move the cursor, rename the window or
rewrite what was printed before. Everything unprintable is replaced, lone surrogates among it, which no terminal can
write. A page or a pull request has other dangers: text that turns the direction of what follows (Trojan Source,
CVE-2021-42574), and characters that XML and HTML forbid.
"""

import re
from functools import cache

REPLACED = "\N{REPLACEMENT CHARACTER}"
# Controls except tab and line feed, format and direction characters, line separators, surrogates, noncharacters, tags.
_UNSEEN = (
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ud800-\udfff\ufdd0-\ufdef\ufeff\ufff0-\ufffb\ufffe\uffff\U000e0000-\U000e0fff]"
)


def harmless(text: str) -> str:
    """For a terminal: the text with line breaks kept."""
    return "\n".join(map(one_line, text.split("\n")))


def one_line(text: str) -> str:
    """For a terminal: the text as one line, so that a value can not pretend to be a line of ours, nor to be an order to
    the CI system that reads a job's log."""
    seen = text if text.isprintable() else "".join(each if each.isprintable() else REPLACED for each in text)
    return _no_command(seen)


def _no_command(text: str) -> str:
    return _log_command().sub(rf"\1{REPLACED}", text) if "::" in text or "##" in text else text


@cache
def _log_command() -> re.Pattern[str]:
    """One character of what makes a command: `::name::` at the start of a line (GitHub Actions, ActionCommand.cs),
    `##[name]` (the same), `##vso[name]` (Azure Pipelines) and `##teamcity[name]` anywhere in it."""
    return re.compile(r"^(\s*):(?=:.*::)|#(?=#(?:\[|vso\[|teamcity\[))")


def visible(text: str) -> str:
    """For a document: every character that is not to be seen replaced, except tabs and line feeds. XML 1.0 can hold
    the result (section 2.2), and HTML without a parse error."""
    if text.isascii() and text.isprintable():  # almost every text
        return text
    return _unseen().sub(REPLACED, text)


@cache
def _unseen() -> re.Pattern[str]:
    """Compiled for the first document: `--help` needs none, and would take 2 % longer."""
    return re.compile(_UNSEEN)


def visible_line(text: str) -> str:
    """For a document: the same as one line, runs of white space as one space."""
    return " ".join(visible(text).split())


def spreadsheet_cell(text: str) -> str:
    """For CSV: one line that no spreadsheet takes for a formula (OWASP, CSV Injection)."""
    line = visible_line(text)
    return f"'{line}" if line.startswith(("=", "+", "-", "@")) else line
