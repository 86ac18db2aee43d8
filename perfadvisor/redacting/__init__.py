"""Machines without their names: what must not leave with a file that is shared, replaced consistently and one-way."""

from perfadvisor.redacting.copies import (
    RedactedCopies,
    redacted_archive,
    redacted_copies,
    redacted_run,
    redacted_snapshot,
)
from perfadvisor.redacting.kinds import IdentityKind, counted
from perfadvisor.redacting.learning import learned
from perfadvisor.redacting.redactor import Redactor

__all__ = [
    "IdentityKind",
    "RedactedCopies",
    "Redactor",
    "counted",
    "learned",
    "redacted_archive",
    "redacted_copies",
    "redacted_run",
    "redacted_snapshot",
]
