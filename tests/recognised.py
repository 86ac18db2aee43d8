"""What a text is taken for, as every command takes it."""

from perfadvisor.evidence.kind import OutputKind
from perfadvisor.evidence.lines import cleaned
from perfadvisor.evidence.parts import parts


def recognise(data: bytes) -> OutputKind | None:
    """The kind of the first part that has one."""
    return next((part.kind for part in parts(cleaned(data)) if part.kind is not None), None)
