"""Text that XML 1.0 can hold: machines and benchmarks say things it cannot."""

import re

# Everything outside Char of XML 1.0, section 2.2.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """The text with every character that XML forbids replaced."""
    return _FORBIDDEN.sub("\ufffd", text)
