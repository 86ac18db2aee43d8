"""Why a fact has no value, as a value: what a reader can do about it follows from this, never from the words."""

from enum import StrEnum
from functools import lru_cache


class AbsenceReason(StrEnum):
    """`NO_VALUE`: it was read, and gives none; the words say what it gave instead."""

    NO_VALUE = "no-value"
    NOT_READ = "not-read"
    DENIED = "denied"
    UNREADABLE = "unreadable"
    NO_CAPABILITY = "no-capability"
    INVALID_RESULT = "invalid-result"
    NOT_MEASURED = "not-measured"
    NO_PARENT = "no-parent"


class Cause(str):
    """The words for a reader, with the reason they stand for."""

    __slots__ = ("why",)

    why: AbsenceReason

    def __new__(cls, why: AbsenceReason, words: str) -> "Cause":
        """Words that carry their reason."""
        made = super().__new__(cls, words)
        made.why = why
        return made


NOT_READ = Cause(AbsenceReason.NOT_READ, "not in what was read")
NO_CAPABILITY = Cause(AbsenceReason.NO_CAPABILITY, "no such capability")
INVALID_RESULT = Cause(AbsenceReason.INVALID_RESULT, "the result is INVALID, so nothing is concluded from it")
NOT_MEASURED = Cause(AbsenceReason.NOT_MEASURED, "the result was not measured, so nothing is concluded from it")
NO_PARENT = Cause(AbsenceReason.NO_PARENT, "the host's facts were not given")


@lru_cache(maxsize=256)  # thousands of files give the same few errors
def of_error(words: str) -> Cause:
    """The cause behind an error as the kernel or a program words it (EACCES and EPERM in strerror(3))."""
    denied = any(sign in words.lower() for sign in ("permission denied", "not permitted"))
    return Cause(AbsenceReason.DENIED if denied else AbsenceReason.UNREADABLE, words)


def reason_of(words: str) -> AbsenceReason:
    """The reason that the words carry; NO_VALUE for plain words."""
    return words.why if isinstance(words, Cause) else AbsenceReason.NO_VALUE
