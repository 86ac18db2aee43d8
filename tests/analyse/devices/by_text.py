"""`python -m tests.analyse.devices.by_text FILE...`: saved lists of IOMMU groups and lspci -v, read here without any of
perfadvisor's readers, against what `perfadvisor devices --format json` says of them."""

import json
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ADDRESS = r"((?:[0-9a-f]{4}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])"
LINK = re.compile(rf"\s*/sys/kernel/iommu_groups/(\d+)/devices/{ADDRESS}")
GROUP = re.compile(r"\s*IOMMU group:? *(\d+):?(?:\s+(.*))?$", re.IGNORECASE)
HEAD = re.compile(rf"\s*(\[RESET\]\s*)?(?:Group Device: )?{ADDRESS} (?:- )?(\S.*)")
FLAG = re.compile(r"\s+(?:Flags: .*\bIOMMU group (\d+)|IOMMU group: (\d+)\s*$)")
DRIVER = re.compile(r"\s+Kernel driver in use: (\S+)")
MAY_STAY = ("0600", "0604", "0607", "0609")  # bridges whose drivers do no DMA of their own
CODES = {"Host bridge": "0600", "PCI bridge": "0604", "ISA bridge": "0601", "CardBus bridge": "0607"}
FREE = ("", "vfio-pci", "pci-stub")
Said = dict[str, Any]


@dataclass
class Listed:
    """A function as a text has it; "" is what the text does not say."""

    group: str = ""
    code: str = ""
    ids: str = ""
    driver: str = ""
    marked: bool = False


@dataclass
class Text:
    """All functions by address, and the one that the last line was about."""

    functions: dict[str, Listed] = field(default_factory=dict)
    group: str = ""
    here: Listed = field(default_factory=Listed)

    def at(self, address: str) -> Listed:
        return self.functions.setdefault(address if address.count(":") == 2 else f"0000:{address}", Listed())


def read(text: str) -> dict[str, Listed]:
    """What the text lists."""
    found = Text()
    for line in text.splitlines():
        if match := LINK.match(line):
            found.at(match[2]).group = match[1]
        elif match := FLAG.match(line) if found.here.code or found.here.ids else None:
            found.here.group = match[1] or match[2]
        elif match := DRIVER.match(line):
            found.here.driver = match[1]
        else:
            _function(line, found)
    return found.functions


def _function(line: str, found: Text) -> None:
    rest = line
    if match := GROUP.match(line):
        found.group, rest = match[1], match[2] or ""
    if match := HEAD.match(rest):
        found.here = found.at(match[2])
        found.here.group, found.here.marked = found.group, bool(match[1])
        code = re.search(r"\[([0-9a-f]{4})\]:", match[3])
        found.here.code = code[1] if code else CODES.get(match[3].partition(":")[0], "other")
        found.here.ids = (re.findall(r"\[([0-9a-f]{4}:[0-9a-f]{4})\]", match[3]) or [""])[-1]


def wanted(listed: dict[str, Listed]) -> dict[str, Said]:
    """What is to be said of each function."""
    return {address: _wanted(address, listed) for address in listed}


def _wanted(address: str, listed: dict[str, Listed]) -> Said:
    one, marks = listed[address], any(each.marked for each in listed.values())
    mates = sorted(a for a, other in listed.items() if a != address and one.group and other.group == one.group)
    movers = [a for a in mates if listed[a].code not in MAY_STAY]
    holders = [a for a in movers if listed[a].driver not in FREE]
    bridge = one.code.startswith("06")
    no = bridge or holders or (marks and not one.marked)
    return {
        "group": one.group or None,
        "group_mates": mates,
        "ids": one.ids,
        "driver": one.driver or None,
        "possible": "no" if no else "unknown",
        "holders": [] if bridge else holders,
        "beside": [] if bridge else movers,
    }


def told(one: Said) -> Said:
    """The same of one function of the answer."""
    why = " ".join(each["why"] for each in one["obstacles"])
    shared = " ".join(each for each in one["risks"] if each.startswith("shares"))
    kept = {name: one[name] for name in ("group", "group_mates", "ids", "driver", "possible")}
    named = {"holders": why, "beside": shared}
    return kept | {name: [mate for mate in one["group_mates"] if mate in text] for name, text in named.items()}


def differences(text: str, said: str) -> list[str]:
    """Each as "ADDRESS what: THEIRS, not OURS"."""
    ours = {one["address"]: told(one) for machine in json.loads(said)["machines"] for one in machine["devices"]}
    theirs = wanted(read(text))
    found = [f"{address}: in one of them alone" for address in sorted(ours.keys() ^ theirs.keys())]
    for address in sorted(ours.keys() & theirs.keys()):
        pairs = ((name, value, ours[address][name]) for name, value in theirs[address].items())
        found += [f"{address} {name}: {value}, not {mine}" for name, value, mine in pairs if value != mine]
    return found


def main(names: list[str]) -> None:
    """A row for each file, and below it the differences."""
    for name in names:
        words = (sys.executable, "-m", "perfadvisor", "devices", "--format", "json", name)
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        text = Path(name).read_text()
        found = differences(text, done.stdout) if done.returncode == 0 else [done.stderr.strip()]
        rows, listed = list(wanted(read(text)).values()), read(text).values()
        groups, shared = len({one.group for one in listed if one.group}), sum(bool(row["beside"]) for row in rows)
        no = sum(row["possible"] == "no" for row in rows)
        print(f"| {name} | {len(rows)} | {groups} | {shared} | {no} | {len(rows) - no} | {len(found)} |")
        print("".join(f"  {line}\n" for line in found), end="")


if __name__ == "__main__":
    main(sys.argv[1:])
