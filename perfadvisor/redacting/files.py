"""Saved outputs of commands, redacted as text: without the secrets of whatever grammar they are in."""

from perfadvisor.redacting.redactor import Redactor
from perfadvisor.redacting.sources import decoded
from perfadvisor.targets.here import secrets


def redacted_file(data: bytes, by: Redactor) -> bytes:
    """The bytes of a file without secrets and identities."""
    return by.text(without_secrets(decoded(data))).encode("utf-8", "surrogateescape")


def without_secrets(text: str) -> str:
    """The text without passwords and keys: JSON and XML by their structure, command lines by their words, all else
    line by line."""
    start = text.lstrip()[:1]
    if start in ("{", "["):
        return secrets.in_json(text)
    if start == "<":
        return secrets.in_xml(text)
    if "\0" in text:
        return "\0".join(secrets.in_arguments(text.split("\0")))
    return secrets.in_line(text)
