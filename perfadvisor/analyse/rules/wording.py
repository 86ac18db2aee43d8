"""Fill a rule's texts: `{nic.rx_usecs}` a fact, `{nic}` the subject of that kind, `{subject}` the rule's own.

Nothing but names stands in the braces, so a text can neither run code nor fail; braces around anything else stay as
they are. In commands every value is quoted for the shell, because names come from the machine that is looked at.
"""

import re
import shlex
from collections.abc import Callable
from functools import lru_cache
from itertools import chain, zip_longest

from perfadvisor.analyse.rules.lookup import View
from perfadvisor.formatting import fact_text
from perfadvisor.model.fact import Absent, Fact
from perfadvisor.plaintext import one_line

PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*)\}")
SUBJECT = "subject"
_NAMED = re.compile(
    r"\b(its |the |a )?\b((?:NUMA )?(?:container|guest|disk|node|device|root port)) \{[a-z_]+\}", re.IGNORECASE
)
_KINDS = {
    "nic": "NIC", "pci": "PCIe function", "block": "disk", "vm": "guest", "vm_disk": "guest's disk", "irq": "interrupt",
    "vm_nic": "guest's NIC", "vm_hostdev": "assigned device", "iommu_group": "IOMMU group", "node": "NUMA node",
    "hugepages": "pool of huge pages", "infiniband": "port", "assignment": "function", "ping": "address", "": "machine",
}  # fmt: skip


def placeholders(text: str) -> tuple[str, ...]:
    """The names in braces: facts (with a dot), kinds, or `subject`."""
    return tuple(dict.fromkeys(PLACEHOLDER.findall(text)))


def sentence(text: str, view: View) -> str:
    """The text for reading: values with their units, a missing one as "(unknown)"."""
    return _filled(text, view, fact_text, "(unknown)")


def command(text: str, view: View) -> str:
    """The text for a shell: bare values, quoted; a missing one stays as <name> for the reader to fill in."""
    return _filled(text, view, _in_shell, "")


def general(text: str, for_each: str) -> str:
    """The text without any machine in view: `{subject}` as "the NIC", the value `{nic.rx_usecs}` as dots, and
    `guest {subject}` as "the guest"."""

    def fill(match: re.Match[str]) -> str:
        name = match.group(1)
        kind = for_each if name == SUBJECT else name
        return "…" if "." in name else f"the {_KINDS.get(kind, kind)}"

    if "{" not in text:
        return text
    filled = PLACEHOLDER.sub(fill, _NAMED.sub(lambda match: f"{match[1] or 'the '}{_uncapped(match[2])}", text))
    filled = filled.replace("'s the ", "'s ")
    return filled[:1].upper() + filled[1:] if filled[1:2].islower() or filled[1:2] == " " else filled


def _uncapped(noun: str) -> str:
    return noun if noun.startswith("NUMA") else noun.lower()


def _in_shell(fact: Fact) -> str:
    if isinstance(fact.value, bool):
        return "on" if fact.value else "off"
    return shlex.quote(one_line(str(fact.value)))


def _filled(text: str, view: View, written: Callable[[Fact], str], unknown: str) -> str:
    literals, names = _split(text)
    if not names:
        return text
    values = [_value(name, view, written, unknown) for name in names]
    return "".join(chain.from_iterable(zip_longest(literals, values, fillvalue="")))


@lru_cache(maxsize=4096)
def _split(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What stands between the placeholders, and their names."""
    parts = tuple(PLACEHOLDER.split(text))
    return parts[::2], parts[1::2]


def _value(name: str, view: View, written: Callable[[Fact], str], unknown: str) -> str:
    found = view(name) if "." in name else _subject(view, name)
    return (unknown or f"<{name}>") if isinstance(found, Absent) else written(found)


def _subject(view: View, kind: str) -> Fact | Absent:
    subject = view.subject if kind == SUBJECT else view.subject_of(kind)
    return subject if isinstance(subject, Absent) else Fact(name=kind, value=subject, source="")
