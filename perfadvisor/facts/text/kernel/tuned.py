"""`tuned-adm active` and `tuned-adm list`: the profile that is in force."""

import re
from collections.abc import Iterator

from perfadvisor.facts.machine import tuned
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact

SOURCE = "$ tuned-adm active"
HEAD = r"Current active profile: |No current active profile\.|Available profiles:\s*$|- [a-z][\w-]+ +- [A-Z]"
_ACTIVE = re.compile(r"Current active profile: ([\w.+ -]{1,100})")


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """The active profile, which `list` prints below the available ones."""
    text = decoded(data)
    match = _ACTIVE.search(text)
    none = "none" if "No current active profile" in text else None
    yield tuned.PROFILE.given(match[1].strip() if match else none, source=source, reason="cut off before it")
