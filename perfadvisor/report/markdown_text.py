"""Foreign text in Markdown: it stays text, whatever a benchmark calls itself.

CommonMark 0.31.2 and GitHub's extensions: a fence or a code span ends at a backtick, a block can begin at a line's
first character, and addresses, mentions and raw HTML are found within a line.
"""

import re

from perfadvisor.plaintext import visible, visible_line

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "@": "&#64;"}
_ESCAPED = re.compile(r"[\\*_\[\]|~]")
_BLOCK = re.compile(r"^(?:[#=+-]|\d{1,9}(?=[.)]))")
_ADDRESS = re.compile(r":(?=//)|(?<=www)\.", re.IGNORECASE)


def text(foreign: str) -> str:
    """Text that stays text: no link, tag, mention, list or heading comes of it."""
    safe = re.sub(r"[&<>@]", lambda found: _ENTITIES[found[0]], _plain(foreign))
    safe = _ESCAPED.sub(r"\\\g<0>", safe)
    safe = _ADDRESS.sub(lambda found: f"&#{ord(found[0])};", safe)
    return _BLOCK.sub(lambda found: f"{found[0]}\\" if found[0].isdigit() else f"\\{found[0]}", safe)


def code(foreign: str) -> str:
    """A code span, also within a table."""
    return "`" + (_plain(foreign).replace("|", "\\|") or " ") + "`"


def fenced(line: str) -> str:
    """One line within a fence; its spaces stay."""
    return visible(line).replace("\n", " ").replace("`", "'")


def _plain(foreign: str) -> str:
    return visible_line(foreign).replace("`", "'")
