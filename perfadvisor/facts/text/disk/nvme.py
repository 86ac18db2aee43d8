"""`nvme smart-log` and `smartctl -a` of an NVMe controller, and `nvme list`: its health, and which disks there are."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from perfadvisor.facts.block import block, nvme_health
from perfadvisor.facts.reading import reader
from perfadvisor.facts.reading.decoded import decoded
from perfadvisor.model.fact import Absent, Fact, FactSpec

_HEAD = re.compile(r"Smart Log for NVME device:\s*(?:/dev/)?(nvme[0-9]{1,4})")
_LISTED = re.compile(r"/dev/(nvme[0-9]{1,4}n[0-9]{1,4})\s+.*")
_NUMBER = re.compile(r"(0x[0-9a-f]{1,8}|[0-9][0-9,.\u202f ]{0,20}[0-9]|[0-9])")
_NAMES = {  # nvme-cli's names, then those of smartctl and of JSON
    nvme_health.WARNING: ("critical_warning", "Critical Warning"),
    nvme_health.WARM: ("Warning Temperature Time", "warning_temp_time", "Warning  Comp. Temperature Time"),
    nvme_health.HOT: ("Critical Composite Temperature Time", "critical_comp_time", "Critical Comp. Temperature Time"),
}
_SUMS = {
    nvme_health.THROTTLED: (
        ("Thermal Management T1 Trans Count", "thm_temp1_trans_count"),
        ("Thermal Management T2 Trans Count", "thm_temp2_trans_count"),
    ),
    nvme_health.THROTTLED_SECONDS: (
        ("Thermal Management T1 Total Time", "thm_temp1_total_time"),
        ("Thermal Management T2 Total Time", "thm_temp2_total_time"),
    ),
}
_USED = ("percentage_used", "Percentage Used", "percent_used")
UNNAMED = "nvme"

Facts = Iterator[Fact | Absent]


def controller(command: str) -> str:
    """The controller of a command line such as `nvme smart-log /dev/nvme0n1`."""
    match = re.search(r"/dev/(nvme[0-9]{1,4})", command)
    return match[1] if match else ""


def health(data: bytes, *, source: str = "$ nvme smart-log", subject: str = "") -> Facts:
    """The counters of one controller; what its version does not print is absent."""
    text = decoded(data)
    match = _HEAD.search(text)
    name = match[1] if match else subject or UNNAMED
    told = _of_json(text) if text.lstrip().startswith("{") else _lines(text)
    if not any(key in told for names in _NAMES.values() for key in names):
        return  # of a disk that is not an NVMe controller
    for spec, names in _NAMES.items():
        yield _given(spec, _first(told, names), source, name)
    for spec, pairs in _SUMS.items():
        values = [_first(told, names) for names in pairs]
        known = [value for value in values if value is not None]
        yield _given(spec, sum(known) if len(known) == len(values) else None, source, name)
    used = _first(told, _USED)
    yield nvme_health.USED.given(
        None if used is None else used / 100, source=source, subject=name, reason="not printed"
    )


def _given(spec: FactSpec, value: int | None, source: str, name: str) -> Fact | Absent:
    return spec.given(value, source=source, subject=name, reason="not printed")


def _lines(text: str) -> dict[str, str]:
    return {key.strip(): value for key, value in reader.fields(text).items()}


def _of_json(text: str) -> dict[str, str]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return {str(key): str(value) for key, value in document.items()} if isinstance(document, dict) else {}


def _first(told: Mapping[str, str], names: tuple[str, ...]) -> int | None:
    """The number of the first name that is there; nvme-cli groups digits as the language does ("1,234")."""
    text = next((told[name] for name in names if name in told), "")
    match = _NUMBER.match(text.strip())
    if match is None:
        return None
    digits = match[1]
    return int(digits, 16) if digits.startswith("0x") else reader.number(re.sub(r"[,.\u202f ]", "", digits))


def listed(data: bytes, *, source: str = "$ nvme list") -> Facts:
    """`nvme list`, as text and JSON: the namespaces and their models."""
    text = decoded(data)
    rows = _listed_json(text) if text.lstrip().startswith("{") else _listed_text(text.splitlines())
    for name, model in rows:
        yield block.IS_NVME.fact(True, source=source, subject=name)
        yield block.IS_VIRTUAL.fact(False, source=source, subject=name)
        yield block.MODEL.given(model or None, source=source, subject=name, reason="not printed")


def _listed_text(lines: list[str]) -> Iterator[tuple[str, str]]:
    """The line of dashes below the headings says where each column begins and ends."""
    place = next((place for place, line in enumerate(lines) if line.startswith("-----")), 0)
    spans = [match.span() for match in re.finditer(r"-+", lines[place])] if place else []
    heads = [lines[place - 1][start:end].strip() for start, end in spans]
    for line in lines[place + 1 :] if place else ():
        if match := _LISTED.match(line):
            cells = dict(zip(heads, (line[start:end].strip() for start, end in spans), strict=True))
            yield match[1], cells.get("Model", "")


def _listed_json(text: str) -> Iterator[tuple[str, str]]:
    try:
        devices: Any = json.loads(text)["Devices"]
    except (ValueError, RecursionError, KeyError, TypeError):
        return
    for one in devices if isinstance(devices, list) else ():
        path = str(one.get("DevicePath", "")) if isinstance(one, dict) else ""
        if match := _LISTED.match(f"{path} "):
            yield match[1], str(one.get("ModelNumber", "")).strip()
