"""Plain (unquoted) YAML scalars by the core schema of YAML 1.2, section 10.3.2: `off` and `0000:01:00.0` stay text."""

import re

_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_BASED = re.compile(r"0o[0-7]+\Z|0x[0-9a-fA-F]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_INFINITE = re.compile(r"[-+]?\.(inf|Inf|INF)\Z|\.(nan|NaN|NAN)\Z")
MAX_DIGITS = 40


def scalar(text: str) -> bool | int | float | str | None:
    """The value of an unquoted scalar. Raises ValueError for numbers without a use: endless, infinite, not a number."""
    if text in _WORDS:
        return _WORDS[text]
    if _INFINITE.match(text):
        raise ValueError(f"`{text}` is not a number to work with")
    if not _FLOAT.match(text) and not _BASED.match(text):
        return text
    if len(text) > MAX_DIGITS:
        raise ValueError(f"a number of {len(text)} digits; quote it if it is text")
    return _number(text)


def _number(text: str) -> int | float:
    if _BASED.match(text):
        return int(text, 0)
    if _INTEGER.match(text):
        return int(text)
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError(f"`{text}` is too large for a number")
    return value
