"""What must not leave the machine: guests' definitions and command lines may hold passwords of consoles and disks."""

import re
from collections.abc import Mapping

from perfadvisor.model.tree import Entry

HIDDEN = b"hidden"
_DEFINITION = re.compile(r"/(?:etc|run)/libvirt/.*\.xml")
_COMMAND_LINE = re.compile(r"/proc/[0-9]+/cmdline")
_ATTRIBUTE = re.compile(rb"""(\b(?:passwd|password)\s*=\s*)(["'])[^"']*\2""")
# -object secret,data=..., -spice password=..., user:password@ in a URL
_WORD = re.compile(rb'(\b(?:password|passwd|data)"?[=:]\s*"?)[^,"\0}]*')
_IN_URL = re.compile(rb"(://[^/\s:@\0\"']+:)[^@/\s\0\"']+(?=@)")


def redacted(entries: Mapping[str, Entry]) -> dict[str, Entry]:
    """The entries with every password in a guest's definition or command line replaced."""
    return {source: _one(source, entry) for source, entry in entries.items()}


def _one(source: str, entry: Entry) -> Entry:
    if not isinstance(entry, bytes):
        return entry
    if _DEFINITION.fullmatch(source):
        return _IN_URL.sub(rb"\1" + HIDDEN, _ATTRIBUTE.sub(rb"\1\2" + HIDDEN + rb"\2", entry))
    if _COMMAND_LINE.fullmatch(source):
        return _IN_URL.sub(rb"\1" + HIDDEN, _WORD.sub(rb"\1" + HIDDEN, entry))
    return entry
