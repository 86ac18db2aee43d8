"""Lists of IOMMU groups: as scripts print them, with lspci's line of each function, and as `find` lists the links."""

import re
from collections.abc import Iterator, Mapping

from perfadvisor.facts.pci import classes, iommu, isolation, pci
from perfadvisor.facts.text import lspci
from perfadvisor.facts.text.lspci_parse import full_address
from perfadvisor.model.fact import Absent, Fact

SOURCE = "$ find /sys/kernel/iommu_groups -type l"
_GROUP = re.compile(r"\s*IOMMU group:?\s+([0-9]{1,5})\b:?\s*(.*)", re.IGNORECASE)
_FUNCTION = re.compile(r"\s*(?:\[RESET\]\s*)?((?:[0-9a-f]{4}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\s+(\S.*)")
_LINK = re.compile(r"\s*/sys/kernel/iommu_groups/([0-9]{1,5})/devices/([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])\s*")
_MAY_BE_CUT = "the list may end within its group"
Groups = Mapping[str, Mapping[str, str]]


def facts(data: bytes, *, source: str = SOURCE) -> Iterator[Fact | Absent]:
    """The groups and their members; of each function what its line tells, and with which it shares its group. The last
    group may be cut off, so a function that seems alone there is not known to be."""
    groups = _groups(data.decode("utf-8-sig", "replace").replace("\0", "").splitlines())
    if not groups:
        return
    yield iommu.PRESENT.fact(True, source=source)
    told = _told(groups, source)
    yield from told
    names = {fact.subject: str(fact.value) for fact in told if isinstance(fact, Fact) and fact.name == "pci.class_name"}
    for group, members in groups.items():
        is_last = group == list(groups)[-1]
        yield iommu.MEMBERS.fact(",".join(members), source=source, subject=group)
        count = None if is_last else len(members)
        yield iommu.MEMBER_COUNT.given(count, source=source, subject=group, reason=_MAY_BE_CUT)
        for address in members:
            yield _companions(address, members, names, source, is_last=is_last)


def _groups(lines: list[str]) -> dict[str, dict[str, str]]:
    """Group -> address -> lspci's words of the function, "" where only its address is there."""
    found: dict[str, dict[str, str]] = {}
    group = ""
    for line in lines:
        rest = line
        if match := _LINK.fullmatch(line):
            found.setdefault(match[1], {})[match[2]] = ""
            continue
        if match := _GROUP.fullmatch(line):
            group, rest = match[1], match[2]
        if group and (match := _FUNCTION.fullmatch(rest)):
            found.setdefault(group, {})[full_address(match[1])] = match[2].strip()
    return found


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
    address: str, members: Mapping[str, str], names: Mapping[str, str], source: str, *, is_last: bool
) -> Fact | Absent:
    others = [one for one in members if one != address]
    if not all(one in names for one in others):
        reason = "the list does not say which of its group are bridges"
        return isolation.COMPANIONS.absent(reason, source=source, subject=address)
    kept = [one for one in others if classes.base_of_name(names[one]) != classes.BRIDGE]
    known = None if is_last and not kept else ",".join(kept)
    return isolation.COMPANIONS.given(known, source=source, subject=address, reason=_MAY_BE_CUT)
