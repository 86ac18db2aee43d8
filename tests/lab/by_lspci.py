"""What `lspci` says of each PCI function, against what `perfadvisor devices --format json` says: the differences."""

import json
import re
import subprocess
from collections.abc import Iterator
from typing import Any

_FIELDS = {
    "driver": r"Kernel driver in use: (\S+)",
    "group": r"IOMMU group: (\d+)",
    "node": r"NUMA node: (\d+)",
    "msix_vectors": r"MSI-X: Enable[+-] Count=(\d+)",
    "total_vfs": r"Total VFs: (\d+)",
    "vfs": r"Number of VFs: (\d+)",
}
_HEAD = re.compile(r"(?P<address>[0-9a-f:.]+) .*\[[0-9a-f]{4}\]: .*?\[(?P<ids>[0-9a-f]{4}:[0-9a-f]{4})\]")
NUMBERS = ("node", "msix_vectors", "total_vfs", "vfs")


def listed() -> dict[str, dict[str, Any]]:
    """Address -> what lspci prints of it; None where it prints nothing."""
    said = subprocess.run(("lspci", "-Dvvnnk"), capture_output=True, text=True, check=True).stdout
    found = {}
    for block in said.strip().split("\n\n"):
        head = _HEAD.match(block)
        assert head, block
        found[head["address"]] = {"ids": head["ids"], **{name: _field(name, block) for name in _FIELDS}}
    return found


def _field(name: str, block: str) -> str | int | None:
    match = re.search(_FIELDS[name], block)
    return None if match is None else int(match[1]) if name in NUMBERS else match[1]


def differences(document: str) -> list[str]:
    """Every function and every property in which both are not of one mind."""
    (machine,) = json.loads(document)["machines"]
    ours, theirs = {one["address"]: one for one in machine["devices"]}, listed()
    if ours.keys() != theirs.keys():
        return [f"functions: {sorted(ours.keys() ^ theirs.keys())}"]
    return [line for address in ours for line in _differ(ours[address], theirs[address], theirs)]


def _differ(ours: dict[str, Any], theirs: dict[str, Any], every: dict[str, dict[str, Any]]) -> Iterator[str]:
    for name, value in theirs.items():
        said = ours[name] or None if name in ("driver", "msix_vectors", "total_vfs", "vfs") else ours[name]
        if said != (value or None if name in ("msix_vectors", "vfs") else value):
            yield f"{ours['address']} {name}: {ours[name]!r}, lspci {value!r}"
    mates = sorted(at for at, one in every.items() if one["group"] == theirs["group"] and at != ours["address"])
    if theirs["group"] and mates != ours["group_mates"]:
        yield f"{ours['address']} mates: {ours['group_mates']}, lspci {mates}"
