"""Where a document inside a text ends, and what is whole of one that was cut off."""

import json
import re

_TAG = re.compile(r"<(?P<close>/?)(?P<name>[A-Za-z][\w:.-]*)(?P<rest>(?:[^<>\"']|\"[^\"]*\"|'[^']*')*?)(?P<empty>/?)>")
# One that does not end takes the rest: from each beginning to the end would cost the square of the length.
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)|<\?.*?(?:\?>|\Z)", re.DOTALL)
_HOLDERS = ("domain", "domstatus", "domains", "devices")
_JSON_HEAD = re.compile(r"[\s\[{]*[^\n]*")
_YAML = re.compile(r"\s*[A-Za-z]+: ")
EXCERPT = re.compile(r"\s*<(disk|interface|devices)\b")


def end(text: str) -> int:
    """How many characters from the start of the text the document takes: to its closing tag or bracket, else all."""
    stripped = text.lstrip()
    offset = len(text) - len(stripped)
    if stripped.startswith("<"):
        return _xml_end(text)
    if stripped[:1] in ("{", "["):
        try:
            return offset + json.JSONDecoder().raw_decode(stripped)[1]
        except (ValueError, RecursionError):
            return len(text)
    return _continued(text)


def _continued(text: str) -> int:
    """To the end of a line, and of those after it while one ends with a backslash; YAML goes on to the end."""
    if _YAML.match(text):
        return len(text)
    place = 0
    for line in text.splitlines(keepends=True):
        place += len(line)
        if not line.rstrip().endswith("\\"):
            break
    return place


def _xml_end(text: str) -> int:
    root = next((match for match in _TAG.finditer(_blanked(text))), None)
    if root is None or root["empty"]:
        return root.end() if root else len(text)
    last, depth = len(text), 0
    for match in re.finditer(rf"<(/?){re.escape(root['name'])}(?=[\s>/])", text):
        depth += -1 if match[1] else 1
        if depth == 0:
            closing = text.find(">", match.end())
            return closing + 1 if closing >= 0 else last
    return last


def _blanked(text: str) -> str:
    """Comments and declarations as blanks, so that places stay."""
    return _COMMENT.sub(lambda match: " " * len(match[0]), text)


def opening(text: str) -> str:
    """The line that says what a document is: of XML the root element, whatever is declared before it; of JSON the
    brackets that it begins with, often on lines of their own, and its first key."""
    start = text[:4096].lstrip()
    if start[:1] in ("{", "["):
        head = _JSON_HEAD.match(start)
        return head[0] if head else ""
    root = _TAG.search(_blanked(text[:4096])) if text.lstrip().startswith("<") else None
    return root[0] if root else text.partition("\n")[0]


def mended(text: str) -> tuple[str, bool]:
    """A libvirt document with what is whole of it closed, and whether it had been cut off. Of a device that is not
    whole nothing is kept: what is missing of it would be read as not set. Empty where its devices are not reached."""
    blank = _blanked(text)
    stack: list[tuple[str, int]] = []
    for match in _TAG.finditer(blank):
        if match["close"]:
            if not stack or stack[-1][0] != match["name"]:
                return text, False
            stack.pop()
        elif not match["empty"]:
            stack.append((match["name"], match.start()))
    if not stack:
        return text, False
    keep = len(text) if blank.rfind(">") > blank.rfind("<") else blank.rfind("<")
    while stack and stack[-1][0] not in _HOLDERS:
        keep = stack.pop()[1]
    if not stack or stack[-1][0] != "devices":
        return "", True
    return text[:keep] + "".join(f"</{name}>" for name, _ in reversed(stack)), True


def wrapped(text: str) -> str:
    """Devices alone, as people paste them, in a guest without a name."""
    inner = text if text.lstrip().startswith("<devices") else f"<devices>{text}</devices>"
    return f"<domain><name>pasted</name>{inner}</domain>"
