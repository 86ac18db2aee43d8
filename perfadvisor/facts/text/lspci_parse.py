"""Split what lspci prints into devices: their head line, their registers (from -vv), and their dump (from -x)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from perfadvisor.facts.reading.decoded import decoded

_HEAD = re.compile(r"((?:[0-9a-f]{4,8}:)?[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]) (\S.*)", re.IGNORECASE)
_DUMP = re.compile(r"([0-9a-f]{2,3}): ((?:[0-9a-f]{2} ?){1,16})", re.IGNORECASE)
_PAIR = re.compile(r"([^:]{1,40}):[\t ]+(.*)")
_CAPABILITY = re.compile(r"Capabilities: \[([0-9a-f]+)(?: v[0-9]+)?\] (.*)", re.IGNORECASE)
_QUOTED = re.compile(r"\A(?:> ?)+")  # pasted into a mail or a forum
_CONFIG_BYTES = 4096
_MOST_LINES = 1_000_000
_LONGEST_LINE = 1000
_MOST_TEXT = 10_000  # characters of one register with its continuation lines


@dataclass(slots=True)
class ListedDevice:
    """One function. `lines` are its own lines ("Kernel driver in use" -> "igb"), `registers` those inside capabilities
    with their continuation lines ("DevCtl" -> "CorrErr- ... MaxPayload 256 bytes, ..."), `capabilities` the titles."""

    address: str
    head: str
    lines: dict[str, str] = field(default_factory=dict)
    registers: dict[str, str] = field(default_factory=dict)
    capabilities: list[str] = field(default_factory=list)
    config: bytearray = field(default_factory=bytearray)
    denied: bool = False


def devices(data: bytes) -> Iterator[ListedDevice]:
    """The devices in the order of the text, of the plain format or of -vmm."""
    text = decoded(data)
    lines = [_QUOTED.sub("", line[:_LONGEST_LINE]) for line in text.splitlines()[:_MOST_LINES]]
    is_record = any(line.startswith("Slot:") for line in lines[:100])
    return _records(lines) if is_record else _plain(lines)


def _records(lines: list[str]) -> Iterator[ListedDevice]:
    """`lspci -vmm`: "Slot:\t00:03.0", then a line per field, and an empty line."""
    device: ListedDevice | None = None
    for line in lines:
        key, colon, value = line.partition(":")
        if key == "Slot" and colon:
            if device is not None:
                yield device
            device = ListedDevice(address=full_address(value.strip()), head="")
        elif device is not None and colon:
            device.lines.setdefault(key.strip(), value.strip())
    if device is not None:
        yield device


def _plain(lines: list[str]) -> Iterator[ListedDevice]:
    device: ListedDevice | None = None
    register = ""
    for line in lines:
        head = _HEAD.fullmatch(line.rstrip())
        if head:
            if device is not None:
                yield device
            device, register = ListedDevice(address=full_address(head.group(1)), head=head.group(2).strip()), ""
        elif device is not None:
            register = _line(device, line, register)
    if device is not None:
        yield device


def _line(device: ListedDevice, line: str, register: str) -> str:
    """Take in one line; returns the register that a continuation line would belong to."""
    text = line.strip()
    dump = _DUMP.fullmatch(text) if line[:1] not in ("\t", " ", "") else None
    if dump:
        _store(device.config, int(dump.group(1), 16), bytes.fromhex(dump.group(2)))
        return ""
    capability = _CAPABILITY.match(text)
    if capability or text.startswith("Capabilities:"):
        device.capabilities.append(capability.group(2) if capability else "")
        device.denied |= "access denied" in text
        return ""
    pair = _PAIR.fullmatch(text)
    # The driver comes behind the capabilities, everything else that is the device's own before them.
    if pair and (not device.capabilities or pair.group(1).startswith("Kernel ")):
        device.lines.setdefault(pair.group(1), pair.group(2))
    elif pair and pair.group(1) not in device.registers:
        device.registers[pair.group(1)] = pair.group(2)
        return pair.group(1)
    elif register and len(device.registers[register]) < _MOST_TEXT:
        device.registers[register] += f" {text}"
    return register


def _store(config: bytearray, offset: int, data: bytes) -> None:
    """Put a line of the dump in its place; a gap or a line past the end makes the rest unusable."""
    if offset == len(config) and offset + len(data) <= _CONFIG_BYTES:
        config.extend(data)


def full_address(text: str) -> str:
    """The address with its domain, which lspci leaves out where all are in domain 0."""
    lower = text.lower()
    return lower if lower.count(":") == 2 else f"0000:{lower}"
