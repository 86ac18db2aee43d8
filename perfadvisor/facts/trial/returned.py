"""Whether the device of a trial is still the one of the first trial, or another that answers to its name.

A device that went away and came back may be another one in the same slot. The kernel numbers every disk and interface
anew (diskseq since Linux 5.15, ifindex); a serial number, a world-wide name or a MAC address proves it the same.
"""

from perfadvisor.model.happened import MachineChange, Where
from perfadvisor.model.result import IoPath
from perfadvisor.model.tree import Tree

BLOCK, NET = "/sys/block", "/sys/class/net"
_OF_DISK = ("wwid", "serial", "device/serial", "device/wwid")


def patterns(path: IoPath) -> tuple[str, ...]:
    """What to read before a trial whose bytes go this way."""
    disk = [f"{BLOCK}/{path.block}/{name}" for name in ("diskseq", "size", *_OF_DISK)] if path.block else []
    nic = [f"{NET}/{path.nic}/{name}" for name in ("ifindex", "address")] if path.nic else []
    return (*disk, *nic)


def came_back(first: Tree, now: Tree, path: IoPath) -> MachineChange | None:
    """What to report of a device that is not the one of the first reading: `ELSEWHERE` where it is proven to be the
    same hardware, `PATH` where it is not. None where it never went away, or has no number."""
    for kind, name, number in (("disk", path.block, "diskseq"), ("interface", path.nic, "ifindex")):
        folder = f"{BLOCK if kind == 'disk' else NET}/{name}"
        was, is_now = (tree.text(f"{folder}/{number}") for tree in (first, now))
        if not name or not was or not is_now or was == is_now:
            continue
        proof = _proof(first, now, folder)
        where = Where.ELSEWHERE if proof else Where.PATH
        said = f"the same by its {proof}" if proof else "and nothing proves that it is the same"
        words = f"{kind} {name} went away since the first trial and came back, {said}"
        return MachineChange(where=where, words=words)
    return None


def _proof(first: Tree, now: Tree, folder: str) -> str:
    """What both readings name alike, in words; "" where there is nothing, or the size differs."""
    if first.text(f"{folder}/size") != now.text(f"{folder}/size"):
        return ""
    words = {"wwid": "world-wide name", "address": "MAC address"}
    for name in (*_OF_DISK, "address"):
        value = first.text(f"{folder}/{name}")
        if value and value == now.text(f"{folder}/{name}"):
            return words.get(name.rpartition("/")[2], "serial number")
    return ""
