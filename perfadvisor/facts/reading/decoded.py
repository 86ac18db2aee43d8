"""The text of a command's output or of a file."""

from codecs import BOM_UTF8


def decoded(data: bytes) -> str:
    """Without the byte order mark that some editors put in front, and without NULs, which no output of ours holds;
    what is not UTF-8 is replaced."""
    return data.removeprefix(BOM_UTF8).decode("utf-8", "replace").replace("\0", "")
