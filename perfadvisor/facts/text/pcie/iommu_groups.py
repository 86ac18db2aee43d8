"""Lists of IOMMU groups: as scripts print them, with lspci's line of each function, and as `find` lists the links."""

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from perfadvisor.facts.pci import classes, iommu, isolation, pci
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.facts.text import lspci
from perfadvisor.facts.text.lspci_parse import full_address
from perfadvisor.model.fact import Absent, Fact

SOURCE = "$ find /sys/kernel/iommu_groups -type l"
_GROUP = re.compile(r"\s*IOMMU group:?\s+([0-9]{1,5})\b:?\s*(.*)", re.IGNORECASE)
_FUNCTION = re.compile(
    r"\s*(\[RESET\]\s*)?(?:Group Device: )?((?:[0-9a-f]{4}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\s+(?:- )?(\S.*)"
)
_LINK = re.compile(r"\s*/sys/kernel/iommu_groups/([0-9]{1,5})/devices/([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\s*")
_MAY_BE_CUT = "the list may begin or end within its group"
Groups = Mapping[str, Mapping[str, str]]


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """The groups and their members; of each function what its line tells, and with which it shares its group. Groups
    that may be cut off do not tell whether a function is alone in them. Where some are marked "[RESET]", the others
    cannot be reset alone."""
    lines = decoded(data).splitlines()
    listed = _read(lines)
    if not listed.groups:
        return
    yield iommu.PRESENT.fact(True, source=source)
    told = _told(listed.groups, source)
    yield from told
    names = {fact.subject: str(fact.value) for fact in told if isinstance(fact, Fact) and fact.name == "pci.class_name"}
    unsure = _may_be_cut(listed.groups, lines)
    for group, members in listed.latest.items():
        yield iommu.MEMBERS.fact(",".join(members), source=source, subject=group)
        count = None if group in unsure else len(members)
        yield iommu.MEMBER_COUNT.given(count, source=source, subject=group, reason=_MAY_BE_CUT)
        for address in members:
            yield _companions(address, members, names, source, may_be_cut=group in unsure)
    yield from _resets(listed, source)


def _resets(listed: "_List", source: str) -> Iterator[Fact]:
    for address in itertools.chain.from_iterable(listed.groups.values()) if listed.resettable else ():
        yield pci.HAS_RESET.fact(address in listed.resettable, source=source, subject=address)


@dataclass(frozen=True, slots=True)
class _List:
    """Group -> address -> lspci's words of the function, "" where only its address is there. `latest` has the members
    since the last heading of a group: one that comes again begins another list, which disputes the one before.
    `resettable` are those that are marked because the kernel shows a way to reset them."""

    groups: dict[str, dict[str, str]] = field(default_factory=dict)
    latest: dict[str, list[str]] = field(default_factory=dict)
    resettable: set[str] = field(default_factory=set)

    def add(self, group: str, address: str, words: str) -> None:
        self.groups.setdefault(group, {})[address] = words
        members = self.latest.setdefault(group, [])
        members += [] if address in members else [address]


def _read(lines: list[str]) -> _List:
    found, group = _List(), ""
    for line in lines:
        rest = line
        if match := _LINK.fullmatch(line):
            found.add(match[1], match[2], "")
            continue
        if match := _GROUP.fullmatch(line):
            group, rest = match[1], match[2]
            if not rest:
                found.latest.pop(group, None)
        if group and (match := _FUNCTION.fullmatch(rest)):
            address = full_address(match[2])
            found.add(group, address, match[3].strip())
            found.resettable.update([address] if match[1] else ())
    return found


def _may_be_cut(groups: Groups, lines: Sequence[str]) -> set[str]:
    """The last group, and the first where its first line is not a heading that stands above all of its functions."""
    first, *_, last = (*groups, *groups)
    headed = next((not match[2] for line in lines if (match := _GROUP.fullmatch(line))), False)
    return {last} if headed else {first, last}


def _told(groups: Groups, source: str) -> list[Fact | Absent]:
    """What lspci's own lines tell, with the group as `lspci -v` prints it below them."""
    text = "".join(
        f"{address} {words}\n\tIOMMU group: {group}\n"
        for group, members in groups.items()
        for address, words in members.items()
        if words
    )
    found = list(lspci.facts(text.encode(), source=source)) if text else []
    bare = [(address, group) for group, members in groups.items() for address, words in members.items() if not words]
    return found + [pci.GROUP.fact(group, source=source, subject=address) for address, group in bare]


def _companions(
    address: str, members: Sequence[str], names: Mapping[str, str], source: str, *, may_be_cut: bool
) -> Fact | Absent:
    others = [one for one in members if one != address]
    if not all(one in names for one in others):
        reason = "the list does not say which of its group are bridges"
        return isolation.COMPANIONS.absent(reason, source=source, subject=address)
    kept = [one for one in others if classes.base_of_name(names[one]) != classes.BRIDGE]
    known = None if may_be_cut and not kept else ",".join(kept)
    return isolation.COMPANIONS.given(known, source=source, subject=address, reason=_MAY_BE_CUT)
