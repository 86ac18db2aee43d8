"""What must not leave the machine: command lines, definitions and configurations hold passwords, keys and tokens."""

import re
from collections.abc import Mapping

from perfadvisor.model.tree import Entry
from perfadvisor.targets.here import secrets

_DEFINITION = re.compile(r"/.*\.xml|\$ virsh .*")
_ARGUMENTS = re.compile(r"/proc/[0-9]+/(?:cmdline|environ)")
_JSON = re.compile(r"/.*\.json|\$ (?:docker|podman|crictl|kubectl) .*")
_LINES = re.compile(r"/proc/cmdline|/etc/.*|/run/.*")


def redacted(entries: Mapping[str, Entry]) -> dict[str, Entry]:
    """The entries without secrets: the kernel's and programs' command lines, guests' and containers' definitions,
    configurations. Everything else is kept byte by byte."""
    return {source: _one(source, entry) for source, entry in entries.items()}


def _one(source: str, entry: Entry) -> Entry:
    if not isinstance(entry, bytes) or source.startswith("/sys/"):
        return entry
    text = entry.decode("latin-1")  # every byte is a character, so nothing else changes
    if _ARGUMENTS.fullmatch(source):
        return "\0".join(secrets.in_arguments(text.split("\0"))).encode("latin-1")
    if _DEFINITION.fullmatch(source):
        return secrets.in_xml(text).encode("latin-1")
    if _JSON.fullmatch(source):
        shown = secrets.in_json(entry.decode("utf-8", "replace"))
        return shown.encode("utf-8", "replace")
    if _LINES.fullmatch(source):
        return secrets.in_line(text).encode("latin-1")
    return entry
